import type { Knex } from 'knex';
import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';

export interface IpEntry {
  readonly id: number;
  readonly licenseId: number;
  readonly address: string;
  readonly locationId: number;
  readonly expiresAt: Date | undefined;
  readonly createdAt: Date;
}

interface Row {
  id: number | string;
  license_id: number | string;
  ip_address: string;
  location_id: number | string;
  expires_at: StoredDate | null;
  created_at: StoredDate;
}

const TABLE = 'orbit_ip';

const live = (db: Knex, licenseId: number, now: Date): Knex.QueryBuilder =>
  db(TABLE)
    .where({ license_id: licenseId })
    .where((alive) => void alive.whereNull('expires_at').orWhere('expires_at', '>', now));

export async function listLive(db: Knex, licenseId: number, now: Date): Promise<IpEntry[]> {
  const rows = (await live(db, licenseId, now).orderBy('id', 'desc')) as Row[];
  return rows.map(toEntry);
}

export async function isLive(db: Knex, licenseId: number, address: string, now: Date): Promise<boolean> {
  const row: unknown = await live(db, licenseId, now).where({ ip_address: address }).first('id');
  return row !== undefined;
}

/** Rejects with a unique violation when the address is there for this location. */
export async function insert(db: Knex.Transaction, entry: Omit<IpEntry, 'id'>): Promise<number> {
  const [id] = await db(TABLE).insert({
    license_id: entry.licenseId,
    ip_address: entry.address,
    location_id: entry.locationId,
    expires_at: entry.expiresAt ?? null,
    created_at: entry.createdAt,
  });
  return Number(id);
}

export const removeExpired = async (db: Knex.Transaction, licenseId: number, now: Date): Promise<void> =>
  void (await db(TABLE).where({ license_id: licenseId }).where('expires_at', '<=', now).del());

export interface Which {
  readonly address?: string;
  readonly entryId?: number;
  readonly locationId?: number | undefined;
}

/** How many live ones went. */
export function remove(
  db: Knex.Transaction,
  licenseId: number,
  { address, entryId, locationId }: Which,
  now: Date,
): Promise<number> {
  const query = live(db, licenseId, now);
  if (address !== undefined) void query.where({ ip_address: address });
  if (entryId !== undefined) void query.where({ id: entryId });
  if (locationId !== undefined) void query.where({ location_id: locationId });
  return query.del();
}

export const removeOf = async (db: Knex.Transaction, licenseId: number): Promise<void> =>
  void (await db(TABLE).where({ license_id: licenseId }).del());

export const removeAt = async (db: Knex.Transaction, locationId: number): Promise<void> =>
  void (await db(TABLE).where({ location_id: locationId }).del());

/** `limit` at most; how many went. */
export async function purge(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE).where('expires_at', '<=', before).orderBy('expires_at').limit(limit).select('id')) as {
    id: number;
  }[];
  return db(TABLE)
    .whereIn(
      'id',
      rows.map(({ id }) => id),
    )
    .del();
}

const toEntry = (row: Row): IpEntry => ({
  id: Number(row.id),
  licenseId: Number(row.license_id),
  address: row.ip_address,
  locationId: Number(row.location_id),
  expiresAt: toOptionalDate(row.expires_at),
  createdAt: toDate(row.created_at),
});
