import { Type } from '@sinclair/typebox';
import { Done, done, guestEndpoint } from '#core/endpoint';
import { Id, required, Text } from '#core/schema';
import { CurrencyView, type CurrencyService } from '#modules/currency/contract';
import { CartView, presentCart } from '../schema.ts';
import type { Carts } from '../service.ts';
import { forVisitor } from './visitor.ts';

export const guestApi = (carts: Carts, currencies: CurrencyService) => ({
  get: guestEndpoint({
    summary: 'The cart of this visitor. Its amounts are in the default currency and without tax.',
    input: Type.Object({}),
    output: CartView,
    handle: (ctx) => forVisitor(async (visitor) => presentCart(currencies)(await carts.show(ctx, visitor))),
  }),

  reset: guestEndpoint({
    summary: 'Empty the cart. It keeps its currency and loses its promo code.',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => forVisitor((visitor) => done(carts.reset(ctx, visitor))),
  }),

  set_currency: guestEndpoint({
    summary: 'Choose the currency to pay in.',
    input: Type.Object({ currency: required('Currency code was not passed', Text({ maxLength: 20 })) }),
    output: Done,
    handle: (ctx, { currency }) => forVisitor((visitor) => done(carts.setCurrency(ctx, visitor, currency))),
  }),

  get_currency: guestEndpoint({
    summary: 'The currency of the cart.',
    input: Type.Object({}),
    output: CurrencyView,
    handle: (ctx) => forVisitor(async (visitor) => currencies.view(await carts.currency(ctx, visitor))),
  }),

  apply_promo: guestEndpoint({
    summary: 'Apply a promo code to the cart, in place of one that is there.',
    input: Type.Object({ promocode: required('Promo code was not passed', Text({ maxLength: 255 })) }),
    output: Done,
    limit: 'cart_promo_apply_ip',
    handle: (ctx, { promocode }) => forVisitor((visitor) => done(carts.applyPromo(ctx, visitor, promocode))),
  }),

  remove_promo: guestEndpoint({
    summary: 'Take the promo code off the cart.',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => forVisitor((visitor) => done(carts.removePromo(ctx, visitor))),
  }),

  add_item: guestEndpoint({
    summary:
      'Put a product into the cart, with `multiple` beside what is there. Fields of its type and form may be sent too.',
    input: Type.Object({ id: required('Product ID was not passed', Id) }, { additionalProperties: true }),
    output: Done,
    handle: (ctx, asked) => forVisitor((visitor) => done(carts.add(ctx, visitor, { productId: asked.id, asked }))),
  }),

  remove_item: guestEndpoint({
    summary: 'Take a line out of the cart, with the add-ons that belong to it.',
    input: Type.Object({ id: required('Cart item ID was not passed', Id) }),
    output: Done,
    handle: (ctx, { id }) => forVisitor((visitor) => done(carts.removeLine(ctx, visitor, id))),
  }),
});
