import { conflict } from '#core/error';
import { minorDigits, toDecimal, type Money } from '#core/money';

/** A payment may be this much short, in minor units: one hundredth (invoicing spec 11.4). */
const tolerance = (currency: string): number => (minorDigits(currency) < 2 ? 0 : 10 ** (minorDigits(currency) - 2));

/** Refuses what is less than is due, and what is another currency. More is fine: the rest stays on the balance. */
export function guardAmount(expected: Money, received: Money): void {
  if (received.currency !== expected.currency)
    throw conflict(
      'payment.currency',
      `Payment currency does not match the currency of the invoice. Expected ${expected.currency}, received ${received.currency}.`,
    );
  if (received.amount < expected.amount - tolerance(expected.currency))
    throw conflict(
      'payment.amount',
      `Payment amount does not match the expected invoice total. Expected ${toDecimal(expected)}, received ${toDecimal(received)}.`,
    );
}
