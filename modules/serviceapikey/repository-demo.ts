import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';
import type { OrderRef } from '#core/product';
import type { NewKey } from './repository.ts';

/** Several at once, each with the key it has. */
export async function insertAll(
  db: Knex.Transaction,
  delivered: readonly { readonly order: OrderRef; readonly key: NewKey | undefined }[],
  now: Date,
): Promise<readonly number[]> {
  const first = await nextId(db, 'service_apikey');
  const rows = delivered.map(({ order, key }, index) => ({
    id: first + index,
    order_id: order.id,
    client_id: order.clientId,
    api_key: key?.sealedKey ?? null,
    key_hash: key?.keyHash ?? null,
    exact_hash: key?.exactHash ?? null,
    config: JSON.stringify(order.config),
    status: order.status,
    expires_at: order.expiresAt ?? null,
    created_at: order.activatedAt ?? now,
    updated_at: order.activatedAt ?? now,
  }));
  await insertMany(db, 'service_apikey', rows);
  return rows.map(({ id }) => id);
}
