import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Id, required, Text } from '#core/schema';
import type { Categories } from '../category/service.ts';
import { CategoryView, presentCategory } from '../category/schema.ts';
import { Pairs, presentPairs } from '../schema.ts';

const CategoryId = required('Category ID was not passed', Id);
const Details = {
  description: Type.Optional(Text({ maxLength: 60_000 })),
  icon_url: Type.Optional(Text({ maxLength: 255 })),
};

export const categoryApi = (categories: Categories) => ({
  category_get_pairs: adminEndpoint({
    summary: 'Titles of the categories, by id.',
    permission: 'view',
    input: Type.Object({}),
    output: Pairs,
    handle: async (ctx) => presentPairs(await categories.titles(ctx)),
  }),

  category_get: adminEndpoint({
    summary: 'Get a category with its products that are for sale.',
    permission: 'manage_categories',
    input: Type.Object({ id: CategoryId }),
    output: CategoryView,
    handle: async (ctx, { id }) => presentCategory(await categories.show(ctx, id)),
  }),

  category_create: adminEndpoint({
    summary: 'Make a category.',
    permission: 'manage_categories',
    input: Type.Object({ title: required('Category title is required', Text({ maxLength: 100 })), ...Details }),
    output: Type.Integer(),
    handle: async (ctx, { title, description, icon_url: iconUrl }) =>
      categories.create(ctx, { title, description, iconUrl }),
  }),

  category_update: adminEndpoint({
    summary: 'Replace what is known of a category: fields that are left out are cleared.',
    permission: 'manage_categories',
    input: Type.Object({ id: CategoryId, title: Type.Optional(Text({ maxLength: 100 })), ...Details }),
    output: Done,
    handle: (ctx, { id, title, description, icon_url: iconUrl }) =>
      done(categories.update(ctx, id, { title, description, iconUrl })),
  }),

  category_delete: adminEndpoint({
    summary: 'Delete a category without products.',
    permission: 'manage_categories',
    input: Type.Object({ id: CategoryId }),
    output: Done,
    handle: (ctx, { id }) => done(categories.remove(ctx, id)),
  }),
});
