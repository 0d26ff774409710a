import type { Context } from '#core/context';
import { conflict } from '#core/error';
import { applyRate, minorDigits, money, parseMoney, toDecimal, type Money, type Rate } from '#core/money';
import type { CurrencyService } from '#modules/currency/contract';

/** What PayPal takes. */
export const CURRENCIES = [
  'AUD', 'BRL', 'CAD', 'CHF', 'CNY', 'CZK', 'DKK', 'EUR', 'GBP', 'HKD', 'HUF', 'ILS', 'JPY', 'MXN', 'MYR', 'NOK', 'NZD',
  'PHP', 'PLN', 'SEK', 'SGD', 'THB', 'TWD', 'USD',
] as const; // prettier-ignore
export type PayPalCurrency = (typeof CURRENCIES)[number];

/** Those it takes in whole units only, whatever ISO 4217 says. */
const WHOLE = ['HUF', 'JPY', 'TWD'];

/** Minor units of the smallest amount PayPal can tell apart. */
const unitOf = (currency: string): number => (WHOLE.includes(currency) ? 10 ** minorDigits(currency) : 1);

/** An amount in the words of PayPal. */
export interface Worded {
  readonly currency_code: string;
  readonly value: string;
}

export function worded(amount: Money): Worded {
  const unit = unitOf(amount.currency);
  if (amount.amount % unit !== 0)
    throw conflict('paypal.fraction', `PayPal takes whole ${amount.currency} only, not ${toDecimal(amount)}.`);
  const text = toDecimal(amount);
  return { currency_code: amount.currency, value: unit === 1 ? text : text.replace(/\..*$/, '') };
}

/** Undefined for what is none. */
export function readAmount(value: unknown): Money | undefined {
  const { currency_code: currency, value: text } = (value ?? {}) as Record<string, unknown>;
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return undefined;
  if (typeof text !== 'string' || !/^\d{1,13}(\.\d{1,3})?$/.test(text)) return undefined;
  return parseMoney(text, currency);
}

/**
 * What PayPal is to take for what is due. In the currency of the invoice a fraction that PayPal cannot take is rounded up:
 * what is paid too much stays on the balance. In another currency it is the engine's rate, rounded half up.
 */
export async function chargeFor(
  ctx: Context,
  due: Money,
  wanted: PayPalCurrency | undefined,
  currencies: Pick<CurrencyService, 'find'>,
): Promise<Money> {
  const to = wanted ?? CURRENCIES.find((one) => one === due.currency);
  if (to === undefined)
    throw conflict('paypal.currency', `PayPal does not take ${due.currency}, and no currency to charge in is set.`);
  const unit = unitOf(to);
  if (to === due.currency) return money(Math.ceil(due.amount / unit) * unit, to);
  const [from, target] = [await currencies.find(ctx, due.currency), await currencies.find(ctx, to)];
  if (from === undefined || target === undefined)
    throw conflict('paypal.no_rate', `There is no rate between ${due.currency} and ${to}.`);
  const units = applyRate(money(due.amount, to), unitsPer(from, target, unit)).amount;
  return money(Math.max(units, 1) * unit, to);
}

/** From minor units of one currency to units of `unit` minor units of another. */
function unitsPer(from: RatedCurrency, to: RatedCurrency, unit: number): Rate {
  const scale = (code: string): bigint => 10n ** BigInt(minorDigits(code));
  return {
    numerator: to.rate.numerator * from.rate.denominator * scale(to.code),
    denominator: to.rate.denominator * from.rate.numerator * scale(from.code) * BigInt(unit),
  };
}

interface RatedCurrency {
  readonly code: string;
  readonly rate: Rate;
}

/** The part of `whole` that `part` is of `of`, as PayPal can take it. */
export function shareOf(whole: Money, part: Money, of: Money): Money {
  const unit = unitOf(whole.currency);
  const rate = { numerator: BigInt(part.amount), denominator: BigInt(of.amount) * BigInt(unit) };
  return money(applyRate(whole, rate).amount * unit, whole.currency);
}
