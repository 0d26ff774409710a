import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { currencyCodes } from '#core/money';
import { listed, MapOf, PageOf, pageRequest } from '#core/schema';
import { CurrencyView } from '../contract.ts';
import { nameOf } from '../names.ts';
import * as wire from '../schema.ts';
import type { RateUpdates } from '../rate-updates.ts';
import type { Currencies } from '../service.ts';

const nothing = Type.Object({});

export const adminApi = (currencies: Currencies, rates: RateUpdates) => ({
  get_list: adminEndpoint({
    summary: 'List the currencies of this shop by code.',
    permission: 'view',
    input: wire.ListInput,
    output: PageOf(CurrencyView),
    handle: async (ctx, input) => listed(await currencies.page(ctx, input.search, pageRequest(input)), currencies.view),
  }),

  get_pairs: adminEndpoint({
    summary: 'Every currency of ISO 4217 by code, as for a choice.',
    permission: 'view',
    input: nothing,
    output: MapOf(Type.String()),
    handle: () => Promise.resolve(Object.fromEntries(currencyCodes.map((code) => [code, `${code} (${nameOf(code)})`]))),
  }),

  get: adminEndpoint({
    summary: 'A currency of this shop.',
    permission: 'view',
    input: wire.Code,
    output: CurrencyView,
    handle: async (ctx, { code }) => currencies.view(await currencies.get(ctx, code)),
  }),

  get_default: adminEndpoint({
    summary: 'The currency that prices are in.',
    permission: 'view',
    input: nothing,
    output: CurrencyView,
    handle: async (ctx) => currencies.view(await currencies.default(ctx)),
  }),

  create: adminEndpoint({
    summary: 'Add a currency; without a rate that of the provider, and 1 when it cannot be asked.',
    permission: 'create',
    input: wire.CreateInput,
    output: Type.String({ description: 'Its code.' }),
    handle: (ctx, { code, conversion_rate: rate, is_rate_manual: isRateManual }) =>
      currencies.create(ctx, { code, rate, isRateManual }),
  }),

  update: adminEndpoint({
    summary: 'Change a currency: what is not sent stays as it is, and so does the rate of the default, which is 1.',
    permission: 'edit',
    input: wire.UpdateInput,
    output: Done,
    handle: (ctx, input) => done(currencies.update(ctx, input.code, wire.toUpdate(input))),
  }),

  is_cron_enabled: adminEndpoint({
    summary: 'Whether rates are brought up to date by themselves.',
    permission: 'view',
    input: nothing,
    output: Type.Boolean(),
    handle: (ctx) => rates.isSyncing(ctx),
  }),

  update_rates: adminEndpoint({
    summary: 'Take the rates of the provider, except where staff set them by hand.',
    permission: 'update_rates',
    input: nothing,
    output: Done,
    handle: (ctx) => done(rates.update(ctx)),
  }),

  delete: adminEndpoint({
    summary: 'Remove a currency that nothing is in.',
    permission: 'delete',
    input: wire.Code,
    output: Done,
    handle: (ctx, { code }) => done(currencies.remove(ctx, code)),
  }),

  set_default: adminEndpoint({
    summary: 'Make a currency the one that prices are in: rates are divided by its own, the numbers of prices stay.',
    permission: 'set_default',
    input: wire.Code,
    output: Done,
    handle: (ctx, { code }) => done(currencies.setDefault(ctx, code)),
  }),
});
