import { addPeriod, parsePeriod } from '#core/period';
import type { Order } from './contract.ts';

/** What a renewal counts from (commerce spec 8.4): the module's setting `order_renewal_logic`. */
export type RenewalLogic = 'from_expiration_date' | 'from_today' | 'from_greater';

export interface Expiry {
  readonly expiresAt: Date | undefined;
  /** Day of the month that later periods are counted from. */
  readonly anchorDay: number | undefined;
}

/** From now, or from the end of what there is. Without a period the order keeps what it has. */
export function afterActivation(order: Order, now: Date, anchorDay: number | undefined): Expiry {
  if (order.period === undefined) return { expiresAt: order.expiresAt, anchorDay };
  return extended(order.expiresAt ?? now, order.period, order.expiresAt === undefined ? undefined : anchorDay);
}

export function afterRenewal(order: Order, now: Date, anchorDay: number | undefined, logic: RenewalLogic): Expiry {
  if (order.period === undefined) return { expiresAt: order.expiresAt, anchorDay };
  const isLate = order.expiresAt === undefined || order.expiresAt < now;
  const fromNow = order.expiresAt === undefined || logic === 'from_today' || (logic === 'from_greater' && isLate);
  return fromNow ? extended(now, order.period, undefined) : extended(order.expiresAt ?? now, order.period, anchorDay);
}

/** A canceled order starts anew. */
export const afterUncancel = (order: Order, now: Date): Expiry =>
  order.period === undefined ? { expiresAt: undefined, anchorDay: undefined } : extended(now, order.period, undefined);

function extended(from: Date, period: string, anchorDay: number | undefined): Expiry {
  const anchor = anchorDay ?? from.getUTCDate();
  return { expiresAt: addPeriod(from, parsePeriod(period), anchor), anchorDay: anchor };
}
