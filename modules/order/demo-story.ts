import { DAY, HOUR, later, MINUTE } from '#core/clock';
import type { Draw } from '#core/demo';
import { addPeriod, parsePeriod } from '#core/period';
import type { OrderStatus } from '#core/product';
import type { Product } from '#modules/product/contract';
import type { PastLine } from './repository-demo.ts';
import { BOUGHT } from './repository-history.ts';

/** What became of an order since it was made. */
export interface Story {
  readonly status: OrderStatus;
  readonly period: string | undefined;
  readonly activatedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly anchorDay: number | undefined;
  readonly suspendedAt: Date | undefined;
  readonly canceledAt: Date | undefined;
  readonly reason: string | undefined;
  readonly history: readonly Omit<PastLine, 'orderId'>[];
}

interface Beginning {
  readonly draw: Draw;
  readonly product: Product;
  readonly isBought: boolean;
  /** An add-on starts with its master, so it does not wait by itself. */
  readonly isAddon: boolean;
  readonly createdAt: Date;
  readonly now: Date;
  /** Periods that may have been paid, so that there are no more invoices than were asked for. */
  readonly mostPeriods: number;
}

const GRACE_DAYS = 3;
const CANCELED_AFTER_DAYS = 30;
const REASONS = ['Not needed any more', 'Too expensive', 'Moved to another shop', 'Unpaid'];

/** Deterministic in its draws; each order draws the same number of times as any other of its kind. */
export function storyOf({ draw, product, isBought, isAddon, createdAt, now, mostPeriods }: Beginning): Story {
  const history: Omit<PastLine, 'orderId'>[] = [];
  const tell = (at: Date, status: OrderStatus, notes: string): void => void history.push({ at, status, notes });
  const isRecurrent = product.pricing.type === 'recurrent';
  const periods = product.pricing.periods.filter(({ isEnabled }) => isEnabled).map(({ code }) => code);
  const period = isRecurrent ? chosenPeriod(draw, periods, { createdAt, now, mostPeriods }) : undefined;
  const waits = draw.chance(0.3) && !isAddon && now.getTime() - createdAt.getTime() < 30 * DAY;
  const fails = draw.chance(0.01);
  if (isBought) tell(createdAt, 'pending_setup', BOUGHT);
  const none = { period, activatedAt: undefined, expiresAt: undefined, anchorDay: undefined, suspendedAt: undefined, canceledAt: undefined, reason: undefined, history }; // prettier-ignore
  if (waits) return { ...none, status: 'pending_setup' };
  const activatedAt = new Date(Math.min(later(createdAt, draw.int(2, 600) * MINUTE).getTime(), now.getTime() - HOUR));
  if (fails) {
    tell(activatedAt, 'failed_setup', 'The service could not be made');
    return { ...none, status: 'failed_setup' };
  }
  tell(activatedAt, 'active', 'Order activated');
  if (period === undefined) return { ...none, status: 'active', activatedAt };

  const anchorDay = activatedAt.getUTCDate();
  const leavesAfter = draw.chance(0.8) ? Infinity : draw.int(1, 6);
  let expiresAt = addPeriod(activatedAt, parsePeriod(period), anchorDay);
  for (let paid = 1; expiresAt <= now && paid < Math.min(mostPeriods, leavesAfter); paid++) {
    tell(later(expiresAt, -draw.int(1, 9) * DAY), 'active', 'Order renewed');
    expiresAt = addPeriod(expiresAt, parsePeriod(period), anchorDay);
  }
  const going = { ...none, activatedAt, anchorDay, expiresAt };
  const suspendedAt = later(expiresAt, GRACE_DAYS * DAY);
  const canceledAt = later(suspendedAt, CANCELED_AFTER_DAYS * DAY);
  if (suspendedAt >= now) return { ...going, status: 'active' };
  if (draw.chance(0.02)) {
    tell(expiresAt, 'failed_renew', 'The service could not be renewed');
    return { ...going, status: 'failed_renew' };
  }
  tell(suspendedAt, 'suspended', 'Order suspended for Unpaid');
  if (canceledAt >= now || draw.chance(0.05)) return { ...going, status: 'suspended', suspendedAt, reason: 'Unpaid' };
  const reason = draw.pick(REASONS);
  tell(canceledAt, 'canceled', `Order canceled for ${reason}`);
  return { ...going, status: 'canceled', suspendedAt, canceledAt, reason };
}

/** Mostly one with which the order is still alive, however few periods may have been paid. */
function chosenPeriod(
  draw: Draw,
  codes: readonly string[],
  { createdAt, now, mostPeriods }: Pick<Beginning, 'createdAt' | 'now' | 'mostPeriods'>,
): string {
  const any = draw.pick(codes);
  const isAlive = (code: string): boolean => {
    const { quantity, unit } = parsePeriod(code);
    const days = quantity * { D: 1, W: 7, M: 30, Y: 365 }[unit];
    return createdAt.getTime() + days * DAY * mostPeriods > now.getTime();
  };
  const lasting = codes.filter(isAlive);
  return draw.chance(0.75) && lasting.length > 0 ? draw.pick(lasting) : any;
}
