import { Type, type Static } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, file } from '#core/endpoint';
import { csvOf, everyPage, ROWS, sortable } from '#core/listing';
import { currencyCodes } from '#core/money';
import { Anything, listed, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import { nameOf } from './names.ts';
import type { RateUpdates } from './rate-updates.ts';
import type { StoredCurrency } from './repository.ts';
import * as wire from './schema.ts';
import type { Currencies } from './service.ts';

interface Parts {
  readonly currencies: Currencies;
  readonly rates: RateUpdates;
  readonly admin: ReturnType<typeof adminApi>;
}

const Shown = MapOf(Anything());
const List = sortable(wire.ListInput);
const COLUMNS = ['code', 'name', 'rate', 'default', 'manual', 'format_pattern', 'fraction_digits'];
/** Shows thousands and decimals at once. */
const EXAMPLE = '1234.5';

/** Currencies, as staff see and change them. */
export function currencyPages({ currencies, rates, admin }: Parts): readonly Page[] {
  const pageOf = (ctx: Context, { search, sort, page }: Static<typeof List>, perPage = ROWS) =>
    currencies.page(ctx, search, { page, perPage, sort });

  const list = adminEndpoint({
    summary: 'The currencies of this shop.',
    permission: 'view',
    input: List,
    output: Shown,
    handle: async (ctx, input) => ({
      ...listed(await pageOf(ctx, input), rowOf),
      isSyncing: await rates.isSyncing(ctx),
      may: rightsOf(ctx.actor),
    }),
  });

  const exportList = adminEndpoint({
    summary: 'The currencies as a CSV file.',
    permission: 'view',
    input: List,
    output: Type.String(),
    handle: async (ctx, { search }) => {
      async function* rows() {
        for await (const items of everyPage((request) => currencies.page(ctx, search, request))) yield items.map(rowOf);
      }
      return file(
        'currencies.csv',
        'text/csv; charset=utf-8',
        csvOf(COLUMNS, rows(), (time) => time.toISOString()),
      );
    },
  });

  const fresh = adminEndpoint({
    summary: 'The form for a new currency.',
    permission: 'create',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => {
      const present = new Set((await currencies.list(ctx)).map(({ code }) => code));
      const codes = currencyCodes.filter((code) => !present.has(code));
      return { codes: codes.map((code) => [code, `${code} (${nameOf(code)})`]) };
    },
  });

  const one = adminEndpoint({
    summary: 'A currency with what may be done to it.',
    permission: 'view',
    input: wire.Code,
    output: Shown,
    handle: async (ctx, { code }) => {
      const currency = await currencies.get(ctx, code);
      const price = { price: EXAMPLE, code: currency.code, isInDefault: false, withoutCurrency: false };
      return {
        ...rowOf(currency),
        example: await currencies.formatPrice(ctx, price),
        base: (await currencies.default(ctx)).code,
        may: rightsOf(ctx.actor),
      };
    },
  });

  const at = '/currency/manage/:code';
  const then = `/admin${at}`;
  return [
    { role: 'admin', route: 'GET /currency', endpoint: list, view: 'admin/list' },
    { role: 'admin', route: 'GET /currency/csv', endpoint: exportList },
    { role: 'admin', route: 'POST /currency/rates', endpoint: admin.update_rates, then: '/admin/currency', says: 'currency.ratesTaken' },
    { role: 'admin', route: 'GET /currency/new', endpoint: fresh, view: 'admin/new' },
    { role: 'admin', route: 'POST /currency/new', endpoint: admin.create, leavesFor: pageOfCode, says: 'currency.added' },
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/manage' },
    { role: 'admin', route: `POST ${at}`, endpoint: admin.update, then, says: 'currency.saved' },
    { role: 'admin', route: `POST ${at}/default`, endpoint: admin.set_default, then, says: 'currency.madeDefault' },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.delete, then, says: 'currency.removed' },
  ]; // prettier-ignore
}

export const currencyMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'currency.title', href: '/admin/currency', order: 510, permission: 'view', group: 'system' },
];

const pageOfCode = (code: unknown): string => `/admin/currency/manage/${String(code)}`;

const rowOf = (currency: StoredCurrency) => ({
  id: currency.code,
  code: currency.code,
  name: nameOf(currency.code),
  rate: currency.rateText,
  conversion_rate: currency.rateText,
  default: currency.isDefault,
  manual: currency.isRateManual,
  source: currency.isDefault ? 'default_currency' : currency.isRateManual ? 'manual_rate' : 'provider_rate',
  format_pattern: currency.formatPattern ?? null,
  fraction_digits: currency.fractionDigits ?? null,
});

/** What is not allowed is not offered. */
const rightsOf = ({ rights }: AdminActor) =>
  Object.fromEntries(
    ['create', 'edit', 'delete', 'set_default', 'update_rates'].map((key) => [key, holds(rights, 'currency', key)]),
  );
