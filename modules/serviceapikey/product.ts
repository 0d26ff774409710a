import { Type } from '@sinclair/typebox';
import { productType, type ProductDemo, type ProductType } from '#core/product';
import { Flag, Int, OneOf } from '#core/schema';
import type { ApiKeys } from './service.ts';

/** What staff set on a product; free parameters `custom_…` and `private_…` stand beside these. */
export const KeyShape = Type.Object(
  {
    length: Int({ minimum: 1, maximum: 1024, default: 32, description: 'Hexadecimal characters, dashes not counted.' }),
    split: Flag(true),
    split_interval: Int({ minimum: 1, default: 8, description: 'A dash after every so many characters.' }),
    case: OneOf('upper', 'lower', 'mixed'),
  },
  { additionalProperties: true },
);

export const apiKeyProduct = (keys: ApiKeys, demo: ProductDemo): ProductType =>
  productType({
    name: 'apikey',
    title: 'Apikey',
    config: KeyShape,
    clientKeys: ['period', 'quantity'],
    managedAt: '/apikeys/:order_id',
    configure: (product, asked) => ({ ...product, ...asked }),
    create: (tx, order) => keys.issue(tx, order),
    activate: (tx, order) => keys.activate(tx, order),
    // Renewing needs no act of ours: the new expiry comes by `follow`.
    suspend: (tx, order) => keys.require(tx, order),
    unsuspend: (tx, order) => keys.require(tx, order),
    cancel: (tx, order) => keys.require(tx, order),
    uncancel: (tx, order) => keys.require(tx, order),
    remove: (tx, order) => keys.remove(tx, order),
    follow: (tx, order) => keys.follow(tx, order),
    show: (ctx, order) => keys.show(ctx, order),
    delivered: (ctx, orders) => keys.delivered(ctx, orders),
    demo,
  });
