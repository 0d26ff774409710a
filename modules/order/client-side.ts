import { plug, type Plug } from '#core/plugin';
import type { Say } from '#core/web/phrase';
import { clientSection, clientStory } from '#modules/client/contract';
import { orderPath } from './overview.ts';
import * as history from './repository-history.ts';
import { listPage } from './repository-list.ts';

const FEW = { page: 1, perPage: 8 };

/** What the page of a client shows of its orders. */
export const clientPlugs = (say: Say): readonly Plug[] => [
  plug(clientSection, {
    module: 'order',
    permission: 'view',
    order: 10,
    title: say('panel.orders'),
    load: async (ctx, clientId) =>
      (await listPage(ctx.db, { clientId }, FEW)).items.map(({ id, title, status, createdAt }) => ({
        title: `#${id} ${title}`,
        href: orderPath(id),
        status,
        at: createdAt,
      })),
    allAt: (clientId) => `/admin/order?client_id=${clientId}`,
    newAt: (clientId) => `/admin/order/new?client_id=${clientId}`,
  }),
  plug(clientStory, {
    module: 'order',
    permission: 'view',
    load: async (ctx, clientId, { before, limit }) =>
      (await history.listOfClient(ctx.db, clientId, before, limit)).map((entry) => ({
        at: entry.createdAt,
        title: say('panel.orderOf', { id: entry.orderId, title: entry.title }),
        text: entry.notes,
        href: orderPath(entry.orderId),
        status: entry.status,
      })),
  }),
];
