import type { OrderStatus } from '#core/product';

/** Whether a code may be used at all; its window is another question. */
export type Standing = 'active' | 'suspended' | 'revoked';

export interface Window {
  readonly standing: Standing;
  readonly startsAt: Date | undefined;
  readonly expiresAt: Date | undefined;
}

interface Causes {
  readonly status: Standing;
  readonly orderStatus: OrderStatus | undefined;
  readonly orderRemovedAt: Date | undefined;
}

/** What staff said and what its order says, the worse of the two (spec 8.1). */
export function standingOf({ status, orderStatus, orderRemovedAt }: Causes): Standing {
  if (status === 'revoked' || orderRemovedAt !== undefined || orderStatus === 'canceled') return 'revoked';
  const isOrderFine = orderStatus === undefined || orderStatus === 'active';
  return status === 'active' && isOrderFine ? 'active' : 'suspended';
}

/** Asked with the clock of the request: no job is the only guard (spec 2.1). */
export const isUsable = ({ standing, startsAt, expiresAt }: Window, now: Date): boolean =>
  standing === 'active' && (startsAt === undefined || startsAt <= now) && (expiresAt === undefined || now < expiresAt);
