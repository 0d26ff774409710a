import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { Id, PageOf, Paging, Text } from '#core/schema';
import type { Categories } from '../category/service.ts';
import { GuestCategoryView, presentCategoryForGuest } from '../category/schema.ts';
import { GuestProductView, Pairs, presentForGuest, presentPairs } from '../schema.ts';
import type { Products } from '../service.ts';
import { filterText, pageOf, pageRequest } from './list.ts';

const OFFERED = { status: 'enabled', isHidden: false, isActive: true } as const;

export const guestApi = (products: Products, categories: Categories) => ({
  get_list: guestEndpoint({
    summary: 'List the products that are for sale.',
    input: Type.Object({ type: Type.Optional(Text()), search: Type.Optional(Text()), ...Paging }),
    output: PageOf(GuestProductView),
    handle: async (ctx, { type, search, ...page }) =>
      pageOf(
        await products.list(ctx, { ...OFFERED, type: filterText(type), search: filterText(search) }, pageRequest(page)),
        presentForGuest,
      ),
  }),

  get_pairs: guestEndpoint({
    summary: 'Titles of the products that are for sale, by id.',
    input: Type.Object({ type: Type.Optional(Text()) }),
    output: Pairs,
    handle: async (ctx, { type }) =>
      presentPairs(await products.titles(ctx, { ...OFFERED, isAddon: false, type: filterText(type) })),
  }),

  get: guestEndpoint({
    summary: 'Get a product by id or by slug. Hidden products are shown to those who know them.',
    input: Type.Object({ id: Type.Optional(Id), slug: Type.Optional(Text()) }),
    output: GuestProductView,
    handle: async (ctx, which) => presentForGuest(await products.showOffered(ctx, which)),
  }),

  category_get_list: guestEndpoint({
    summary: 'List the categories that have something for sale, with their products.',
    input: Type.Object({ ...Paging }),
    output: PageOf(GuestCategoryView),
    handle: async (ctx, page) => pageOf(await categories.list(ctx, pageRequest(page)), presentCategoryForGuest),
  }),

  category_get_pairs: guestEndpoint({
    summary: 'Titles of the categories, by id.',
    input: Type.Object({}),
    output: Pairs,
    handle: async (ctx) => presentPairs(await categories.titles(ctx)),
  }),
});
