import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';
import type { Order } from './contract.ts';
import { STOCK_RESERVED } from './meta.ts';
import { toRow } from './row.ts';

/** Writes of the demo: many rows at once, with ids of its own choosing. */

export interface PastLine {
  readonly orderId: number;
  readonly status: string;
  readonly notes: string;
  readonly at: Date;
}

export const nextOrderId = (db: Knex): Promise<number> => nextId(db, 'client_order');

export const insertOrders = (
  db: Knex.Transaction,
  list: readonly { readonly order: Order; readonly anchorDay: number | undefined }[],
): Promise<void> =>
  insertMany(
    db,
    'client_order',
    list.map(({ order: { id, ...order }, anchorDay }) => ({ id, ...toRow(order), anchor_day: anchorDay ?? null })),
  );

export const insertHistory = (db: Knex.Transaction, lines: readonly PastLine[]): Promise<void> =>
  insertMany(
    db,
    'client_order_status',
    lines.map(({ orderId, status, notes, at }) => ({
      client_order_id: orderId,
      status,
      notes,
      created_at: at,
      updated_at: at,
    })),
  );

export const insertReserved = (db: Knex.Transaction, list: readonly Order[]): Promise<void> =>
  insertMany(
    db,
    'client_order_meta',
    list.map(({ id, quantity, createdAt }) => ({
      client_order_id: id,
      name: STOCK_RESERVED,
      value: String(quantity),
      created_at: createdAt,
      updated_at: createdAt,
    })),
  );

export async function countOrders(db: Knex): Promise<number> {
  const [row] = await db('client_order').count({ total: '*' });
  return Number(row?.['total'] ?? 0);
}
