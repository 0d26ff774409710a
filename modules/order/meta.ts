/** Names of order meta that the engine gives a meaning (commerce spec 2). */

/** `1`: the order is canceled when its period ends. Seen on the wire. */
export const END_SCHEDULED = 'cancel_at_period_end';
/** `1`: it is not renewed by itself and runs out at its end. */
export const RENEWAL_HELD = 'renewal_held';
/** How many pieces a checkout set aside. */
export const STOCK_RESERVED = 'stock_reserved_qty';
/** The time of suspension the client was warned of. */
export const WARNED_FOR = 'suspension_warning_for';

/** `1`: staff set it up or declared it active by hand, whatever was paid. */
export const STARTED_BY_STAFF = 'started_by_staff';

/** Bookkeeping of this level of the contract: neither shown, nor written or cleared by callers. */
export const INTERNAL: readonly string[] = [STOCK_RESERVED, WARNED_FOR, RENEWAL_HELD, STARTED_BY_STAFF];
