import { invalidInput } from '#core/error';
import { compare, money, parseMoney, toDecimal, zero, type Money } from '#core/money';
import { parsePeriod, PeriodError } from '#core/period';
import { isTruthy } from '#core/schema';
import type { PaymentType, PeriodPrice, Price, Pricing } from './contract.ts';

/** Always listed, in this order, also when nobody set them. */
export const STANDARD_PERIODS = ['1W', '1M', '3M', '6M', '1Y', '2Y', '3Y'];
/** In minor units. A thousand million of anything; times any sane quantity it is still counted exactly. */
const HIGHEST = 100_000_000_000;

export const freePricing = (currency: string): Pricing => pricingFrom('free', noPrice(currency), []);

/** The pricing of what is stored: periods that were never set cost nothing and are enabled. */
export function pricingFrom(type: PaymentType, once: Price, set: readonly PeriodPrice[]): Pricing {
  const { currency } = once.price;
  const standard = STANDARD_PERIODS.map(
    (code) => set.find((period) => period.code === code) ?? { code, ...noPrice(currency), isEnabled: true },
  );
  return { type, once, periods: [...standard, ...set.filter(({ code }) => !STANDARD_PERIODS.includes(code))] };
}

/** The pricing after `sent`, whose amounts are in `currency`. Periods that are not sent stay as they are. */
export function repriced(current: Pricing, sent: Readonly<Record<string, unknown>>, currency: string): Pricing {
  const { type } = sent;
  if (type !== 'free' && type !== 'once' && type !== 'recurrent')
    throw invalidInput('product.pricing_type', 'Pricing type is required');
  const kept = inCurrency(current, currency);
  if (type === 'once') return { ...kept, type, once: readPrice(asMap(sent['once']) ?? {}, currency) };
  if (type === 'free') return { ...kept, type };
  return pricingFrom(type, kept.once, withPeriods(kept.periods, asMap(sent['recurrent']) ?? {}, currency));
}

function withPeriods(current: readonly PeriodPrice[], sent: Readonly<Record<string, unknown>>, currency: string) {
  const periods = new Map(current.map((period) => [period.code, period]));
  for (const [name, value] of Object.entries(sent)) {
    const entry = asMap(value);
    if (entry === undefined) continue;
    const code = readPeriod(name);
    periods.set(code, { code, ...readPrice(entry, currency), isEnabled: isTruthy(entry['enabled']) });
  }
  return [...periods.values()];
}

function readPeriod(name: string): string {
  try {
    return parsePeriod(name).code;
  } catch (error) {
    if (error instanceof PeriodError) throw invalidInput('product.invalid_period', `Invalid billing period ${name}`);
    throw error;
  }
}

const readPrice = (sent: Readonly<Record<string, unknown>>, currency: string): Price => ({
  price: readAmount(sent['price'], currency),
  setup: readAmount(sent['setup'], currency),
});

function readAmount(value: unknown, currency: string): Money {
  if (value === undefined || value === null || value === '') return zero(currency);
  const amount = typeof value === 'number' || typeof value === 'string' ? parseMoney(value, currency) : undefined;
  if (amount === undefined) throw invalidInput('product.invalid_price', 'Price must be a valid number.');
  if (Math.abs(amount.amount) > HIGHEST) throw invalidInput('product.price_too_large', 'Price is too large.');
  return amount;
}

/** What a visitor pays at least; undefined when no period is enabled. */
export function startingPrice({ type, once, periods }: Pricing): Money | undefined {
  if (type === 'free') return zero(once.price.currency);
  if (type === 'once') return once.price;
  const enabled = periods.filter(({ isEnabled }) => isEnabled).map(({ price }) => price);
  return enabled.reduce<Money | undefined>((low, price) => (low && compare(low, price) <= 0 ? low : price), undefined);
}

/** Catalogue prices are numbers in the default currency; when that changes the numbers stay. */
function inCurrency({ type, once, periods }: Pricing, currency: string): Pricing {
  const relabel = <P extends Price>(price: P): P => ({
    ...price,
    price: sameNumber(price.price, currency),
    setup: sameNumber(price.setup, currency),
  });
  return { type, once: relabel(once), periods: periods.map(relabel) };
}

const sameNumber = (amount: Money, currency: string): Money =>
  amount.currency === currency ? amount : (parseMoney(toDecimal(amount), currency) ?? money(0, currency));

const noPrice = (currency: string): Price => ({ price: zero(currency), setup: zero(currency) });

const asMap = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
