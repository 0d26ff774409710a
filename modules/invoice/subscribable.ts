import type { Money } from '#core/money';

/** The parts of a line that decide whether it can be paid again each period. */
export interface Recurring {
  readonly price: Money;
  readonly quantity: number;
  readonly period: string | undefined;
}

/** The period that every line above nothing shares; undefined when there is none (invoicing spec 13.1). */
export function subscribablePeriod(lines: readonly Recurring[]): string | undefined {
  const [first, ...others] = lines.filter(({ price, quantity }) => price.amount * quantity > 0);
  const period = first?.period || undefined;
  return period !== undefined && others.every((line) => line.period === period) ? period : undefined;
}
