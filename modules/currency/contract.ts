import { Type, type Static } from '@sinclair/typebox';
import type { Context, Tx } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import type { Money, Rate } from '#core/money';
import { Or } from '#core/schema';
import { defineService } from '#core/service';

/** All that other modules may see of currencies. */

export interface Currency {
  /** ISO 4217. */
  readonly code: string;
  readonly isDefault: boolean;
  /** Units of this currency for one of the default currency; 1 for the default itself. */
  readonly rate: Rate;
  /** The rate with six decimals: `0.920000`; one below a thousandth has six significant digits, so that it is never told as 0. */
  readonly rateText: string;
}

/** A currency on the wire at the level of release 0.8.5 (invoicing spec 17.1). */
export const CurrencyView = Type.Object({
  code: Type.String(),
  name: Type.String(),
  symbol: Type.String(),
  conversion_rate: Type.Number(),
  default: Type.Boolean(),
});

export interface FormatOptions {
  /** `en_US`, `zh_CN`; the installation's when absent. */
  readonly locale?: string | undefined;
  readonly withoutCurrency?: boolean;
}

export interface CurrencyService {
  /** Throws "Default currency not found". */
  default(ctx: Context): Promise<Currency>;
  /** The same; nobody makes another the default until the transaction ends. For who writes amounts under its name. */
  keepDefault(tx: Tx): Promise<Currency>;
  find(ctx: Context, code: string): Promise<Currency | undefined>;
  /** All of them, by code. */
  list(ctx: Context): Promise<readonly Currency[]>;
  view(currency: Currency): Static<typeof CurrencyView>;
  /** Without a rate that of the provider, and 1 when it cannot be asked. Throws when it is there already. */
  create(
    ctx: Context,
    currency: { readonly code: string; readonly rate: string | undefined; readonly isRateManual: boolean },
  ): Promise<string>;
  /** Makes a currency that is there the one that prices are in. */
  setDefault(ctx: Context, code: string): Promise<void>;
  /** From the default currency to another, rounded once. */
  fromDefault(amount: Money, to: Currency): Money;
  /** The other way, rounded once. `rate` is that of the amount's currency. */
  toDefault(amount: Money, from: Pick<Currency, 'code' | 'rate'>, defaultCode: string): Money;
  /** For people: `$1,234.50`. */
  format(ctx: Context, amount: Money, options?: FormatOptions): Promise<string>;
  /** The same for many amounts of one currency, which is looked up once. */
  formatter(ctx: Context, currency: string, options?: FormatOptions): Promise<(amount: Money) => string>;
}

/** Asked before a currency is removed; who still has amounts in it refuses. */
export const currencyBeingRemoved = defineHook('currency.being_removed', Type.Object({ code: Type.String() }));
export const currencyRemoved = defineEvent('currency.removed', Type.Object({ code: Type.String() }));

const DefaultChange = Type.Object({ from: Or(Type.String()), to: Type.String() });
/**
 * Asked while another currency becomes the default. Who keeps amounts that are by definition in the default currency, such
 * as catalogue prices, gives them the new name in the same transaction: the numbers stay.
 */
export const defaultCurrencyBeingChanged = defineHook('currency.default_being_changed', DefaultChange);
export const defaultCurrencyChanged = defineEvent('currency.default_changed', DefaultChange);

export const currencyService = defineService<CurrencyService>('currency');
