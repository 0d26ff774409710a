import { Type } from '@sinclair/typebox';
import { mayEnter, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done, file } from '#core/endpoint';
import { forbidden, invalidInput } from '#core/error';
import {
  Anything,
  DateInput,
  Dict,
  Flag,
  Id,
  List,
  listed,
  MapOf,
  Or,
  PageOf,
  pageRequest,
  Paging,
  required,
  RequiredDict,
  Text,
  Truthy,
} from '#core/schema';
import { ListInput, toFilter } from '../filter.ts';
import * as history from '../repository-history.ts';
import { HistoryView, OrderAdminView, OrderRow, OrderView, presentHistory } from '../schema.ts';
import type { Batches } from '../batch.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Creation } from '../creation.ts';
import type { StaffPayment } from '../contract.ts';
import { exportOrders } from '../export.ts';
import { ORDER_STATUSES } from '../rules.ts';
import type { Orders } from '../service.ts';
import type { ReadRules } from '../settings.ts';
import * as counts from '../statuses.ts';
import { getOrder, type Transitions } from '../transitions.ts';
import type { OrderViews } from '../views.ts';
import { amendment, CancelInput, metaOf, transition } from './input.ts';

const OrderId = { id: required('Order ID was not passed', Id) };
const OneOrder = Type.Object(OrderId);
interface Needs {
  readonly orders: Orders;
  readonly creation: Creation;
  readonly transitions: Transitions;
  readonly cancellation: Cancellation;
  readonly batches: Batches;
  readonly views: OrderViews;
  readonly rules: ReadRules;
  readonly writeTime: (time: Date) => string;
}

export const adminApi = ({ orders, creation, transitions, cancellation, batches, views, rules, writeTime }: Needs) => ({
  get: adminEndpoint({
    summary: 'One order with its client and meta.',
    permission: 'view',
    input: OneOrder,
    output: OrderAdminView,
    handle: (ctx, { id }) => views.one(ctx, id),
  }),

  get_list: adminEndpoint({
    summary: 'Orders, newest first; add-ons are left out unless the settings show them.',
    permission: 'view',
    input: ListInput,
    output: PageOf(OrderRow),
    handle: async (ctx, input) =>
      listed(
        await views.list(
          ctx,
          { ...toFilter(input), mastersOnly: (await rules(ctx)).showsAddons ? undefined : true },
          pageRequest(input),
          'admin',
        ),
        (row) => row,
      ),
  }),

  create: adminEndpoint({
    summary: 'Order a product for a client.',
    permission: 'manage',
    input: Type.Object({
      client_id: required('Client ID was not passed', Id),
      product_id: required('Product ID was not passed', Id),
      quantity: Type.Optional(Text()),
      price: Type.Optional(
        Text({ description: 'Per unit in the currency of the order; absent: as in the catalogue.' }),
      ),
      period: Type.Optional(Text()),
      config: Type.Optional(Dict({ description: 'Configuration for the product type.' })),
      currency: Type.Optional(Text({ maxLength: 20 })),
      group_id: Type.Optional(Text({ maxLength: 64 })),
      title: Type.Optional(Text({ maxLength: 255 })),
      activate: Truthy(),
      invoice_option: Type.Optional(Text({ maxLength: 32 })),
      mark_invoice_paid: Flag(),
      gateway_id: Type.Optional(Text({ description: 'With mark_invoice_paid: where it was paid.' })),
      transactionId: Type.Optional(Text({ maxLength: 255 })),
      execute: Truthy(),
      skip_validation: Truthy(),
      notes: Type.Optional(Text()),
      created_at: Type.Optional(DateInput()),
      updated_at: Type.Optional(DateInput()),
      meta: Type.Optional(Dict()),
    }),
    output: Type.Integer(),
    handle: async (ctx, input) => {
      if (input.mark_invoice_paid) requireInvoices(ctx);
      const order = {
        clientId: input.client_id,
        productId: input.product_id,
        quantity: quantityOf(input.quantity),
        price: input.price,
        period: input.period,
        config: input.config,
        currency: input.currency,
        groupId: input.group_id,
        title: input.title,
        invoiceOption: input.invoice_option,
        skipsValidation: input.skip_validation,
        notes: input.notes,
        createdAt: input.created_at,
        updatedAt: input.updated_at,
        meta: input.meta && metaOf(input.meta),
        payment: input.mark_invoice_paid ? paymentOf(input) : undefined,
      };
      const id = await creation.create(ctx, order, input);
      if (input.activate) await transitions.tryActivate(ctx, id);
      return id;
    },
  }),

  update: adminEndpoint({
    summary: 'Change an order without its product type having a say.',
    permission: 'manage',
    input: amendment.input,
    output: Done,
    handle: (ctx, input) => done(orders.amend(ctx, input.id, amendment.read(input), input)),
  }),

  update_config: adminEndpoint({
    summary: 'Replace the configuration of an order; what is delivered keeps its own.',
    permission: 'manage',
    input: Type.Object({ ...OrderId, config: RequiredDict('Order config not passed') }),
    output: Done,
    handle: (ctx, { id, config }) => done(orders.configure(ctx, id, config)),
  }),

  activate: adminEndpoint({
    summary: 'Set up what was ordered.',
    permission: 'manage',
    input: Type.Object({ ...OrderId, force: Truthy() }),
    output: Done,
    handle: (ctx, { id, force }) => done(transitions.activate(ctx, id, { force })),
  }),

  renew: adminEndpoint({
    summary: 'Extend an order by its period.',
    permission: 'manage',
    input: OneOrder,
    output: Done,
    handle: (ctx, { id }) => done(transitions.renew(ctx, id)),
  }),

  suspend: adminEndpoint({
    summary: 'Suspend an active order.',
    permission: 'manage',
    input: transition.input,
    output: Done,
    handle: (ctx, input) => done(transitions.suspend(ctx, input.id, transition.read(input))),
  }),

  unsuspend: adminEndpoint({
    summary: 'Make a suspended order active again.',
    permission: 'manage',
    input: OneOrder,
    output: Done,
    handle: (ctx, { id }) => done(transitions.unsuspend(ctx, id)),
  }),

  cancel: adminEndpoint({
    summary: 'Cancel an order at once, or at the end of the period that is paid for.',
    permission: 'manage',
    input: CancelInput,
    output: Done,
    handle: (ctx, input) =>
      done(
        input.cancel_at_period_end
          ? cancellation.cancelAtPeriodEnd(ctx, input.id, input.reason || undefined)
          : cancellation.cancel(ctx, input.id, transition.read(input)),
      ),
  }),

  can_cancel_at_period_end: adminEndpoint({
    summary: 'Whether an order has gateway subscriptions that can end with their period.',
    permission: 'view',
    input: OneOrder,
    output: Type.Boolean(),
    handle: (ctx, { id }) => cancellation.canCancelAtPeriodEnd(ctx, id),
  }),

  uncancel: adminEndpoint({
    summary: 'Make a canceled order active again; its period begins anew.',
    permission: 'manage',
    input: OneOrder,
    output: Done,
    handle: (ctx, { id }) => done(transitions.uncancel(ctx, id)),
  }),

  delete: adminEndpoint({
    summary: 'Delete an order and what it delivered.',
    permission: 'manage',
    input: Type.Object({ ...OrderId, delete_addons: Flag(), force_delete: Flag() }),
    output: Done,
    handle: (ctx, { id, delete_addons, force_delete }) =>
      done(orders.remove(ctx, id, { withAddons: delete_addons, isForced: force_delete })),
  }),

  batch_delete: adminEndpoint({
    summary: 'Delete several orders; stops at the first that cannot be deleted.',
    permission: 'manage',
    input: Type.Object({ ids: required('Order IDs were not passed', List(Id)), delete_addons: Flag() }),
    output: Done,
    handle: async (ctx, { ids, delete_addons }) => {
      for (const id of ids) await orders.remove(ctx, id, { withAddons: delete_addons });
      return true as const;
    },
  }),

  batch_suspend_expired: adminEndpoint({
    summary: 'Suspend active orders that have ended, each after its days of grace.',
    permission: 'manage',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => batches.suspendExpired(ctx),
  }),

  batch_send_suspension_warnings: adminEndpoint({
    summary: 'Warn clients whose orders are suspended within a day, once each.',
    permission: 'manage',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => batches.sendSuspensionWarnings(ctx),
  }),

  batch_cancel_suspended: adminEndpoint({
    summary: 'Cancel orders that have been suspended for long; false when the settings say not to.',
    permission: 'manage',
    input: Type.Object({}),
    output: Type.Boolean(),
    handle: (ctx) => batches.cancelSuspended(ctx),
  }),

  batch_cancel_unpaid: adminEndpoint({
    summary: 'Delete orders nobody paid for, with their invoices; false when the settings say not to.',
    permission: 'manage',
    input: Type.Object({}),
    output: Type.Boolean(),
    handle: (ctx) => batches.cancelUnpaid(ctx),
  }),

  export_csv: adminEndpoint({
    summary: 'All orders as a CSV file.',
    permission: 'export',
    input: Type.Object({ headers: Type.Optional(List(Anything(), { description: 'Names of columns.' })) }),
    output: Type.String({ description: 'The file.' }),
    handle: (ctx, { headers = [] }) =>
      Promise.resolve(file('orders.csv', 'text/csv; charset=utf-8', exportOrders(ctx, headers, writeTime))),
  }),

  service: adminEndpoint({
    summary: 'What an order delivers; null when nothing was set up yet.',
    permission: 'view',
    input: OneOrder,
    output: Or(MapOf(Anything())),
    handle: async (ctx, { id }) => (await orders.showService(ctx, await getOrder(ctx, id))) ?? null,
  }),

  addons: adminEndpoint({
    summary: 'The add-ons of an order.',
    permission: 'view',
    input: OneOrder,
    output: Type.Array(OrderView),
    handle: async (ctx, { id }) => views.addons(ctx, await getOrder(ctx, id)),
  }),

  status_history_get_list: adminEndpoint({
    summary: 'The history of an order, newest first.',
    permission: 'view',
    input: Type.Object({ ...OrderId, ...Paging }),
    output: PageOf(HistoryView),
    handle: async (ctx, input) => {
      const order = await getOrder(ctx, input.id);
      return listed(await history.listPage(ctx.db, order.id, pageRequest(input)), presentHistory);
    },
  }),

  status_history_add: adminEndpoint({
    summary: 'Add a line to the history of an order; its status stays.',
    permission: 'manage',
    input: Type.Object({
      ...OrderId,
      status: required('Order status was not passed', Text()),
      notes: Type.Optional(Text()),
    }),
    output: Done,
    handle: (ctx, { id, status, notes }) => done(orders.addHistory(ctx, id, status, notes)),
  }),

  status_history_delete: adminEndpoint({
    summary: 'Delete a line of a history.',
    permission: 'manage',
    input: Type.Object({ id: required('Order history line ID was not passed', Id) }),
    output: Done,
    handle: (ctx, { id }) => done(orders.removeHistory(ctx, id)),
  }),

  get_statuses: adminEndpoint({
    summary: 'How many orders are in each status.',
    permission: 'view',
    input: Type.Object({}),
    output: Type.Object({
      total: Type.Integer(),
      ...Object.fromEntries(ORDER_STATUSES.map((status) => [status, Type.Integer()])),
    }),
    handle: (ctx) => counts.byStatus(ctx),
  }),

  get_status_pairs: adminEndpoint({
    summary: 'Statuses and their titles.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: () => Promise.resolve(counts.STATUS_TITLES),
  }),

  get_invoice_options: adminEndpoint({
    summary: 'Whether renewals issue invoices, and the titles of the choices.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: () => Promise.resolve(counts.INVOICE_OPTIONS),
  }),
});

/** Whole, and at least one. */
function quantityOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const quantity = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(quantity) || Math.abs(quantity) > MOST)
    throw invalidInput('order.quantity', 'Quantity must be a valid number.');
  return quantity;
}

/** More of anything could not be counted in money. */
const MOST = 1_000_000_000;

/** To say that an invoice is paid is for those who may enter the module of invoices. */
function requireInvoices({ actor }: Context<AdminActor>): void {
  if (!mayEnter(actor.rights, 'invoice'))
    throw forbidden('order.no_invoices', 'You do not have permission to access the invoice module');
}

const paymentOf = (input: { gateway_id?: string; transactionId?: string; execute: boolean }): StaffPayment => ({
  gatewayId: input.gateway_id ? Number.parseInt(input.gateway_id, 10) || 0 : undefined,
  transactionId: input.transactionId?.trim() || undefined,
  runsTasks: input.execute,
});
