import type { Context } from '#core/context';
import type { OrderStatus } from '#core/product';
import * as orders from './repository.ts';
import { ORDER_STATUSES } from './rules.ts';

/** `failed_renew` is missing in the contract too. */
export const STATUS_TITLES: Record<string, string> = {
  pending_setup: 'Pending Setup',
  failed_setup: 'Setup Failed',
  active: 'Active',
  suspended: 'Suspended',
  canceled: 'Canceled',
};

export const INVOICE_OPTIONS: Record<string, string> = {
  'issue-invoice': 'Automatically Issue Renewal Invoices',
  'no-invoice': 'Issue Invoices Manually',
};

/** Masters only: add-ons are counted with none. */
export async function countByStatus(ctx: Context): Promise<Record<OrderStatus, number>> {
  const counts = await orders.countByStatus(ctx.db);
  const entries = ORDER_STATUSES.map((status) => [status, counts.get(status) ?? 0] as const);
  return Object.fromEntries(entries) as Record<OrderStatus, number>; // each status has its entry
}

export async function byStatus(ctx: Context): Promise<{ total: number }> {
  const counts = await countByStatus(ctx);
  return { total: Object.values(counts).reduce((sum, count) => sum + count, 0), ...counts };
}
