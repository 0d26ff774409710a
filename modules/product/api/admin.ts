import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, Flag, Id, MapOf, PageOf, Paging, required, Text, Truthy } from '#core/schema';
import { reference, toUpdate, updateFields } from '../input.ts';
import { Pairs, present, presentPairs, ProductView } from '../schema.ts';
import type { Products } from '../service.ts';
import { filterText, pageOf, pageRequest } from './list.ts';

const NewId = Type.Integer({ description: 'The id of what was made.' });
const Title = required('You must specify a title', Text({ maxLength: 255 }));
const AddonId = required('Addon ID was not passed', Id);

export const productApi = (products: Products) => ({
  get_list: adminEndpoint({
    summary: 'List products, without add-ons.',
    permission: 'view',
    input: Type.Object({
      type: Type.Optional(Text()),
      status: Type.Optional(Text()),
      search: Type.Optional(Text({ description: 'In the title.' })),
      show_hidden: Truthy(true),
      ...Paging,
    }),
    output: PageOf(ProductView),
    handle: async (ctx, { type, status, search, show_hidden, ...page }) =>
      pageOf(
        await products.list(
          ctx,
          {
            type: filterText(type),
            status: filterText(status),
            search: filterText(search),
            isHidden: show_hidden ? undefined : false,
          },
          pageRequest(page),
        ),
        present,
      ),
  }),

  get_pairs: adminEndpoint({
    summary: 'Titles of products, by id; disabled and hidden ones too.',
    permission: 'view',
    input: Type.Object({ type: Type.Optional(Text()), products_only: Flag(true), active_only: Flag(true) }),
    output: Pairs,
    handle: async (ctx, { type, products_only, active_only }) =>
      presentPairs(
        await products.titles(ctx, {
          type: filterText(type),
          isAddon: products_only ? false : undefined,
          isActive: active_only ? true : undefined,
        }),
      ),
  }),

  get: adminEndpoint({
    summary: 'Get a product.',
    permission: 'view',
    input: Type.Object({ id: Id }),
    output: ProductView,
    handle: async (ctx, { id }) => present(await products.show(ctx, id)),
  }),

  get_types: adminEndpoint({
    summary: 'Titles of the product types, by name.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: async () => products.types(),
  }),

  prepare: adminEndpoint({
    summary: 'Make a product. It is disabled and free until it is updated.',
    permission: 'manage_products',
    input: Type.Object({
      title: Title,
      type: required('Type was not passed', Text({ maxLength: 64 })),
      product_category_id: Type.Optional(Anything()),
    }),
    output: NewId,
    handle: async (ctx, { title, type, product_category_id }) =>
      products.prepare(ctx, { title, type, categoryId: reference(product_category_id) ?? undefined }),
  }),

  update: adminEndpoint({
    summary: 'Change a product.',
    permission: 'manage_products',
    input: Type.Object({ id: Id, ...updateFields }),
    output: Done,
    handle: (ctx, { id, ...fields }) => done(products.update(ctx, id, toUpdate(fields))),
  }),

  update_priority: adminEndpoint({
    summary: 'Set the priorities by which products are sorted, by id.',
    permission: 'manage_products',
    input: Type.Object({ priority: Type.Optional(Anything({ description: 'A map of ids to numbers.' })) }),
    output: Done,
    handle: (ctx, { priority }) => done(products.prioritize(ctx, priority)),
  }),

  update_config: adminEndpoint({
    summary: 'Replace the configuration of a product, or add one pair to it.',
    permission: 'manage_products',
    input: Type.Object({
      id: Id,
      config: Type.Optional(Anything({ description: 'A map; its empty values are dropped.' })),
      new_config_name: Type.Optional(Text()),
      new_config_value: Type.Optional(Text()),
    }),
    output: Done,
    handle: (ctx, { id, config, new_config_name: name, new_config_value: value }) =>
      done(products.configure(ctx, id, { config, name, value })),
  }),

  delete: adminEndpoint({
    summary: 'Delete a product that nobody ordered.',
    permission: 'manage_products',
    input: Type.Object({ id: Id }),
    output: Done,
    handle: (ctx, { id }) => done(products.remove(ctx, id)),
  }),

  addon_get_pairs: adminEndpoint({
    summary: 'Titles of the add-ons, by id.',
    permission: 'view',
    input: Type.Object({}),
    output: Pairs,
    handle: async (ctx) => presentPairs(await products.titles(ctx, { isAddon: true })),
  }),

  addon_create: adminEndpoint({
    summary: 'Make an add-on. It is free until it is updated.',
    permission: 'manage_products',
    input: Type.Object({
      title: Title,
      description: Type.Optional(Text({ maxLength: 60_000 })),
      setup: Text({ maxLength: 50, default: 'after_payment' }),
      status: Text({ maxLength: 50, default: 'disabled' }),
      icon_url: Type.Optional(Text({ maxLength: 255 })),
    }),
    output: NewId,
    handle: async (ctx, { icon_url: iconUrl, ...addon }) => products.createAddon(ctx, { ...addon, iconUrl }),
  }),

  addon_get: adminEndpoint({
    summary: 'Get an add-on.',
    permission: 'view',
    input: Type.Object({ id: AddonId }),
    output: ProductView,
    handle: async (ctx, { id }) => present(await products.showAddon(ctx, id)),
  }),

  addon_update: adminEndpoint({
    summary: 'Change an add-on.',
    permission: 'manage_products',
    input: Type.Object({ ...updateFields, id: AddonId }),
    output: Done,
    handle: (ctx, { id, ...fields }) => done(products.updateAddon(ctx, id, toUpdate(fields))),
  }),

  addon_delete: adminEndpoint({
    summary: 'Delete an add-on that nobody ordered.',
    permission: 'manage_products',
    input: Type.Object({ id: Id }),
    output: Done,
    handle: (ctx, { id }) => done(products.remove(ctx, id)),
  }),
});
