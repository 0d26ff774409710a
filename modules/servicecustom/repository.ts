import type { Knex } from 'knex';
import { toDate, toObject, type StoredDate } from '#core/db/columns';
import type { OrderRef, Settings } from '#core/product';

export interface CustomService {
  readonly id: number;
  readonly orderId: number;
  readonly clientId: number;
  readonly plugin: string | undefined;
  readonly config: Settings;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  id: number;
  order_id: number;
  client_id: number;
  plugin: string | null;
  config: string;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export async function findByOrder(db: Knex, orderId: number): Promise<CustomService | undefined> {
  const row = await db<Row>('service_custom').where({ order_id: orderId }).first();
  return row && toService(row);
}

export async function insert(
  db: Knex.Transaction,
  order: OrderRef,
  plugin: string | undefined,
  now: Date,
): Promise<number> {
  const [id] = await db('service_custom').insert({
    order_id: order.id,
    client_id: order.clientId,
    plugin: plugin ?? null,
    config: JSON.stringify(order.config),
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

export async function setConfig(db: Knex.Transaction, orderId: number, config: Settings, now: Date): Promise<void> {
  await db('service_custom')
    .where({ order_id: orderId })
    .update({ config: JSON.stringify(config), updated_at: now });
}

export const removeByOrder = async (db: Knex.Transaction, orderId: number): Promise<void> =>
  void (await db('service_custom').where({ order_id: orderId }).del());

/** Which of these orders have a row. */
export async function listOrdersWith(db: Knex, orderIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (orderIds.length === 0) return new Set();
  const rows = (await db('service_custom').whereIn('order_id', orderIds).select('order_id')) as { order_id: number }[];
  return new Set(rows.map(({ order_id }) => order_id));
}

/** In chunks, for the doctor. */
export async function listAfter(db: Knex, id: number, limit: number): Promise<{ id: number; orderId: number }[]> {
  const rows = (await db('service_custom')
    .where('id', '>', id)
    .orderBy('id')
    .limit(limit)
    .select('id', 'order_id')) as {
    id: number;
    order_id: number;
  }[];
  return rows.map((row) => ({ id: row.id, orderId: row.order_id }));
}

const toService = (row: Row): CustomService => ({
  id: row.id,
  orderId: row.order_id,
  clientId: row.client_id,
  plugin: row.plugin ?? undefined,
  config: toObject(row.config),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
