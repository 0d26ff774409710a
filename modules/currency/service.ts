import { atomic, type Context } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { conflict, invalidInput, notFound } from '#core/error';
import type { ListRequest } from '#core/listing';
import { remembered } from '#core/memory';
import { currencyCodes, rateFrom, toDecimal, type Rate } from '#core/money';
import type { SettingStore } from '#core/settings';
import {
  currencyBeingRemoved,
  currencyRemoved,
  defaultCurrencyBeingChanged,
  defaultCurrencyChanged,
  type CurrencyService,
} from './contract.ts';
import { format } from './format.ts';
import { nameOf } from './names.ts';
import { convert, divide, ONE, product, readFraction, readRate } from './rate.ts';
import { inPresentDefault, type RateUpdates } from './rate-updates.ts';
import * as currencies from './repository.ts';
import type { CurrencyChange, StoredCurrency } from './repository.ts';
import { present } from './view.ts';

/** As is in the contract of this module, and what its own endpoints need. */
export type Currencies = ReturnType<typeof createCurrencies>;

export interface NewCurrency {
  readonly code: string;
  /** As it was sent; blank: what the provider says. */
  readonly rate: string | undefined;
  readonly isRateManual: boolean;
}

export interface Update extends Omit<CurrencyChange, 'rate'> {
  /** As it was sent. */
  readonly rate?: string | undefined;
}

export interface PriceToFormat {
  readonly price: string;
  /** Undefined: the default currency. */
  readonly code: string | undefined;
  /** The price is in the default currency. */
  readonly isInDefault: boolean;
  readonly withoutCurrency: boolean;
}

export function createCurrencies(settings: SettingStore, rates: RateUpdates) {
  const find = (ctx: Context, code: string) => remembered(ctx, `currency ${code}`, () => currencies.find(ctx.db, code));
  const get = async (ctx: Context, code: string): Promise<StoredCurrency> => (await find(ctx, code)) ?? missing();
  const getDefault = (ctx: Context) =>
    remembered(ctx, 'default currency', async () => (await currencies.findDefault(ctx.db)) ?? withoutDefault());
  const localeOf = async (ctx: Context): Promise<string> => (await settings.param(ctx, 'locale')) || 'en_US';

  const formatter: CurrencyService['formatter'] = async (ctx, currency, { locale, withoutCurrency } = {}) => {
    const style = (await find(ctx, currency)) ?? { code: currency };
    const wish = { locale: locale ?? (await localeOf(ctx)), withoutCurrency };
    return (amount) => format(rateFrom(toDecimal(amount)), style, wish);
  };

  const lent: Omit<CurrencyService, 'create' | 'setDefault'> = {
    default: getDefault,
    keepDefault: async (tx) => (await currencies.findDefaultForShare(tx.db)) ?? withoutDefault(),
    find,
    list: (ctx) => currencies.listAll(ctx.db),
    view: present,
    fromDefault: (amount, to) => (amount.currency === to.code ? amount : convert(amount, to.code, to.rate)),
    toDefault: (amount, from, defaultCode) =>
      from.code === defaultCode ? amount : convert(amount, defaultCode, divide(ONE, from.rate)),
    format: async (ctx, amount, options) => (await formatter(ctx, amount.currency, options))(amount),
    formatter,
  };

  return {
    ...lent,
    get,
    page: (ctx: Context, search: string | undefined, page: ListRequest) => currencies.listPage(ctx.db, search, page),

    /** Names of those there are, by code. */
    async names(ctx: Context): Promise<Record<string, string>> {
      const all = await currencies.listAll(ctx.db);
      return Object.fromEntries(all.map(({ code }) => [code, nameOf(code)]));
    },

    async formatPrice(ctx: Context, { price, code, isInDefault, withoutCurrency }: PriceToFormat): Promise<string> {
      const value = readFraction(price);
      if (value === undefined) throw invalidInput('currency.invalid_price', 'Price must be a valid number.');
      const currency = code === undefined ? await getDefault(ctx) : await get(ctx, code);
      if (!isWritable(value)) throw invalidInput('currency.price_too_large', 'Price is too large.');
      const shown = isInDefault ? product(value, currency.rate) : value;
      return format(shown, currency, { locale: await localeOf(ctx), withoutCurrency });
    },

    async create(ctx: Context, { code, rate, isRateManual }: NewCurrency): Promise<string> {
      if ((await find(ctx, code)) !== undefined) throw registered();
      if (!currencyCodes.includes(code)) throw invalidInput('currency.unknown_code', 'Currency code is invalid.');
      const isBlank = rate === undefined || rate.trim() === '';
      if (isBlank && isRateManual)
        throw invalidInput(
          'currency.manual_without_rate',
          'A conversion rate is required when manual override is enabled.',
        );
      const quoted = isBlank ? await rates.quotedFor(ctx, code) : { rate: positive(rate), base: undefined };
      return atomic(ctx, async (tx) => {
        const found = quoted && (await inPresentDefault(tx, quoted));
        await unlessRegistered(() => currencies.insert(tx.db, { code, rate: found ?? ONE, isRateManual }, tx.now));
        await tx.record(
          found
            ? `Added new currency ${code}`
            : `Added new currency ${code} with a conversion rate of 1: none could be fetched`,
          found ? 'info' : 'warning',
        );
        return code;
      });
    },

    update: (ctx: Context, code: string, { rate: sent, ...change }: Update): Promise<void> =>
      atomic(ctx, async (tx) => {
        const currency = (await currencies.findForUpdate(tx.db, code)) ?? missing();
        if (currency.isDefault && change.isRateManual === true)
          throw conflict('currency.default_not_manual', 'The default currency cannot use a manual rate override.');
        const rate = sent === undefined ? undefined : (readRate(sent) ?? invalidRate());
        // One of the default currency is one of itself, whatever is sent.
        await currencies.set(tx.db, currency.code, { ...change, rate: currency.isDefault ? undefined : rate }, tx.now);
        await tx.record(`Updated currency ${currency.code}`);
      }),

    remove: (ctx: Context, code: string): Promise<void> =>
      atomic(ctx, async (tx) => {
        const currency = (await currencies.findForUpdate(tx.db, code)) ?? missing();
        if (currency.isDefault) throw conflict('currency.is_default', 'Cannot remove the default currency.');
        await tx.ask(currencyBeingRemoved, { code: currency.code });
        await currencies.remove(tx.db, currency.code);
        await tx.emit(currencyRemoved, { code: currency.code });
        await tx.record(`Removed currency ${currency.code}`);
      }),

    /** Every rate is divided by that of the new default: what one currency is worth in another stays as it was. */
    setDefault: (ctx: Context, code: string): Promise<void> =>
      atomic(ctx, async (tx) => {
        const all = await currencies.listForUpdate(tx.db);
        const next = all.find((currency) => currency.code === code.toUpperCase()) ?? missing();
        if (next.isDefault) return;
        const change = { from: all.find(({ isDefault }) => isDefault)?.code ?? null, to: next.code };
        await tx.ask(defaultCurrencyBeingChanged, change);
        await currencies.setDefault(tx.db, next.code, tx.now);
        for (const other of all)
          if (other !== next) await currencies.set(tx.db, other.code, { rate: divide(other.rate, next.rate) }, tx.now);
        await tx.emit(defaultCurrencyChanged, change);
        await tx.record(`Set currency ${next.code} as default`);
      }),

    /** For the doctor. */
    async examine(ctx: Context): Promise<string[]> {
      return (await currencies.findDefault(ctx.db)) === undefined ? ['No currency is the default.'] : [];
    },
  };
}

/** Longer numbers are no prices, and a locale has no way to write them. */
const isWritable = ({ numerator, denominator }: Rate): boolean =>
  (numerator < 0n ? -numerator : numerator) < 10n ** 30n * denominator;

const positive = (text: string): Rate => {
  const rate = readRate(text);
  if (rate === undefined)
    throw invalidInput('currency.rate_not_positive', 'Currency conversion rate must be a positive number.');
  return rate;
};

async function unlessRegistered(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw isUniqueViolation(error) ? registered() : error;
  }
}

const registered = () => conflict('currency.registered', 'Currency already registered.');

const missing = (): never => {
  throw notFound('currency.not_found', 'Currency not found.');
};

const withoutDefault = (): never => {
  throw notFound('currency.no_default', 'Default currency not found');
};

const invalidRate = (): never => {
  throw invalidInput('currency.invalid_rate', 'Currency conversion rate is invalid.');
};
