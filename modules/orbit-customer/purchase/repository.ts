import type { Knex } from 'knex';
import { toObject } from '#core/db/columns';

export interface PurchaseRecord {
  readonly orderId: number;
  readonly pricing: Readonly<Record<string, unknown>>;
  readonly discountCode: string | undefined;
}

interface Row {
  order_id: number | string;
  pricing: string;
  discount_code: string | null;
}

const TABLE = 'orbit_purchase';

export const insert = async (
  db: Knex.Transaction,
  purchase: PurchaseRecord & { readonly invoiceId: number },
  now: Date,
): Promise<void> =>
  void (await db(TABLE).insert({
    order_id: purchase.orderId,
    invoice_id: purchase.invoiceId,
    pricing: JSON.stringify(purchase.pricing),
    discount_code: purchase.discountCode ?? null,
    created_at: now,
  }));

export async function listOf(db: Knex, orderIds: readonly number[]): Promise<ReadonlyMap<number, PurchaseRecord>> {
  if (orderIds.length === 0) return new Map();
  const rows = (await db(TABLE).whereIn('order_id', [...orderIds])) as Row[];
  return new Map(
    rows.map((row) => [
      Number(row.order_id),
      { orderId: Number(row.order_id), pricing: toObject(row.pricing), discountCode: row.discount_code ?? undefined },
    ]),
  );
}

export const remove = async (db: Knex.Transaction, orderId: number): Promise<void> =>
  void (await db(TABLE).where({ order_id: orderId }).del());
