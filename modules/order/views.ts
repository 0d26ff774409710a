import type { Static } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { notFound } from '#core/error';
import type { Page } from '#core/db/paginate';
import type { ListRequest } from '#core/listing';
import type { ClientService } from '#modules/client/contract';
import type { ProductService } from '#modules/product/contract';
import type { Order } from './contract.ts';
import { startOfDay } from './day.ts';
import type { OrderInput } from './filter.ts';
import * as metas from './repository-meta.ts';
import * as lists from './repository-list.ts';
import * as orders from './repository.ts';
import { presentOrder, presentRow, type OrderAdminView, type OrderRow, type OrderView } from './schema.ts';
import { getOrder } from './transitions.ts';

/** Orders with what surrounds them: their client and their meta, in a fixed number of queries. */
export interface OrderViews {
  one(ctx: Context, id: number): Promise<Static<typeof OrderAdminView>>;
  own(ctx: Context, id: number, clientId: number): Promise<Static<typeof OrderView>>;
  addons(ctx: Context, order: Order): Promise<Static<typeof OrderView>[]>;
  list(
    ctx: Context,
    filter: OrderInput,
    request: ListRequest,
    viewer: 'admin' | 'client',
  ): Promise<Page<Static<typeof OrderRow>>>;
  /** What the order's client may change to: product titles by id. */
  upgrades(ctx: Context, order: Order): Promise<Record<string, string>>;
}

/** A numeric search is an id; any other text is looked for in titles and among this many clients by name. */
const CLIENTS_SEARCHED = 200;

export function createOrderViews({
  clients,
  products,
}: {
  clients: ClientService;
  products: ProductService;
}): OrderViews {
  async function present(ctx: Context, found: readonly Order[]): Promise<Static<typeof OrderView>[]> {
    const [metaOf, clientOf] = await Promise.all([
      metas.listOf(
        ctx.db,
        found.map(({ id }) => id),
      ),
      clients.summaries(ctx, [...new Set(found.map(({ clientId }) => clientId))]),
    ]);
    return found.map((order) => {
      const client = clientOf.get(order.clientId);
      if (client === undefined) throw notFound('client.unknown', 'Client not found');
      return presentOrder(order, { meta: metaOf.get(order.id) ?? {}, client });
    });
  }

  /** Clients see in lists where their own invoices go. */
  async function ownSummaries(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, object>> {
    const [shown, all] = await Promise.all([clients.summaries(ctx, ids), clients.staffSummaries(ctx, ids)]);
    return new Map(
      [...shown].map(([id, summary]) => [id, { ...summary, billing_email: all.get(id)?.['billing_email'] ?? null }]),
    );
  }

  return {
    async one(ctx, id) {
      const order = await getOrder(ctx, id);
      const [[view], product] = await Promise.all([present(ctx, [order]), products.find(ctx, order.productId)]);
      if (view === undefined) throw notFound('client.unknown', 'Client not found');
      return { ...view, plugin: product?.plugin ?? null };
    },

    async own(ctx, id, clientId) {
      const [view] = await present(ctx, [await getOwn(ctx, id, clientId)]);
      if (view === undefined) throw notFound('client.unknown', 'Client not found');
      return view;
    },

    addons: async (ctx, order) => present(ctx, await orders.listAddons(ctx.db, order)),

    async list(ctx, { search, createdOn, ...rest }, request, viewer) {
      const isId = search !== undefined && /^\d+$/.test(search);
      const filter: lists.OrderFilter = {
        ...rest,
        ...(createdOn && { createdFrom: startOfDay(createdOn), createdBefore: startOfDay(createdOn, 1) }),
        ...(isId && { ids: [Number(search)] }),
        ...(search !== undefined &&
          !isId && { search: { text: search, clientIds: await clients.searchIds(ctx, search, CLIENTS_SEARCHED) } }),
      };
      const page = await lists.listPage(ctx.db, filter, request);
      const ids = [...new Set(page.items.map(({ clientId }) => clientId))];
      const [metaOf, clientOf] = await Promise.all([
        metas.listOf(
          ctx.db,
          page.items.map(({ id }) => id),
        ),
        viewer === 'admin' ? clients.staffSummaries(ctx, ids) : ownSummaries(ctx, ids),
      ]);
      const rows = page.items.map((order) =>
        presentRow(order, metaOf.get(order.id) ?? {}, { ...clientOf.get(order.clientId) }),
      );
      return { ...page, items: rows };
    },

    async upgrades(ctx, order) {
      const product = await products.find(ctx, order.productId);
      const others = (product?.upgradeIds ?? []).filter((id) => id !== order.productId);
      const found = await products.findAll(ctx, others);
      return Object.fromEntries([...found.values()].map(({ id, title }) => [String(id), title]));
    },
  };
}

/** Another client's order does not exist. */
export async function getOwn(ctx: Context, id: number, clientId: number): Promise<Order> {
  const order = await orders.findById(ctx.db, id);
  if (order?.clientId !== clientId) throw notFound('order.unknown', 'Order not found');
  return order;
}
