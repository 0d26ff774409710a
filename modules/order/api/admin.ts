import { Type } from '@sinclair/typebox';
import { adminEndpoint } from '#core/endpoint';
import {
  Anything,
  DateInput,
  Dict,
  Flag,
  Id,
  List,
  listed,
  MapOf,
  Num,
  Or,
  PageOf,
  pageRequest,
  Paging,
  required,
  Text,
  Truthy,
} from '#core/schema';
import { ListInput, toFilter } from '../filter.ts';
import * as history from '../repository-history.ts';
import { HistoryView, OrderAdminView, OrderRow, OrderView, presentHistory } from '../schema.ts';
import { ORDER_STATUSES, type Orders } from '../service.ts';
import * as counts from '../statuses.ts';
import { getOrder, type Transitions } from '../transitions.ts';
import type { OrderViews } from '../views.ts';
import { amendment, metaOf, transition } from './input.ts';

const OrderId = { id: required('Order ID was not passed', Id) };
const OneOrder = Type.Object(OrderId);
const Done = Type.Literal(true);
const done = async (work: Promise<unknown>): Promise<true> => {
  await work;
  return true;
};

export const adminApi = (orders: Orders, transitions: Transitions, views: OrderViews) => ({
  get: adminEndpoint({
    summary: 'One order with its client and meta.',
    permission: 'view',
    input: OneOrder,
    output: OrderAdminView,
    handle: (ctx, { id }) => views.one(ctx, id),
  }),

  get_list: adminEndpoint({
    summary: 'Orders, newest first; add-ons are left out.',
    permission: 'view',
    input: ListInput,
    output: PageOf(OrderRow),
    handle: async (ctx, input) =>
      listed(
        await views.list(ctx, { ...toFilter(input), mastersOnly: true }, pageRequest(input), 'admin'),
        (row) => row,
      ),
  }),

  create: adminEndpoint({
    summary: 'Order a product for a client.',
    permission: 'manage',
    input: Type.Object({
      client_id: required('Client ID was not passed', Id),
      product_id: required('Product ID was not passed', Id),
      quantity: Type.Optional(Num()),
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
      skip_validation: Truthy(),
      notes: Type.Optional(Text()),
      created_at: Type.Optional(DateInput()),
      updated_at: Type.Optional(DateInput()),
      meta: Type.Optional(Dict()),
    }),
    output: Type.Integer(),
    handle: async (ctx, input) => {
      const id = await orders.create(ctx, {
        clientId: input.client_id,
        productId: input.product_id,
        quantity: input.quantity,
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
      });
      if (input.activate) await transitions.tryActivate(ctx, id);
      return id;
    },
  }),

  update: adminEndpoint({
    summary: 'Change an order without its product type having a say.',
    permission: 'manage',
    input: amendment.input,
    output: Done,
    handle: (ctx, input) => done(orders.amend(ctx, input.id, amendment.read(input))),
  }),

  update_config: adminEndpoint({
    summary: 'Replace the configuration of an order; what is delivered keeps its own.',
    permission: 'manage',
    input: Type.Object({ ...OrderId, config: required('Order config not passed', Dict()) }),
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
    summary: 'Cancel an order at once.',
    permission: 'manage',
    input: transition.input,
    output: Done,
    handle: (ctx, input) => done(transitions.cancel(ctx, input.id, transition.read(input))),
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
