import type { Knex } from 'knex';
import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';

export type DeviceStatus = 'pending' | 'approved' | 'denied' | 'redeemed';

export interface Device {
  readonly id: number;
  readonly userCode: string;
  readonly status: DeviceStatus;
  readonly clientId: number | undefined;
  readonly pollSeconds: number;
  readonly polledAt: Date | undefined;
  readonly ip: string | undefined;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

interface Row {
  id: number | string;
  user_code: string;
  status: DeviceStatus;
  client_id: number | string | null;
  poll_seconds: number;
  polled_at: StoredDate | null;
  ip: string | null;
  expires_at: StoredDate;
  created_at: StoredDate;
}

const TABLE = 'orbit_device';

export interface NewDevice {
  readonly deviceHash: string;
  readonly userCode: string;
  readonly pollSeconds: number;
  readonly ip: string | undefined;
  readonly expiresAt: Date;
}

/** Rejects with a unique violation when one of the codes is in use. */
export const insert = async (db: Knex.Transaction, device: NewDevice, now: Date): Promise<void> =>
  void (await db(TABLE).insert({
    device_hash: device.deviceHash,
    user_code: device.userCode,
    status: 'pending',
    poll_seconds: device.pollSeconds,
    ip: device.ip ?? null,
    expires_at: device.expiresAt,
    created_at: now,
  }));

export const findForUpdate = (
  db: Knex.Transaction,
  by: { readonly device_hash: string } | { readonly user_code: string } | { readonly id: number },
): Promise<Device | undefined> => first(db(TABLE).where(by).forUpdate());

export const findByUserCode = (db: Knex, userCode: string): Promise<Device | undefined> =>
  first(db(TABLE).where({ user_code: userCode }));

async function first(query: Knex.QueryBuilder): Promise<Device | undefined> {
  const row = (await query.first()) as Row | undefined;
  return row && toDevice(row);
}

export const setPoll = async (db: Knex.Transaction, id: number, pollSeconds: number, now: Date): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ poll_seconds: pollSeconds, polled_at: now }));

export const setStatus = async (
  db: Knex.Transaction,
  id: number,
  status: DeviceStatus,
  clientId: number | undefined,
): Promise<void> =>
  void (await db(TABLE)
    .where({ id })
    .update({ status, ...(clientId !== undefined && { client_id: clientId }) }));

export function listWaiting(db: Knex, now: Date, request: PageRequest): Promise<Page<Device>> {
  const query = db(TABLE).where({ status: 'pending' }).where('expires_at', '>', now);
  return paginate<Row, Device>(query, request, (rows) => rows.orderBy('id', 'desc').select('*'), toDevice);
}

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db(TABLE).where({ client_id: clientId }).del());

/** `limit` at most; how many went. */
export async function purge(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE).where('expires_at', '<', before).orderBy('expires_at').limit(limit).select('id')) as {
    id: number;
  }[];
  const ids = rows.map(({ id }) => id);
  return db(TABLE).whereIn('id', ids).del();
}

const toDevice = (row: Row): Device => ({
  id: Number(row.id),
  userCode: row.user_code,
  status: row.status,
  clientId: row.client_id === null ? undefined : Number(row.client_id),
  pollSeconds: row.poll_seconds,
  polledAt: toOptionalDate(row.polled_at),
  ip: row.ip ?? undefined,
  expiresAt: toDate(row.expires_at),
  createdAt: toDate(row.created_at),
});
