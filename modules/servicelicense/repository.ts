import type { Knex } from 'knex';
import { toBoolean, toDate, toList, toOptionalDate, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';
import type { OrderRef, OrderStatus } from '#core/product';
import type { Kind, Lists, Terms } from './judge.ts';

/** All that a check asks of a licence. */
export interface License extends Terms {
  readonly id: number;
  readonly orderId: number;
  readonly clientId: number;
  readonly licensedTo: string;
  readonly plugin: string;
  readonly status: OrderStatus;
  readonly expiresAt: Date | undefined;
  readonly pingedAt: Date | undefined;
  readonly createdAt: Date;
}

/** With the key, which no check needs. */
export interface StoredLicense extends License {
  /** Sealed; undefined until the order is activated. */
  readonly sealedKey: string | undefined;
}

interface Row {
  id: number;
  order_id: number;
  client_id: number;
  validate_ip: unknown;
  validate_host: unknown;
  validate_path: unknown;
  validate_version: unknown;
  ips: string;
  hosts: string;
  paths: string;
  versions: string;
  plugin: string;
  licensed_to: string;
  status: OrderStatus;
  expires_at: StoredDate | null;
  pinged_at: StoredDate | null;
  created_at: StoredDate;
}

interface StoredRow extends Row {
  license_key: string | null;
}

const LICENSE: Lookup<Row> = {
  table: 'service_license',
  key: 'key_hash',
  columns: [
    'id', 'order_id', 'client_id', 'validate_ip', 'validate_host', 'validate_path', 'validate_version', 'ips', 'hosts',
    'paths', 'versions', 'plugin', 'licensed_to', 'status', 'expires_at', 'pinged_at', 'created_at',
  ],
}; // prettier-ignore

/** The hot path: one read by a prepared statement. */
export async function findByHash(db: Knex, keyHash: string): Promise<License | undefined> {
  const row = await look(db, LICENSE, keyHash);
  return row && toLicense(row);
}

/** So that two first checks follow each other. */
export async function findForUpdate(db: Knex.Transaction, id: number): Promise<License | undefined> {
  const row = await db<StoredRow>('service_license').where({ id }).forUpdate().first();
  return row && toLicense(row);
}

export async function findByOrder(db: Knex, orderId: number): Promise<StoredLicense | undefined> {
  const row = await db<StoredRow>('service_license').where({ order_id: orderId }).first();
  return row && { ...toLicense(row), sealedKey: row.license_key ?? undefined };
}

export interface NewLicense {
  readonly order: OrderRef;
  readonly licensedTo: string;
  readonly plugin: string;
  readonly strict: Terms['strict'];
}

export async function insert(
  db: Knex.Transaction,
  { order, licensedTo, plugin, strict }: NewLicense,
  now: Date,
): Promise<number> {
  const [id] = await db('service_license').insert({
    order_id: order.id,
    client_id: order.clientId,
    config: JSON.stringify(order.config),
    plugin,
    licensed_to: licensedTo,
    ...strictColumns(strict),
    ...listColumns(NOTHING_SEEN),
    status: order.status,
    expires_at: order.expiresAt ?? null,
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

export const NOTHING_SEEN: Lists = { ip: [], host: [], version: [], path: [] };

/** Absent: unchanged. */
export interface LicenseChange {
  readonly plugin?: string | undefined;
  readonly key?: { readonly sealed: string; readonly hash: string } | undefined;
  readonly strict?: Partial<Terms['strict']>;
  readonly lists?: Partial<Lists>;
}

/** Rejects with a unique violation when another order has this key. */
export async function update(
  db: Knex.Transaction,
  id: number,
  { plugin, key, strict = {}, lists = {} }: LicenseChange,
  now: Date,
): Promise<void> {
  await db('service_license')
    .where({ id })
    .update({
      ...(plugin !== undefined && { plugin }),
      ...(key !== undefined && { license_key: key.sealed, key_hash: key.hash }),
      ...strictColumns(strict),
      ...listColumns(lists),
      updated_at: now,
    });
}

/** A licence was asked about, and what it learned by that. */
export const setSeen = async (db: Knex.Transaction, id: number, learned: Partial<Lists>, now: Date): Promise<void> =>
  void (await db('service_license')
    .where({ id })
    .update({ ...listColumns(learned), pinged_at: now }));

export const setStanding = async (db: Knex.Transaction, order: OrderRef): Promise<void> =>
  void (await db('service_license')
    .where({ order_id: order.id })
    .update({ status: order.status, expires_at: order.expiresAt ?? null }));

export const setOwner = async (db: Knex.Transaction, clientId: number, name: string): Promise<void> =>
  void (await db('service_license').where({ client_id: clientId }).update({ licensed_to: name }));

export const removeByOrder = async (db: Knex.Transaction, orderId: number): Promise<void> =>
  void (await db('service_license').where({ order_id: orderId }).del());

/** Which of these orders have a row. */
export async function listOrdersWith(db: Knex, orderIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (orderIds.length === 0) return new Set();
  const rows = (await db('service_license').whereIn('order_id', orderIds).select('order_id')) as { order_id: number }[];
  return new Set(rows.map(({ order_id }) => order_id));
}

/** In chunks, for the doctor. */
export async function listAfter(db: Knex, id: number, limit: number): Promise<StoredLicense[]> {
  const rows = await db<StoredRow>('service_license').where('id', '>', id).orderBy('id').limit(limit);
  return rows.map((row) => ({ ...toLicense(row), sealedKey: row.license_key ?? undefined }));
}

const listColumn: Record<Kind, string> = { ip: 'ips', host: 'hosts', version: 'versions', path: 'paths' };

const listColumns = (lists: Partial<Lists>): Record<string, string> =>
  Object.fromEntries(Object.entries(lists).map(([kind, values]) => [listColumn[kind as Kind], JSON.stringify(values)]));

const strictColumns = (strict: Partial<Terms['strict']>): Record<string, boolean> =>
  Object.fromEntries(Object.entries(strict).map(([kind, isStrict]) => [`validate_${kind}`, isStrict]));

const texts = (stored: string): string[] => toList(stored).filter((value) => typeof value === 'string');

const toLicense = (row: Row): License => ({
  id: row.id,
  orderId: row.order_id,
  clientId: row.client_id,
  licensedTo: row.licensed_to,
  plugin: row.plugin,
  status: row.status,
  expiresAt: toOptionalDate(row.expires_at),
  pingedAt: toOptionalDate(row.pinged_at),
  createdAt: toDate(row.created_at),
  lists: { ip: texts(row.ips), host: texts(row.hosts), version: texts(row.versions), path: texts(row.paths) },
  strict: {
    ip: toBoolean(row.validate_ip),
    host: toBoolean(row.validate_host),
    version: toBoolean(row.validate_version),
    path: toBoolean(row.validate_path),
  },
});
