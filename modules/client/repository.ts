import type { Knex } from 'knex';
import { toBoolean, toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';
import { tallyOf } from '#core/db/tally';
import { paginateFar, whereContains, type Page, type Sorting } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';
import type { Client, ClientStatus } from './contract.ts';
import { DETAIL_NAMES, type DetailChanges, type DetailName, type Details } from './fields.ts';

/** All that is known of a client but for the secrets. */
export interface ClientRecord extends Client {
  readonly details: Details;
  /** Undefined when nobody ever asked. */
  readonly isEmailApproved: boolean | undefined;
  readonly groupTitle: string | undefined;
  readonly ip: string | undefined;
  readonly referredBy: string | undefined;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date;
}

/** What decides whether somebody may sign in or act. */
export interface Credentials {
  readonly id: number;
  readonly email: string;
  readonly status: ClientStatus;
  readonly isEmailApproved: boolean;
  readonly passwordHash: string | undefined;
  readonly lang: string | undefined;
}

export interface Filter {
  /** The id, or the id in a foreign system. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly company?: string | undefined;
  readonly status?: string | undefined;
  readonly groupId?: number | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  readonly search?: string | undefined;
}

type Row = Record<DetailName, string | null> & {
  id: number;
  client_group_id: number | null;
  group_title: string | null;
  email: string | null;
  status: ClientStatus;
  email_approved: unknown;
  tax_exempt: unknown;
  pass: string | null;
  ip: string | null;
  referred_by: string | null;
  created_at: StoredDate | null;
  updated_at: StoredDate;
};

const OWN_COLUMNS = [
  'id', 'client_group_id', 'email', 'status', 'email_approved', 'tax_exempt', 'ip', 'referred_by', 'created_at',
  'updated_at', ...DETAIL_NAMES,
]; // prettier-ignore
const COLUMNS = [...OWN_COLUMNS.map((name) => `client.${name}`), 'client_group.title as group_title'];

const withGroup = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
  query.leftJoin('client_group', 'client_group.id', 'client.client_group_id').select(COLUMNS);

export async function find(db: Knex, id: number): Promise<ClientRecord | undefined> {
  const [client] = await findAll(db, [id]);
  return client;
}

export async function findAll(db: Knex, ids: readonly number[]): Promise<ClientRecord[]> {
  if (ids.length === 0) return [];
  const rows = (await withGroup(db('client').whereIn('client.id', [...ids]))) as Row[];
  return rows.map(toClient);
}

export async function findByEmail(db: Knex, email: string): Promise<ClientRecord | undefined> {
  const [row] = (await withGroup(db('client').where({ email }))) as Row[];
  return row && toClient(row);
}

/** Of the client who is about to change, so that two changes follow each other. */
export async function findForUpdate(db: Knex.Transaction, id: number): Promise<ClientRecord | undefined> {
  const row = await db<Row>('client')
    .where({ id })
    .forUpdate()
    .first(...OWN_COLUMNS);
  return row && toClient({ ...row, group_title: null } as Row);
}

const CREDENTIALS = ['id', 'email', 'status', 'email_approved', 'pass', 'lang'] as const;

export async function findCredentials(
  db: Knex,
  by: { readonly id: number } | { readonly email: string } | { readonly api_token_hash: string },
): Promise<Credentials | undefined> {
  const row = await db<Row>('client')
    .where(by as object)
    .first(...CREDENTIALS);
  return row && toCredentials(row);
}

type StandingRow = Pick<Row, 'email' | 'status' | 'email_approved'>;
const STANDING: Lookup<StandingRow> = {
  table: 'client',
  key: 'id',
  isNumber: true,
  columns: ['email', 'status', 'email_approved'],
};

/** The hot path: one read by a prepared statement. */
export async function findStanding(
  db: Knex,
  id: number,
): Promise<Pick<Credentials, 'email' | 'status' | 'isEmailApproved'> | undefined> {
  const row = await look(db, STANDING, String(id));
  return row && { email: row.email ?? '', status: row.status, isEmailApproved: toBoolean(row.email_approved) };
}

export async function findSealedToken(db: Knex, id: number): Promise<string | undefined> {
  const row = (await db('client').where({ id }).first('api_token')) as { api_token: string | null } | undefined;
  return row?.api_token ?? undefined;
}

export function list(db: Knex, filter: Filter, request: ListRequest): Promise<Page<ClientRecord>> {
  const rowsOf = (ids: readonly number[]) => withGroup(db('client').whereIn('client.id', [...ids]));
  const sorting = sortingBy(request.sort, SORTABLE, 'client.id') ?? NEWEST_FIRST;
  return paginateFar<Row, ClientRecord>(filtered(db, filter), sorting, request, rowsOf, toClient);
}

export async function listNames(
  db: Knex,
  filter: Filter,
  limit: number,
): Promise<{ id: number; name: string; company: string | null }[]> {
  const rows = (await filtered(db, filter)
    .orderBy([...NEWEST_FIRST.by])
    .limit(limit)
    .select('client.id', 'client.first_name', 'client.last_name', 'client.company')) as Row[];
  return rows.map(({ id, first_name, last_name, company }) => ({ id, name: fullName(first_name, last_name), company }));
}

export async function countByStatus(db: Knex): Promise<Map<string, number>> {
  const rows = (await db('client').groupBy('status').select('status').count({ total: '*' })) as {
    status: string;
    total: number | string;
  }[];
  return new Map(rows.map(({ status, total }) => [status, Number(total)]));
}

export const tally = tallyOf('client');

/** The countries with the most clients. */
export async function countByCountry(db: Knex, limit: number): Promise<ReadonlyMap<string, number>> {
  const rows = (await db('client')
    .select({ name: db.raw("coalesce(country, '')") })
    .count({ total: '*' })
    .groupBy('name')
    .orderBy([{ column: 'total', order: 'desc' }, { column: 'name' }])
    .limit(limit)) as { name: string; total: number | string }[];
  return new Map(rows.map(({ name, total }) => [name, Number(total)]));
}

export async function searchIds(db: Knex, text: string, limit: number): Promise<number[]> {
  const rows = (await whereName(db('client'), text).limit(limit).select('client.id')) as { id: number }[];
  return rows.map(({ id }) => id);
}

export async function findIds(db: Knex, text: string, limit: number): Promise<number[]> {
  const prefix = `${text.replaceAll('!', '!!').replaceAll('%', '!%').replaceAll('_', '!_')}%`;
  const query = db('client').where('email', text);
  if (/^\d{1,15}$/.test(text)) void query.orWhere('id', Number(text));
  for (const column of ['first_name', 'last_name']) void query.orWhereRaw("?? like ? escape '!'", [column, prefix]);
  return ((await query.limit(limit).select('id')) as { id: number }[]).map(({ id }) => id);
}

/** In chunks by id, so that a file of all clients takes no more memory than one chunk. */
export const listAfter = async (
  db: Knex,
  columns: readonly string[],
  id: number,
  limit: number,
): Promise<Record<string, unknown>[]> =>
  (await db('client')
    .where('id', '>', id)
    .orderBy('id')
    .limit(limit)
    .select('id as last_id', ...columns)) as Record<string, unknown>[];

export const EXPORTABLE: readonly string[] = [...OWN_COLUMNS, 'role'];

export interface NewClient {
  readonly email: string | undefined;
  readonly passwordHash: string | undefined;
  readonly status: ClientStatus;
  readonly groupId?: number | undefined;
  readonly ip: string | undefined;
  readonly details: DetailChanges;
  readonly createdAt: Date;
}

/** Rejects with a unique violation when the address is taken. */
export async function insert(db: Knex.Transaction, client: NewClient, now: Date): Promise<number> {
  const [id] = await db('client').insert({
    ...client.details,
    email: client.email ?? null,
    pass: client.passwordHash ?? null,
    status: client.status,
    client_group_id: client.groupId ?? null,
    ip: client.ip ?? null,
    created_at: client.createdAt,
    updated_at: now,
  });
  return Number(id);
}

export interface Change {
  readonly email?: string | undefined;
  readonly status?: ClientStatus | undefined;
  readonly groupId?: number | null | undefined;
  readonly isEmailApproved?: boolean | undefined;
  readonly isTaxExempt?: boolean | undefined;
  readonly createdAt?: Date | null | undefined;
  readonly details?: DetailChanges | undefined;
}

/** Rejects with a unique violation when the address is taken. */
export async function update(db: Knex.Transaction, id: number, change: Change, now: Date): Promise<void> {
  const columns: Record<string, unknown> = {
    ...change.details,
    email: change.email,
    status: change.status,
    client_group_id: change.groupId,
    email_approved: change.isEmailApproved,
    tax_exempt: change.isTaxExempt,
    created_at: change.createdAt,
    updated_at: now,
  };
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  await db('client').where({ id }).update(Object.fromEntries(given));
}

export const setPassword = async (db: Knex.Transaction, id: number, hash: string, now: Date): Promise<void> =>
  void (await db('client').where({ id }).update({ pass: hash, updated_at: now }));

/** Only while the password is still the one that was verified; false when somebody was quicker. */
export const replacePassword = async (
  db: Knex.Transaction,
  id: number,
  verified: string,
  hash: string,
  now: Date,
): Promise<boolean> => (await db('client').where({ id, pass: verified }).update({ pass: hash, updated_at: now })) > 0;

export const setToken = async (
  db: Knex.Transaction,
  id: number,
  token: { readonly sealed: string; readonly hash: string } | undefined,
  now: Date,
): Promise<void> =>
  void (await db('client')
    .where({ id })
    .update({ api_token: token?.sealed ?? null, api_token_hash: token?.hash ?? null, updated_at: now }));

/** Only where there is none yet. */
export const settleCurrency = async (db: Knex.Transaction, id: number, currency: string, now: Date): Promise<void> =>
  void (await db('client').where({ id }).whereNull('currency').update({ currency, updated_at: now }));

export const remove = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db('client').where({ id }).del());

export const fullName = (first: string | null | undefined, last: string | null | undefined): string =>
  `${first ?? ''} ${last ?? ''}`.trim();

/** Each has an index. */
const SORTABLE = {
  id: 'client.id',
  email: 'client.email',
  first_name: 'client.first_name',
  last_name: 'client.last_name',
  company: 'client.company',
  created_at: 'client.created_at',
};

const NEWEST_FIRST: Sorting = {
  key: 'client.id',
  by: [
    { column: 'client.created_at', order: 'desc' },
    { column: 'client.id', order: 'desc' },
  ],
};

function filtered(db: Knex, filter: Filter): Knex.QueryBuilder {
  const query: Knex.QueryBuilder = db('client');
  const { id, name, email, company, status, groupId, createdFrom, createdTo, search } = filter;
  if (id !== undefined) whereAnyId(query, id);
  if (name !== undefined) void whereName(query, name);
  if (email !== undefined) void whereContains(query, 'client.email', email.toLowerCase());
  if (company !== undefined) void whereContains(query, 'client.company', company);
  if (status !== undefined) void query.where('client.status', status);
  if (groupId !== undefined) void query.where('client.client_group_id', groupId);
  if (createdFrom !== undefined) void query.where('client.created_at', '>=', createdFrom);
  if (createdTo !== undefined) void query.where('client.created_at', '<=', createdTo);
  if (search !== undefined) whereFound(query, search);
  return query;
}

const isNumber = (text: string): boolean => /^\d{1,15}$/.test(text);

function whereAnyId(query: Knex.QueryBuilder, id: string): void {
  void query.where((either) => {
    void either.where('client.aid', id);
    if (isNumber(id)) void either.orWhere('client.id', Number(id));
  });
}

const whereName = (query: Knex.QueryBuilder, text: string): Knex.QueryBuilder =>
  query.where((either) => {
    void whereContains(either, 'client.first_name', text);
    void either.orWhere((last) => void whereContains(last, 'client.last_name', text));
  });

/** A number is an id; anything else is part of a name, an address or a company. */
function whereFound(query: Knex.QueryBuilder, text: string): void {
  if (isNumber(text)) return whereAnyId(query, text);
  void query.where((either) => {
    void whereContains(either, 'client.email', text.toLowerCase());
    for (const column of ['client.first_name', 'client.last_name', 'client.company'])
      void either.orWhere((one) => void whereContains(one, column, text));
  });
}

const toCredentials = (row: Pick<Row, (typeof CREDENTIALS)[number]>): Credentials => ({
  id: row.id,
  email: row.email ?? '',
  status: row.status,
  isEmailApproved: toBoolean(row.email_approved),
  passwordHash: row.pass ?? undefined,
  lang: row.lang ?? undefined,
});

function toClient(row: Row): ClientRecord {
  const details = Object.fromEntries(DETAIL_NAMES.map((name) => [name, row[name]])) as Record<
    DetailName,
    string | null
  >;
  return {
    id: row.id,
    email: row.email ?? '',
    firstName: row.first_name ?? undefined,
    lastName: row.last_name ?? undefined,
    status: row.status,
    groupId: row.client_group_id ?? undefined,
    groupTitle: row.group_title ?? undefined,
    currency: row.currency || undefined,
    isTaxExempt: toBoolean(row.tax_exempt),
    country: row.country || undefined,
    state: row.state || undefined,
    lang: row.lang || undefined,
    billingEmail: row.billing_email || undefined,
    details,
    isEmailApproved: row.email_approved === null ? undefined : toBoolean(row.email_approved),
    ip: row.ip ?? undefined,
    referredBy: row.referred_by ?? undefined,
    createdAt: toOptionalDate(row.created_at),
    updatedAt: toDate(row.updated_at),
  };
}
