import { minorDigits, parseMoney, toDecimal, type Money } from '#core/money';

/** What a sender's arithmetic may add to a decimal number. */
const NOISE = 1e-6;

/** A sum above zero with no more digits than its currency has; undefined for anything else (spec 4.5). */
export function readSum(text: string, currency: string): Money | undefined {
  const sum = parseMoney(text, currency);
  if (sum === undefined || sum.amount <= 0) return undefined;
  return Math.abs(Number(toDecimal(sum)) - Number(text)) < NOISE ? sum : undefined;
}

/** With two decimals, whatever the currency: pages print it as it is. */
export const sumText = (sum: Money): string =>
  minorDigits(sum.currency) === 0 ? `${toDecimal(sum)}.00` : toDecimal(sum);
