import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Id, listed, PageOf, pageRequest, Paging, required } from '#core/schema';
import type { CurrencyService } from '#modules/currency/contract';
import { CartView, presentCart } from '../schema.ts';
import type { Carts } from '../service.ts';

export const adminApi = (carts: Carts, currencies: CurrencyService) => ({
  get_list: adminEndpoint({
    summary: 'All carts, the oldest first.',
    input: Type.Object({ ...Paging }),
    output: PageOf(CartView),
    permission: 'access',
    handle: async (ctx, page) => listed(await carts.list(ctx, pageRequest(page)), presentCart(currencies)),
  }),

  get: adminEndpoint({
    summary: 'One cart.',
    input: Type.Object({ id: required('Shopping cart ID is missing', Id) }),
    output: CartView,
    permission: 'access',
    handle: async (ctx, { id }) => presentCart(currencies)(await carts.get(ctx, id)),
  }),

  batch_expire: adminEndpoint({
    summary: 'Remove carts that were made more than seven days ago.',
    input: Type.Object({}),
    output: Done,
    permission: 'access',
    handle: (ctx) => done(carts.expire(ctx)),
  }),
});
