import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';
import { paginate, whereContains, type Page, type PageRequest } from '#core/db/paginate';
import type { StaffMember } from './contract.ts';

/** An account as its own module sees it. */
export interface Account extends StaffMember {
  /** `cron` for the account of scheduled work, which nobody signs in to. */
  readonly systemName: string | undefined;
}

export interface Filter {
  readonly id?: number;
  readonly search?: string;
  readonly status?: string;
  readonly withoutCron: boolean;
}

export interface SealedToken {
  readonly sealed: string;
  readonly hash: string;
}

interface Row {
  id: number;
  system_name: string | null;
  email: string;
  email_key: string;
  pass: string;
  name: string;
  signature: string | null;
  status: string;
  api_token: string | null;
  api_token_hash: string | null;
  timezone: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const table = (db: Knex) => db<Row>('admin');

export async function find(db: Knex, id: number): Promise<Account | undefined> {
  const row = await table(db).where({ id }).first();
  return row && toAccount(row);
}

/** Held until the transaction ends, so that no two change one account's status or groups at a time. */
export async function findToChange(db: Knex.Transaction, id: number): Promise<Account | undefined> {
  const row = await table(db).where({ id }).forUpdate().first();
  return row && toAccount(row);
}

export async function findAll(db: Knex, ids: readonly number[]): Promise<Account[]> {
  return (
    await table(db)
      .whereIn('id', [...new Set(ids)])
      .orderBy('id')
  ).map(toAccount);
}

/** With the hash of the password. */
export async function findByEmail(db: Knex, email: string): Promise<(Account & { passwordHash: string }) | undefined> {
  const row = await table(db)
    .where({ email_key: keyOf(email) })
    .first();
  return row && { ...toAccount(row), passwordHash: row.pass };
}

export async function findBySystemName(db: Knex, systemName: string): Promise<Account | undefined> {
  const row = await table(db).where({ system_name: systemName }).first();
  return row && toAccount(row);
}

const byToken: Lookup<Pick<Row, 'id' | 'email' | 'status' | 'system_name'>> = {
  table: 'admin',
  key: 'api_token_hash',
  columns: ['id', 'email', 'status', 'system_name'],
};

/** Who may sign in with a token of this fingerprint. */
export async function findByToken(db: Knex, hash: string): Promise<{ id: number; email: string } | undefined> {
  const row = await look(db, byToken, hash);
  return row?.status === 'active' && row.system_name === null ? { id: row.id, email: row.email } : undefined;
}

export function list(db: Knex, { id, search, status, withoutCron }: Filter, page: PageRequest): Promise<Page<Account>> {
  const query = table(db);
  if (id !== undefined) void query.where({ id });
  if (status !== undefined) void query.where({ status });
  if (search !== undefined) void query.where((either) => void matching(either, search));
  if (withoutCron) void query.whereNull('system_name');
  return paginate(query, page, (rows) => rows.orderBy('id'), toAccount);
}

export async function listNames(
  db: Knex,
  search: string | undefined,
  limit: number,
): Promise<[id: number, name: string][]> {
  const query = table(db)
    .select('id', 'name')
    .orderBy([{ column: 'name' }, { column: 'id' }])
    .limit(limit);
  if (search !== undefined) void query.where((either) => void matching(either, search));
  return (await query).map(({ id, name }) => [id, name]);
}

/** Active people, for letters to all of them. */
export const listActive = async (db: Knex): Promise<Account[]> =>
  (await table(db).where({ status: 'active' }).whereNull('system_name').orderBy('id')).map(toAccount);

export const listActiveIn = async (db: Knex, groupIds: readonly number[]): Promise<Account[]> =>
  (
    await table(db)
      .where({ status: 'active' })
      .whereNull('system_name')
      .whereIn(
        'id',
        db<{ admin_id: number; admin_group_id: number }>('admin_group_member')
          .whereIn('admin_group_id', [...groupIds])
          .select('admin_id'),
      )
      .orderBy('id')
  ).map(toAccount);

export interface NewAccount {
  readonly systemName?: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly name: string;
  readonly status: StaffMember['status'];
  readonly signature?: string | undefined;
  readonly timezone?: string | undefined;
  readonly token?: SealedToken | undefined;
}

/** A unique violation means that the e-mail is taken. */
export async function insert(db: Knex.Transaction, account: NewAccount, now: Date): Promise<number> {
  const [id = 0] = await table(db).insert({
    system_name: account.systemName ?? null,
    email: account.email,
    email_key: keyOf(account.email),
    pass: account.passwordHash,
    name: account.name,
    signature: account.signature ?? null,
    status: account.status,
    api_token: account.token?.sealed ?? null,
    api_token_hash: account.token?.hash ?? null,
    timezone: account.timezone ?? null,
    created_at: now,
    updated_at: now,
  });
  return id;
}

export interface Change {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: StaffMember['status'] | undefined;
  readonly signature?: string | undefined;
  readonly timezone?: string | undefined;
}

/** A unique violation means that the e-mail is taken. */
export async function change(db: Knex.Transaction, id: number, to: Change, now: Date): Promise<void> {
  await table(db)
    .where({ id })
    .update({
      ...(to.email !== undefined && { email: to.email, email_key: keyOf(to.email) }),
      ...(to.name !== undefined && { name: to.name }),
      ...(to.status !== undefined && { status: to.status }),
      ...(to.signature !== undefined && { signature: to.signature || null }),
      ...(to.timezone !== undefined && { timezone: to.timezone || null }),
      updated_at: now,
    });
}

export async function remove(db: Knex.Transaction, id: number): Promise<void> {
  await db('admin_group_member').where({ admin_id: id }).del();
  await db('admin_password_reset').where({ admin_id: id }).del();
  await table(db).where({ id }).del();
}

export const findPasswordHash = async (db: Knex, id: number): Promise<string | undefined> =>
  (await table(db).where({ id }).first('pass'))?.pass;

export async function setPasswordHash(db: Knex.Transaction, id: number, pass: string, now: Date): Promise<void> {
  await table(db).where({ id }).update({ pass, updated_at: now });
}

/** Only while the password is still the one that was verified; tells whether it was. */
export async function replacePasswordHash(
  db: Knex.Transaction,
  id: number,
  { from, to }: { from: string; to: string },
  now: Date,
): Promise<boolean> {
  return (await table(db).where({ id, pass: from }).update({ pass: to, updated_at: now })) === 1;
}

export const findSealedToken = async (db: Knex, id: number): Promise<string | undefined> =>
  (await table(db).where({ id }).first('api_token'))?.api_token ?? undefined;

export async function setToken(
  db: Knex.Transaction,
  id: number,
  token: SealedToken | undefined,
  now: Date,
): Promise<void> {
  await table(db)
    .where({ id })
    .update({ api_token: token?.sealed ?? null, api_token_hash: token?.hash ?? null, updated_at: now });
}

const keyOf = (email: string): string => email.toLowerCase();

/** Whose name or e-mail contains the text. */
export const matching = (query: Knex.QueryBuilder, text: string): Knex.QueryBuilder =>
  query
    .where((name) => void whereContains(name, 'admin.name', text))
    .orWhere((email) => void whereContains(email, 'admin.email', text));

const toAccount = (row: Row): Account => ({
  id: row.id,
  systemName: row.system_name ?? undefined,
  email: row.email,
  name: row.name,
  status: row.status === 'active' ? 'active' : 'inactive',
  signature: row.signature ?? undefined,
  timezone: row.timezone ?? undefined,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
