import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';
import type { OrderRef } from '#core/product';

/** Several at once. */
export async function insertAll(
  db: Knex.Transaction,
  orders: readonly OrderRef[],
  now: Date,
): Promise<readonly number[]> {
  const first = await nextId(db, 'service_custom');
  const rows = orders.map((order, index) => ({
    id: first + index,
    order_id: order.id,
    client_id: order.clientId,
    plugin: null,
    config: JSON.stringify(order.config),
    created_at: order.activatedAt ?? now,
    updated_at: order.activatedAt ?? now,
  }));
  await insertMany(db, 'service_custom', rows);
  return rows.map(({ id }) => id);
}
