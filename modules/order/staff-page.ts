import { Type } from '@sinclair/typebox';
import { holds } from '#core/actor';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { ROWS } from '#core/listing';
import type { Plugins } from '#core/plugin';
import { Anything, Id, listed, MapOf, Paging, required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { Cancellation } from './cancellation.ts';
import { orderSection, type Order } from './contract.ts';
import * as history from './repository-history.ts';
import { ORDER_STATUSES } from './rules.ts';
import { presentHistory } from './schema.ts';
import type { Orders } from './service.ts';
import { cellsOf } from './service-facts.ts';
import { nameOf, rightsOf } from './staff-pages.ts';
import { INVOICE_OPTIONS } from './statuses.ts';
import { getOrder } from './transitions.ts';
import type { OrderViews } from './views.ts';

interface Needs {
  readonly views: OrderViews;
  readonly orders: Orders;
  readonly cancellation: Cancellation;
  readonly plugins: Plugins;
  readonly admin: ReturnType<typeof adminApi>;
}

const Shown = MapOf(Anything());
const OneOrder = { id: required('Order ID was not passed', Id) };
/** On the order's own page; the rest of its history has a page of its own. */
const LATEST = { page: 1, perPage: 12 };

/** One order as staff see it: its status and why, what it delivers, and what they can do. */
export function staffOrderPages({ views, orders, cancellation, plugins, admin }: Needs): readonly Page[] {
  const one = adminEndpoint({
    summary: 'An order with all that belongs to it.',
    permission: 'view',
    input: Type.Object(OneOrder),
    output: Shown,
    async handle(ctx, { id }) {
      const order = await getOrder(ctx, id);
      const view = await views.one(ctx, id);
      const told = await history.listPage(ctx.db, id, LATEST);
      const sections = plugins
        .list(orderSection)
        .filter(({ module, permission }) => holds(ctx.actor.rights, module, permission));
      return {
        order: view,
        client_name: nameOf(view.client),
        maySeeClient: holds(ctx.actor.rights, 'client', 'view'),
        may: rightsOf(ctx.actor),
        can: stepsOf(order),
        canEndLater: canCancel(order) && (await cancellation.canCancelAtPeriodEnd(ctx, id)),
        why: told.items.find(({ status }) => status === order.status)?.notes ?? null,
        moments: told.items.map(momentOf),
        facts: cellsOf(await orders.showService(ctx, order)),
        config: cellsOf(order.config),
        addons: await views.addons(ctx, order),
        sections: await Promise.all(
          sections.map(async (section) => ({ title: section.title, rows: await section.load(ctx, id) })),
        ),
      };
    },
  });

  const story = adminEndpoint({
    summary: 'The history of an order, newest first.',
    permission: 'view',
    input: Type.Object({ ...OneOrder, page: Paging.page }),
    output: Shown,
    async handle(ctx, { id, page }) {
      const { title } = await getOrder(ctx, id);
      const found = await history.listPage(ctx.db, id, { page, perPage: ROWS });
      return { ...listed(found, presentHistory), moments: found.items.map(momentOf), order: { id, title } };
    },
  });

  const edit = adminEndpoint({
    summary: 'The form to change an order.',
    permission: 'manage',
    input: Type.Object(OneOrder),
    output: Shown,
    handle: async (ctx, { id }) => ({
      order: await views.one(ctx, id),
      grace: (await getOrder(ctx, id)).suspensionGraceDays ?? '',
      statuses: ORDER_STATUSES,
      invoiceOptions: Object.keys(INVOICE_OPTIONS),
    }),
  });

  const note = adminEndpoint({
    summary: 'Add a line to the history under the status the order has.',
    permission: 'manage',
    input: Type.Object({ ...OneOrder, notes: required('Write a note first', Text({ maxLength: 10_000 })) }),
    output: Done,
    handle: async (ctx, { id, notes }) => done(orders.addHistory(ctx, id, (await getOrder(ctx, id)).status, notes)),
  });

  const at = '/order/manage/:id';
  const form = { role: 'admin', then: `/admin${at}` } as const;
  return [
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/manage' },
    { role: 'admin', route: `GET ${at}/story`, endpoint: story, view: 'admin/story' },
    { role: 'admin', route: `GET ${at}/edit`, endpoint: edit, view: 'admin/edit' },
    { ...form, route: `POST ${at}/edit`, endpoint: admin.update, says: 'orders.saved' },
    { ...form, route: `POST ${at}/note`, endpoint: note, says: 'orders.noted' },
    { ...form, route: `POST ${at}/activate`, endpoint: admin.activate, says: 'orders.activated' },
    { ...form, route: `POST ${at}/renew`, endpoint: admin.renew, says: 'orders.renewed' },
    { ...form, route: `POST ${at}/suspend`, endpoint: admin.suspend, says: 'orders.suspended' },
    { ...form, route: `POST ${at}/unsuspend`, endpoint: admin.unsuspend, says: 'orders.unsuspended' },
    { ...form, route: `POST ${at}/cancel`, endpoint: admin.cancel, says: 'orders.canceled' },
    { ...form, route: `POST ${at}/uncancel`, endpoint: admin.uncancel, says: 'orders.uncanceled' },
    { ...form, route: `POST ${at}/delete`, endpoint: admin.delete, then: '/admin/order', says: 'orders.removed' },
  ];
}

const canCancel = ({ status }: Order): boolean => status === 'active' || status === 'suspended';

/** What the present status allows. */
const stepsOf = (order: Order) => ({
  activate: ['pending_setup', 'failed_setup'].includes(order.status),
  renew: order.period !== undefined && ['active', 'suspended', 'failed_renew'].includes(order.status),
  suspend: order.status === 'active',
  unsuspend: order.status === 'suspended',
  cancel: order.status !== 'canceled',
  uncancel: order.status === 'canceled',
});

const momentOf = ({ status, notes, createdAt }: history.HistoryEntry) => ({
  title: notes ?? '',
  status,
  at: createdAt,
});
