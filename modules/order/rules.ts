import { invalidInput } from '#core/error';
import { parseMoney, type Money } from '#core/money';
import { parsePeriod } from '#core/period';
import type { OrderStatus } from '#core/product';

/** What a value of an order must be like. */

export const ORDER_STATUSES = [
  'pending_setup',
  'failed_setup',
  'failed_renew',
  'active',
  'suspended',
  'canceled',
] as const satisfies readonly OrderStatus[];

/** Two characters at the level of release 0.8.5 (commerce spec 3). */
export function checkedPeriod(code: string): string {
  if (code.length !== 2)
    throw invalidInput('period.invalid', 'Invalid period code. Period definition must be 2 chars length');
  return parsePeriod(code).code;
}

export function checkedPrice(value: string | number, currency: string): Money {
  const price = parseMoney(value, currency);
  if (price === undefined) throw invalidInput('order.price', 'Price must be a valid number.');
  if (price.amount < 0) throw invalidInput('order.price', 'Price cannot be negative.');
  return price;
}

export function checkedStatus(status: string): OrderStatus {
  const known = ORDER_STATUSES.find((one) => one === status);
  if (known === undefined) throw invalidInput('order.status', `Invalid order status: ${status}`);
  return known;
}
