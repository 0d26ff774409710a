import type { Knex } from 'knex';

/** A refund as PayPal was asked for it; in minor units of what was due and of what was charged. */
export interface PayPalRefund {
  readonly id: number;
  readonly due: number;
  readonly charged: number;
  /** PayPal's, once it answered. */
  readonly refundId: string | undefined;
}

interface Row {
  id: number;
  paypal_order_id: number;
  refund_key: string;
  due_amount: number | string;
  charged_amount: number | string;
  refund_id: string | null;
}

const rows = (db: Knex) => db<Row>('paypal_refund');

export async function findByKey(db: Knex, key: string): Promise<PayPalRefund | undefined> {
  const row = await rows(db).where({ refund_key: key }).first();
  return row && toRefund(row);
}

export async function findByRefundId(db: Knex, orderId: number, refundId: string): Promise<PayPalRefund | undefined> {
  const row = await rows(db).where({ refund_id: refundId, paypal_order_id: orderId }).first();
  return row && toRefund(row);
}

export const listOf = async (db: Knex, orderId: number): Promise<PayPalRefund[]> =>
  (await rows(db).where({ paypal_order_id: orderId }).orderBy('id')).map(toRefund);

export async function insert(
  db: Knex.Transaction,
  { orderId, key, due, charged }: { orderId: number; key: string; due: number; charged: number },
  now: Date,
): Promise<void> {
  await db('paypal_refund').insert({
    paypal_order_id: orderId,
    refund_key: key,
    due_amount: due,
    charged_amount: charged,
    created_at: now,
  });
}

export async function setRefundId(db: Knex.Transaction, id: number, refundId: string): Promise<void> {
  await rows(db).where({ id }).update({ refund_id: refundId });
}

/** Of one that PayPal did not make. */
export async function remove(db: Knex.Transaction, id: number): Promise<void> {
  await rows(db).where({ id }).whereNull('refund_id').del();
}

const toRefund = (row: Row): PayPalRefund => ({
  id: Number(row.id),
  due: Number(row.due_amount),
  charged: Number(row.charged_amount),
  refundId: row.refund_id ?? undefined,
});
