import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';
import type { OrderRef } from '#core/product';

interface Delivered {
  readonly order: OrderRef;
  readonly licensedTo: string;
  readonly key: { readonly sealed: string; readonly hash: string } | undefined;
  /** Where it is in use. */
  readonly host: string | undefined;
}

/** Several at once. */
export async function insertAll(
  db: Knex.Transaction,
  delivered: readonly Delivered[],
  plugin: string,
  now: Date,
): Promise<readonly number[]> {
  const first = await nextId(db, 'service_license');
  const rows = delivered.map(({ order, licensedTo, key, host }, index) => ({
    id: first + index,
    order_id: order.id,
    client_id: order.clientId,
    license_key: key?.sealed ?? null,
    key_hash: key?.hash ?? null,
    validate_ip: false,
    validate_host: true,
    validate_path: false,
    validate_version: false,
    ips: '[]',
    hosts: JSON.stringify(host === undefined ? [] : [host]),
    paths: '[]',
    versions: '[]',
    config: JSON.stringify(order.config),
    plugin,
    licensed_to: licensedTo,
    status: order.status,
    expires_at: order.expiresAt ?? null,
    created_at: order.activatedAt ?? now,
    updated_at: order.activatedAt ?? now,
  }));
  await insertMany(db, 'service_license', rows);
  return rows.map(({ id }) => id);
}
