import type { OrderStatus } from '#core/product';
import type { Search } from '#core/web/search';
import type { Widget } from '#core/web/widget';
import type { ClientService } from '#modules/client/contract';
import type { Order } from './contract.ts';
import * as orders from './repository.ts';
import { countOf } from './repository-report.ts';
import { listPage } from './repository-list.ts';

/** Where staff see an order. */
export const orderPath = (id: number): string => `/admin/order/manage/${id}`;

export const orderSearch: readonly Search[] = [
  {
    title: 'panel.orders',
    permission: 'view',
    async find(ctx, text) {
      const order = /^\d{1,15}$/.test(text) ? await orders.findById(ctx.db, Number(text)) : undefined;
      return order === undefined ? [] : [{ title: `#${order.id}`, text: order.title, href: orderPath(order.id) }];
    },
  },
];

const NEWEST = 5;
/** What waits for somebody. */
const WAITING: readonly OrderStatus[] = ['pending_setup', 'failed_setup', 'failed_renew', 'suspended'];

export const orderWidgets = (clients: ClientService): readonly Widget[] => [
  {
    title: 'panel.waiting',
    permission: 'view',
    order: 30,
    kind: 'figures',
    href: '/admin/order',
    async load(ctx) {
      const counts = await countOf(ctx.db, WAITING);
      return WAITING.map((status) => ({
        title: `panel.count.${status}`,
        value: counts.get(status) ?? 0,
        href: `/admin/order?status=${status}`,
        isTrouble: status.startsWith('failed'),
      }));
    },
  },
  {
    title: 'panel.newest',
    permission: 'view',
    order: 50,
    kind: 'rows',
    href: '/admin/order',
    async load(ctx) {
      const { items } = await listPage(ctx.db, {}, { page: 1, perPage: NEWEST });
      const buyers = await clients.summaries(ctx, [...new Set(items.map(({ clientId }) => clientId))]);
      return items.map((order) => ({
        title: `#${order.id} ${order.title}`,
        text: nameOf(buyers, order),
        href: orderPath(order.id),
        status: order.status,
        at: order.createdAt,
      }));
    },
  },
];

function nameOf(buyers: Awaited<ReturnType<ClientService['summaries']>>, { clientId }: Order): string {
  const buyer = buyers.get(clientId);
  return [buyer?.first_name, buyer?.last_name].filter(Boolean).join(' ');
}
