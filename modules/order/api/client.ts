import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { clientEndpoint } from '#core/endpoint';
import { conflict } from '#core/error';
import { Anything, Id, listed, MapOf, Or, PageOf, pageRequest, required } from '#core/schema';
import { ListInput, toFilter } from '../filter.ts';
import { OrderRow, OrderView } from '../schema.ts';
import type { Orders } from '../service.ts';
import { getOwn, type OrderViews } from '../views.ts';

const OwnOrder = Type.Object({ id: required('Order id required', Id) });

export const clientApi = (
  orders: Orders,
  views: OrderViews,
  /** Who ends before this time is sent an invoice for the next period. */
  renewsBefore: (ctx: Context) => Promise<Date>,
) => ({
  get_list: clientEndpoint({
    summary: 'Own orders, newest first.',
    input: Type.Object({
      ...ListInput.properties,
      expiring: Type.Optional(Anything({ description: 'Only those that soon end; no other filter counts then.' })),
    }),
    output: PageOf(OrderRow),
    handle: async (ctx, input) => {
      const filter = input.expiring === undefined ? toFilter(input) : { expiringBefore: await renewsBefore(ctx) };
      return listed(
        await views.list(ctx, { ...filter, clientId: ctx.actor.id }, pageRequest(input), 'client'),
        (row) => row,
      );
    },
  }),

  get: clientEndpoint({
    summary: 'One own order.',
    input: OwnOrder,
    output: OrderView,
    handle: (ctx, { id }) => views.own(ctx, id, ctx.actor.id),
  }),

  addons: clientEndpoint({
    summary: 'The add-ons of an own order.',
    input: OwnOrder,
    output: Type.Array(OrderView),
    handle: async (ctx, { id }) => views.addons(ctx, await getOwn(ctx, id, ctx.actor.id)),
  }),

  service: clientEndpoint({
    summary: 'What an active own order delivers, such as its API key.',
    input: OwnOrder,
    output: Or(MapOf(Anything())),
    handle: async (ctx, { id }) => {
      const order = await getOwn(ctx, id, ctx.actor.id);
      if (order.status !== 'active') throw conflict('order.not_active', 'Order is not active');
      return (await orders.showService(ctx, order)) ?? null;
    },
  }),

  upgradables: clientEndpoint({
    summary: 'Products an own order may be changed to.',
    input: OwnOrder,
    output: MapOf(Type.String()),
    handle: async (ctx, { id }) => views.upgrades(ctx, await getOwn(ctx, id, ctx.actor.id)),
  }),

  delete: clientEndpoint({
    summary: 'Delete an own order that was never set up.',
    input: OwnOrder,
    output: Type.Literal(true),
    handle: async (ctx, { id }) => {
      await orders.removeOwn(ctx, id, ctx.actor.id);
      return true as const;
    },
  }),
});
