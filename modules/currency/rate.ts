import { invalidInput } from '#core/error';
import { applyRate, minorDigits, money, rateFrom, type Money, type Rate } from '#core/money';

/** Rates are exact fractions, so that changing the default currency there and back leaves each as it was. */

export const ONE: Rate = { numerator: 1n, denominator: 1n };

/** What a rate between two currencies can be at all; others are slips of the keyboard or hostile. */
const LOWEST: Rate = { numerator: 1n, denominator: 10n ** 12n };
const HIGHEST: Rate = { numerator: 10n ** 9n, denominator: 1n };

/** Digits a column holds of numerator and denominator each. */
const MOST_DIGITS = 60;
const ROUNDED_DIGITS = 30;

/** A rate as people and programs write it, with as many decimals as it is told with; undefined for what cannot be one. */
export function readRate(text: string): Rate | undefined {
  const sent = readFraction(text);
  if (sent === undefined || isLess(sent, LOWEST) || isLess(HIGHEST, sent)) return undefined;
  return reduced(rateFrom(rateText(sent)));
}

export function readFraction(text: string): Rate | undefined {
  try {
    return rateFrom(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export const times = (a: Rate, b: Rate): Rate => reduced(product(a, b));

/** The same, to the last digit; for what is not kept. */
export const product = (a: Rate, b: Rate): Rate => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

export const divide = (a: Rate, b: Rate): Rate =>
  reduced({ numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator });

export const isSame = (a: Rate, b: Rate): boolean => a.numerator * b.denominator === b.numerator * a.denominator;

const isLess = (a: Rate, b: Rate): boolean => a.numerator * b.denominator < b.numerator * a.denominator;

/** `0.920000`. Below a thousandth six decimals would tell too little: those have six significant digits. */
export function rateText(rate: Rate): string {
  let zeros = 0;
  while (rate.numerator > 0n && rate.numerator * 10n ** BigInt(zeros + 1) < rate.denominator) zeros++;
  return decimalText(rate, zeros < 3 ? 6 : zeros + 6);
}

/** Rounded half away from zero. */
export function decimalText({ numerator, denominator }: Rate, digits: number): string {
  const size = (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(digits);
  const units = (2n * size + denominator) / (2n * denominator);
  const text = String(units).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return `${numerator < 0n && units > 0n ? '-' : ''}${whole}${digits > 0 ? `.${text.slice(-digits)}` : ''}`;
}

/** The same value in `code`, rounded once. */
export function convert(amount: Money, code: string, rate: Rate): Money {
  const shift = minorDigits(code) - minorDigits(amount.currency);
  const scaled = product(rate, shift < 0 ? { numerator: 1n, denominator: 10n ** BigInt(-shift) } : tenTo(shift));
  try {
    return applyRate(money(amount.amount, code), scaled);
  } catch (error) {
    if (error instanceof RangeError)
      throw invalidInput('currency.amount_too_large', `The amount is too large to be counted in ${code}.`);
    throw error;
  }
}

const tenTo = (exponent: number): Rate => ({ numerator: 10n ** BigInt(exponent), denominator: 1n });

function reduced({ numerator, denominator }: Rate): Rate {
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  const rate = { numerator: numerator / divisor, denominator: denominator / divisor };
  return digitsOf(rate.numerator) > MOST_DIGITS || digitsOf(rate.denominator) > MOST_DIGITS ? rounded(rate) : rate;
}

/** Only after many changes of the default with new rates in between; what is lost is far below any cent. */
function rounded({ numerator, denominator }: Rate): Rate {
  const size = digitsOf(numerator) - digitsOf(denominator);
  if (Math.abs(size) > ROUNDED_DIGITS)
    throw invalidInput('currency.rates_too_far_apart', 'The rates of two currencies are too far apart.');
  const decimals = Math.max(0, ROUNDED_DIGITS - size);
  return { numerator: (numerator * 10n ** BigInt(decimals)) / denominator, denominator: 10n ** BigInt(decimals) };
}

const digitsOf = (value: bigint): number => String(value < 0n ? -value : value).length;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller > 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger === 0n ? 1n : larger;
}
