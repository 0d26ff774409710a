import type { Knex } from 'knex';
import type { StoredDate } from '#core/db/columns';
import { money, type Money } from '#core/money';

/** `capturing`: PayPal was told to take the money, and may have. `closed`: it will not be told any more. */
export type OrderStatus = 'open' | 'capturing' | 'closed';

/** A payment as PayPal was asked for it. */
export interface PayPalOrder {
  readonly id: number;
  readonly gatewayId: number;
  readonly reference: string;
  /** PayPal's, once it answered. */
  readonly orderId: string | undefined;
  readonly approveUrl: string | undefined;
  readonly attempt: number;
  readonly due: Money;
  readonly charged: Money;
  readonly status: OrderStatus;
}

interface Row {
  id: number;
  gateway_id: number;
  reference: string;
  order_id: string | null;
  approve_url: string | null;
  attempt: number;
  due_amount: number | string;
  due_currency: string;
  charged_amount: number | string;
  charged_currency: string;
  status: OrderStatus;
  updated_at: StoredDate;
}

const rows = (db: Knex) => db<Row>('paypal_order');

/** Of this gateway only: nobody answers for another. */
export async function find(db: Knex, gatewayId: number, reference: string): Promise<PayPalOrder | undefined> {
  const row = await rows(db).where({ reference, gateway_id: gatewayId }).first();
  return row && toOrder(row);
}

export async function findByOrderId(db: Knex, gatewayId: number, orderId: string): Promise<PayPalOrder | undefined> {
  const row = await rows(db).where({ order_id: orderId, gateway_id: gatewayId }).first();
  return row && toOrder(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<PayPalOrder | undefined> {
  const row = await rows(db).where({ id }).forUpdate().first();
  return row && toOrder(row);
}

export async function insert(
  db: Knex.Transaction,
  { gatewayId, reference, due, charged }: Pick<PayPalOrder, 'gatewayId' | 'reference' | 'due' | 'charged'>,
  now: Date,
): Promise<void> {
  await db('paypal_order').insert({
    gateway_id: gatewayId,
    reference,
    attempt: 1,
    due_amount: due.amount,
    due_currency: due.currency,
    ...chargedIn(charged),
    status: 'open',
    created_at: now,
    updated_at: now,
  });
}

export async function update(
  db: Knex.Transaction,
  id: number,
  change: Partial<Pick<PayPalOrder, 'orderId' | 'approveUrl' | 'attempt' | 'charged' | 'status'>>,
  now: Date,
): Promise<void> {
  const { orderId, approveUrl, attempt, charged, status } = change;
  await rows(db)
    .where({ id })
    .update({
      ...('orderId' in change && { order_id: orderId ?? null }),
      ...('approveUrl' in change && { approve_url: approveUrl ?? null }),
      ...(attempt !== undefined && { attempt }),
      ...(charged !== undefined && chargedIn(charged)),
      ...(status !== undefined && { status }),
      updated_at: now,
    });
}

const chargedIn = ({ amount, currency }: Money) => ({ charged_amount: amount, charged_currency: currency });

const toOrder = (row: Row): PayPalOrder => ({
  id: Number(row.id),
  gatewayId: Number(row.gateway_id),
  reference: row.reference,
  orderId: row.order_id ?? undefined,
  approveUrl: row.approve_url ?? undefined,
  attempt: row.attempt,
  due: money(Number(row.due_amount), row.due_currency),
  charged: money(Number(row.charged_amount), row.charged_currency),
  status: row.status,
});
