import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { MapOf, Text } from '#core/schema';
import { CurrencyView } from '../contract.ts';
import * as wire from '../schema.ts';
import type { Currencies } from '../service.ts';

export const guestApi = (currencies: Currencies) => ({
  get_pairs: guestEndpoint({
    summary: 'Names of the currencies one can pay in, by code.',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: (ctx) => currencies.names(ctx),
  }),

  get: guestEndpoint({
    summary: 'A currency; without a code the default.',
    input: Type.Object({ code: Type.Optional(Text()) }),
    output: CurrencyView,
    handle: async (ctx, { code }) =>
      currencies.view(await (code ? currencies.get(ctx, code) : currencies.default(ctx))),
  }),

  format: guestEndpoint({
    summary: 'A price for people to read; converted from the default currency unless `convert` is false.',
    input: wire.FormatInput,
    output: Type.String(),
    handle: (ctx, { price, code, convert: isInDefault, without_currency: withoutCurrency }) =>
      currencies.formatPrice(ctx, {
        price: price.trim() === '' ? '0' : price,
        code: code || undefined,
        isInDefault,
        withoutCurrency,
      }),
  }),
});
