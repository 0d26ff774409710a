import {
  allocate as share,
  calculator,
  dinero,
  halfAwayFromZero,
  toDecimal as decimalText,
  toSnapshot,
} from 'dinero.js/bigint';
import * as iso4217 from 'dinero.js/currencies';

/** An exact amount: whole minor units of its currency. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** An exact fraction such as a tax rate: 7.5 % is 75/1000. The denominator is positive. */
export interface Rate {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export function money(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not a safe whole number of minor units.`);
  if (currency === '') throw new TypeError('An amount needs a currency.');
  return { amount: amount === 0 ? 0 : amount, currency }; // -0 becomes 0
}

export const zero = (currency: string): Money => money(0, currency);

export function add(a: Money, b: Money): Money {
  refuseTwoCurrencies(a, b);
  return money(a.amount + b.amount, a.currency);
}

export function subtract(a: Money, b: Money): Money {
  refuseTwoCurrencies(a, b);
  return money(a.amount - b.amount, a.currency);
}

export const sum = (list: readonly Money[], currency: string): Money => list.reduce(add, zero(currency));

export function multiply(m: Money, quantity: number): Money {
  if (!Number.isSafeInteger(quantity)) throw new RangeError(`${quantity} is not a whole quantity.`);
  return money(m.amount * quantity, m.currency);
}

/** The one place where a price is rounded: half up, and half away from zero below it. */
export function applyRate(m: Money, { numerator, denominator }: Rate): Money {
  if (denominator <= 0n) throw new RangeError('The denominator of a rate is positive.');
  const amount = halfAwayFromZero(BigInt(m.amount) * numerator, denominator, calculator);
  return money(Number(amount), m.currency);
}

/** Splits by weight; what does not divide goes in single units to the heaviest first, so the parts add up to the whole. */
export function allocate(m: Money, weights: readonly number[]): Money[] {
  const valid = weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0);
  if (!valid || !weights.some((weight) => weight > 0)) {
    throw new RangeError('Weights are whole numbers of at least 0, and one of them is more.');
  }
  const parts = share(toDinero(m), weights.map(BigInt));
  return parts.map((part) => money(Number(toSnapshot(part).amount), m.currency));
}

export function compare(a: Money, b: Money): -1 | 0 | 1 {
  refuseTwoCurrencies(a, b);
  if (a.amount === b.amount) return 0;
  return a.amount < b.amount ? -1 : 1;
}

export const isNegative = (m: Money): boolean => m.amount < 0;

/** With all minor digits of the currency: `10.00`, in yen `10`. */
export const toDecimal = (m: Money): string => decimalText(toDinero(m));

/** For wires that want a JSON number. Exact to 15 digits; for more there is `toDecimal`. */
export const toNumber = (m: Money): number => Number(toDecimal(m));

/** Reads decimal text or a number; undefined for what is not a finite number or too large to count in minor units. */
export function parseMoney(value: string | number, currency: string): Money | undefined {
  // The shortest text of a number is what its sender wrote: 9.99, not 9.9900000000000002131.
  const rate = parseFraction(String(value));
  if (!rate) return undefined;
  const scaled = rate.numerator * 10n ** BigInt(minorDigits(currency));
  const amount = Number(halfAwayFromZero(scaled, rate.denominator, calculator));
  return Number.isSafeInteger(amount) ? money(amount, currency) : undefined;
}

/** The exact fraction that decimal text stands for. */
export function rateFrom(text: string): Rate {
  const rate = parseFraction(text);
  if (!rate) throw new RangeError(`'${text}' is not a decimal number.`);
  return rate;
}

/** By ISO 4217; 2 for codes it does not list. */
export const minorDigits = (currency: string): number => exponents.get(currency) ?? 2;

/** What ISO 4217 lists, in the order of the alphabet. */
export const currencyCodes: readonly string[] = Object.values(iso4217)
  .map(({ code }) => code)
  .sort();

// Ariary and ouguiya count in fifths here, but ISO 4217 gives them two digits: the default.
const exponents: ReadonlyMap<string, number> = new Map(
  Object.values(iso4217)
    .filter(({ base }) => base === 10)
    .map(({ code, exponent }) => [code, exponent]),
);

const toDinero = ({ amount, currency }: Money) =>
  dinero({ amount: BigInt(amount), currency: { code: currency, base: 10n, exponent: BigInt(minorDigits(currency)) } });

function refuseTwoCurrencies(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new TypeError(`${a.currency} and ${b.currency} do not mix.`);
}

/** The length and the exponent are bounded, so that a short text cannot make a number of a million digits. */
function parseFraction(text: string): Rate | undefined {
  if (text.length > 400) return undefined;
  const match = /^\s*([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', decimals = '', exponent = '0'] = match;
  const digits = BigInt(whole + decimals) * (sign === '-' ? -1n : 1n);
  const scale = decimals.length - Number(exponent);
  return scale >= 0
    ? { numerator: digits, denominator: 10n ** BigInt(scale) }
    : { numerator: digits * 10n ** BigInt(-scale), denominator: 1n };
}
