import type { Knex } from 'knex';
import { toDate, toObject, toOptionalDate, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';
import type { OrderRef, OrderStatus } from '#core/product';

export interface ApiKey {
  readonly id: number;
  readonly orderId: number;
  readonly clientId: number;
  /** Sealed; undefined until the order is activated. */
  readonly sealedKey: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly status: OrderStatus;
  readonly expiresAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What decides whether a key may be used. */
export interface Standing {
  readonly status: OrderStatus;
  readonly expiresAt: Date | undefined;
  readonly exactHash: string | undefined;
}

interface StandingRow {
  status: OrderStatus;
  expires_at: StoredDate | null;
  exact_hash: string | null;
}

interface InfoRow extends StandingRow {
  config: string;
}

interface Row extends InfoRow {
  id: number;
  order_id: number;
  client_id: number;
  api_key: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const STANDING: Lookup<StandingRow> = {
  table: 'service_apikey',
  key: 'key_hash',
  columns: ['status', 'expires_at', 'exact_hash'],
};
const INFO: Lookup<InfoRow> = { table: 'service_apikey', key: 'key_hash', columns: [...STANDING.columns, 'config'] };

/** The hot path: one read by a prepared statement. */
export async function findStanding(db: Knex, keyHash: string): Promise<Standing | undefined> {
  const row = await look(db, STANDING, keyHash);
  return row && toStanding(row);
}

export async function findInfo(db: Knex, keyHash: string): Promise<(Standing & Pick<ApiKey, 'config'>) | undefined> {
  const row = await look(db, INFO, keyHash);
  return row && { ...toStanding(row), config: toObject(row.config) };
}

export const findByHash = (db: Knex, keyHash: string): Promise<(ApiKey & Standing) | undefined> =>
  findWhere(db, { key_hash: keyHash });

export const findByOrder = (db: Knex, orderId: number): Promise<(ApiKey & Standing) | undefined> =>
  findWhere(db, { order_id: orderId });

async function findWhere(
  db: Knex,
  where: Partial<Row> | { key_hash: string },
): Promise<(ApiKey & Standing) | undefined> {
  const row = await db<Row>('service_apikey').where(where).first();
  return row && toApiKey(row);
}

/** Of the order that is about to change, so that two changes follow each other. */
export async function findForUpdate(db: Knex.Transaction, orderId: number): Promise<(ApiKey & Standing) | undefined> {
  const row = await db<Row>('service_apikey').where({ order_id: orderId }).forUpdate().first();
  return row && toApiKey(row);
}

export async function insert(db: Knex.Transaction, order: OrderRef, now: Date): Promise<number> {
  const [id] = await db('service_apikey').insert({
    order_id: order.id,
    client_id: order.clientId,
    config: JSON.stringify(order.config),
    status: order.status,
    expires_at: order.expiresAt ?? null,
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

export interface NewKey {
  readonly sealedKey: string;
  readonly keyHash: string;
  readonly exactHash: string | undefined;
}

/** Rejects with a unique violation when another order has this key. */
export async function setKey(db: Knex.Transaction, id: number, key: NewKey, now: Date): Promise<void> {
  await db('service_apikey')
    .where({ id })
    .update({ api_key: key.sealedKey, key_hash: key.keyHash, exact_hash: key.exactHash ?? null, updated_at: now });
}

export async function setConfig(db: Knex.Transaction, id: number, config: ApiKey['config'], now: Date): Promise<void> {
  await db('service_apikey')
    .where({ id })
    .update({ config: JSON.stringify(config), updated_at: now });
}

export async function setStanding(db: Knex.Transaction, order: OrderRef): Promise<void> {
  await db('service_apikey')
    .where({ order_id: order.id })
    .update({ status: order.status, expires_at: order.expiresAt ?? null });
}

export const removeByOrder = async (db: Knex.Transaction, orderId: number): Promise<void> =>
  void (await db('service_apikey').where({ order_id: orderId }).del());

/** Which of these orders have a row. */
export async function listOrdersWith(db: Knex, orderIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (orderIds.length === 0) return new Set();
  const rows = (await db('service_apikey').whereIn('order_id', orderIds).select('order_id')) as { order_id: number }[];
  return new Set(rows.map(({ order_id }) => order_id));
}

/** Order ids of all keys in chunks, for the doctor. */
export async function listAfter(db: Knex, id: number, limit: number): Promise<(ApiKey & Standing)[]> {
  const rows = await db<Row>('service_apikey').where('id', '>', id).orderBy('id').limit(limit);
  return rows.map(toApiKey);
}

const toStanding = (row: StandingRow): Standing => ({
  status: row.status,
  expiresAt: toOptionalDate(row.expires_at),
  exactHash: row.exact_hash ?? undefined,
});

const toApiKey = (row: Row): ApiKey & Standing => ({
  ...toStanding(row),
  id: row.id,
  orderId: row.order_id,
  clientId: row.client_id,
  sealedKey: row.api_key ?? undefined,
  config: toObject(row.config),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
