import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { latestFirst, paginateFar, type Page, type PageRequest } from '#core/db/paginate';
import { matching } from './repository.ts';

/** One open reset per account: the last letter is the one that counts. */
export async function replaceReset(
  db: Knex.Transaction,
  reset: { accountId: number; hash: string; ip: string | undefined },
  now: Date,
): Promise<void> {
  await removeResets(db, reset.accountId);
  await db('admin_password_reset').insert({
    admin_id: reset.accountId,
    hash: reset.hash,
    ip: reset.ip ?? null,
    created_at: now,
  });
}

/** Of several who confirm the same reset at once, one finds it. */
export async function findReset(db: Knex, hash: string, after: Date): Promise<{ accountId: number } | undefined> {
  const query = db<{ admin_id: number }>('admin_password_reset')
    .where({ hash } as object)
    .where('created_at', '>=', after);
  const row = await (db.isTransaction ? query.forUpdate() : query).first('admin_id');
  return row && { accountId: row.admin_id };
}

export const removeResets = async (db: Knex.Transaction, accountId: number): Promise<void> =>
  void (await db('admin_password_reset').where({ admin_id: accountId }).del());

/** A sign-in, with who it was as far as the account is still there. */
export interface SignIn {
  readonly id: number;
  readonly ip: string | undefined;
  readonly at: Date;
  readonly by: { readonly id: number; readonly name: string; readonly email: string } | undefined;
}

export interface SignInFilter {
  readonly id?: number;
  readonly search?: string;
  readonly accountId?: number;
  readonly ip?: string;
  readonly from?: Date;
  readonly before?: Date;
}

interface SignInRow {
  id: number;
  ip: string | null;
  created_at: StoredDate;
  admin_id: number | null;
  name: string | null;
  email: string | null;
}

export const insertSignIn = async (db: Knex.Transaction, id: number, ip: string | undefined, at: Date): Promise<void> =>
  void (await db('activity_admin_history').insert({ admin_id: id, ip: ip ?? null, created_at: at }));

export function listSignIns(db: Knex, filter: SignInFilter, page: PageRequest): Promise<Page<SignIn>> {
  const { id, search, accountId, ip, from, before } = filter;
  const query: Knex.QueryBuilder = db('activity_admin_history as history');
  if (id !== undefined) void query.where('history.id', id);
  if (accountId !== undefined) void query.where('history.admin_id', accountId);
  if (ip !== undefined) void query.where('history.ip', ip);
  if (from !== undefined) void query.where('history.created_at', '>=', from);
  if (before !== undefined) void query.where('history.created_at', '<', before);
  if (search !== undefined)
    void withAccount(query).where((either) => {
      void matching(either, search);
      if (/^\d{1,15}$/.test(search)) void either.orWhere('admin.id', Number(search));
    });
  const rowsOf = (ids: readonly number[]) =>
    withAccount(db('activity_admin_history as history').whereIn('history.id', [...ids])).select(SIGN_IN_COLUMNS);
  return paginateFar(query, latestFirst('history.id', filter), page, rowsOf, toSignIn);
}

const withAccount = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
  query.leftJoin('admin', 'admin.id', 'history.admin_id');

export async function findSignIn(db: Knex, id: number): Promise<SignIn | undefined> {
  const row = (await withAccount(db('activity_admin_history as history'))
    .where('history.id', id)
    .first(SIGN_IN_COLUMNS)) as SignInRow | undefined;
  return row && toSignIn(row);
}

/** A chunk at a time: returns how many went. */
export async function removeSignInsBefore(db: Knex.Transaction, time: Date, limit: number): Promise<number> {
  const rows = (await db('activity_admin_history')
    .where('created_at', '<', time)
    .orderBy('created_at')
    .limit(limit)
    .select('id')) as { id: number }[];
  const ids = rows.map(({ id }) => id);
  return ids.length === 0 ? 0 : db('activity_admin_history').whereIn('id', ids).del();
}

const SIGN_IN_COLUMNS = [
  'history.id',
  'history.ip',
  'history.created_at',
  'admin.id as admin_id',
  'admin.name',
  'admin.email',
];

const toSignIn = (row: SignInRow): SignIn => ({
  id: row.id,
  ip: row.ip ?? undefined,
  at: toDate(row.created_at),
  by: row.admin_id === null ? undefined : { id: row.admin_id, name: row.name ?? '', email: row.email ?? '' },
});
