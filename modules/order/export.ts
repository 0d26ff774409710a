import type { Readable } from 'node:stream';
import type { Context } from '#core/context';
import { csv } from '#core/csv';
import { toDecimal } from '#core/money';
import type { Order } from './contract.ts';
import * as orders from './repository.ts';

/** What a file of orders has when nobody says what it shall have. */
const DEFAULT_COLUMNS = [
  'id', 'client_id', 'product_id', 'title', 'currency', 'service_type', 'period', 'quantity', 'price', 'discount',
  'status', 'reason', 'notes',
]; // prettier-ignore

type Value = string | number | boolean | Date | undefined;

/** Every column but the configuration, which may hold what is nobody's business. */
const COLUMNS: Readonly<Record<string, (order: Order) => Value>> = {
  id: ({ id }) => id,
  client_id: ({ clientId }) => clientId,
  product_id: ({ productId }) => productId,
  form_id: ({ formId }) => formId,
  promo_id: ({ promoId }) => promoId,
  promo_recurring: ({ isPromoRecurring }) => isPromoRecurring,
  promo_used: ({ promoUsed }) => promoUsed,
  group_id: ({ groupId }) => groupId,
  group_master: ({ isGroupMaster }) => isGroupMaster,
  invoice_option: ({ invoiceOption }) => invoiceOption,
  title: ({ title }) => title,
  currency: ({ currency }) => currency,
  unpaid_invoice_id: ({ unpaidInvoiceId }) => unpaidInvoiceId,
  service_id: ({ serviceId }) => serviceId,
  service_type: ({ serviceType }) => serviceType,
  period: ({ period }) => period,
  quantity: ({ quantity }) => quantity,
  unit: ({ unit }) => unit,
  price: ({ price }) => toDecimal(price),
  discount: ({ discount }) => discount && toDecimal(discount),
  status: ({ status }) => status,
  reason: ({ reason }) => reason,
  notes: ({ notes }) => notes,
  suspension_grace_days: ({ suspensionGraceDays }) => suspensionGraceDays,
  referred_by: ({ referredBy }) => referredBy,
  expires_at: ({ expiresAt }) => expiresAt,
  activated_at: ({ activatedAt }) => activatedAt,
  suspended_at: ({ suspendedAt }) => suspendedAt,
  unsuspended_at: ({ unsuspendedAt }) => unsuspendedAt,
  canceled_at: ({ canceledAt }) => canceledAt,
  created_at: ({ createdAt }) => createdAt,
  updated_at: ({ updatedAt }) => updatedAt,
};

const CHUNK = 500;

/** All orders as CSV, read in chunks while it is sent. Unknown names are dropped. */
export function exportOrders(ctx: Context, wanted: readonly unknown[], writeTime: (time: Date) => string): Readable {
  const known = [...new Set(wanted)].filter((name): name is string => Object.hasOwn(COLUMNS, String(name)));
  const columns = known.length > 0 ? known : DEFAULT_COLUMNS;
  return csv(columns, chunks(ctx, columns, writeTime));
}

async function* chunks(
  ctx: Context,
  columns: readonly string[],
  writeTime: (time: Date) => string,
): AsyncGenerator<string[][]> {
  for (let last = 0; ;) {
    const found = await orders.listAfter(ctx.db, last, CHUNK);
    if (found.length === 0) return;
    yield found.map((order) => columns.map((name) => textOf(COLUMNS[name]?.(order), writeTime)));
    last = found.at(-1)?.id ?? last;
  }
}

function textOf(value: Value, writeTime: (time: Date) => string): string {
  if (value === undefined) return '';
  if (value instanceof Date) return writeTime(value);
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
