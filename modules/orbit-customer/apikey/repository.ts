import type { Knex } from 'knex';
import { toBoolean, toDate, toList, toOptionalDate, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';

export interface ApiKey {
  readonly id: number;
  readonly clientId: number;
  readonly name: string;
  readonly head: string;
  readonly tail: string;
  readonly isEnabled: boolean;
  readonly whitelist: readonly string[];
  readonly lastUsedAt: Date | undefined;
  readonly createdAt: Date;
}

/** What decides whether a key may be used. */
export interface Standing {
  readonly id: number;
  readonly clientId: number;
  readonly isEnabled: boolean;
  readonly whitelist: readonly string[];
}

interface StandingRow {
  id: number | string;
  client_id: number | string;
  is_enabled: unknown;
  ip_whitelist: string;
}

interface Row extends StandingRow {
  name: string;
  key_head: string;
  key_tail: string;
  last_used_at: StoredDate | null;
  created_at: StoredDate;
}

const TABLE = 'orbit_api_key';

const STANDING: Lookup<StandingRow> = {
  table: TABLE,
  key: 'key_hash',
  columns: ['id', 'client_id', 'is_enabled', 'ip_whitelist'],
};

/** The hot path: one read by a prepared statement. */
export async function findStanding(db: Knex, keyHash: string): Promise<Standing | undefined> {
  const row = await look(db, STANDING, keyHash);
  return row && toStanding(row);
}

export async function listOf(db: Knex, clientId: number): Promise<ApiKey[]> {
  const rows = (await db(TABLE).where({ client_id: clientId }).orderBy('id', 'desc')) as Row[];
  return rows.map(toApiKey);
}

export async function find(db: Knex, id: number): Promise<ApiKey | undefined> {
  const row = (await db(TABLE).where({ id }).first()) as Row | undefined;
  return row && toApiKey(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<ApiKey | undefined> {
  const row = (await db(TABLE).where({ id }).forUpdate().first()) as Row | undefined;
  return row && toApiKey(row);
}

export function list(db: Knex, clientId: number | undefined, request: PageRequest): Promise<Page<ApiKey>> {
  const query = db(TABLE);
  if (clientId !== undefined) void query.where({ client_id: clientId });
  return paginate<Row, ApiKey>(query, request, (rows) => rows.orderBy('id', 'desc').select('*'), toApiKey);
}

export interface Secret {
  readonly hash: string;
  readonly head: string;
  readonly tail: string;
}

/** Rejects with a unique violation when there is such a key. */
export async function insert(
  db: Knex.Transaction,
  key: Pick<ApiKey, 'clientId' | 'name' | 'whitelist'> & Secret,
  now: Date,
): Promise<number> {
  const [id] = await db(TABLE).insert({
    client_id: key.clientId,
    name: key.name,
    ...secretColumns(key),
    is_enabled: true,
    ip_whitelist: JSON.stringify(key.whitelist),
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

/** How many the client has. Until the transaction ends nobody else counts them. */
export async function countLocked(db: Knex.Transaction, clientId: number): Promise<number> {
  const rows = (await db(TABLE).where({ client_id: clientId }).forUpdate().select('id')) as unknown[];
  return rows.length;
}

export const setSecret = async (db: Knex.Transaction, id: number, secret: Secret, now: Date): Promise<void> =>
  void (await db(TABLE)
    .where({ id })
    .update({ ...secretColumns(secret), updated_at: now }));

export type Change = Partial<Pick<ApiKey, 'name' | 'isEnabled' | 'whitelist'>>;

export const update = async (
  db: Knex.Transaction,
  id: number,
  { name, isEnabled, whitelist }: Change,
  now: Date,
): Promise<void> =>
  void (await db(TABLE)
    .where({ id })
    .update({
      ...(name !== undefined && { name }),
      ...(isEnabled !== undefined && { is_enabled: isEnabled }),
      ...(whitelist !== undefined && { ip_whitelist: JSON.stringify(whitelist) }),
      updated_at: now,
    }));

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db(TABLE).where({ id }).del()) > 0;

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db(TABLE).where({ client_id: clientId }).del());

/** No transaction: nothing hangs on it. */
export const noteUse = async (db: Knex, ids: readonly number[], now: Date): Promise<void> =>
  void (await db(TABLE)
    .whereIn('id', [...ids])
    .update({ last_used_at: now }));

const secretColumns = ({ hash, head, tail }: Secret) => ({ key_hash: hash, key_head: head, key_tail: tail });

const toStanding = (row: StandingRow): Standing => ({
  id: Number(row.id),
  clientId: Number(row.client_id),
  isEnabled: toBoolean(row.is_enabled),
  whitelist: row.ip_whitelist === '[]' ? [] : toList(row.ip_whitelist).map(String),
});

const toApiKey = (row: Row): ApiKey => ({
  ...toStanding(row),
  name: row.name,
  head: row.key_head,
  tail: row.key_tail,
  lastUsedAt: toOptionalDate(row.last_used_at),
  createdAt: toDate(row.created_at),
});
