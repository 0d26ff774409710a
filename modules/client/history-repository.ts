import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { latestFirst, paginateFar, whereContains, type Page, type PageRequest } from '#core/db/paginate';

/** A sign-in of a client. */
export interface SignIn {
  readonly id: number;
  readonly ip: string | undefined;
  readonly at: Date;
  readonly client: {
    readonly id: number | undefined;
    readonly firstName: string | undefined;
    readonly lastName: string | undefined;
    readonly email: string | undefined;
  };
}

export interface Filter {
  readonly clientId?: number | undefined;
  readonly ip?: string | undefined;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
  readonly search?: string | undefined;
}

interface Row {
  id: number;
  ip: string | null;
  created_at: StoredDate;
  client_id: number | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
}

export const insert = async (
  db: Knex.Transaction,
  clientId: number,
  ip: string | undefined,
  now: Date,
): Promise<void> =>
  void (await db('activity_client_history').insert({ client_id: clientId, ip: ip ?? null, created_at: now }));

export function list(db: Knex, filter: Filter, request: PageRequest): Promise<Page<SignIn>> {
  const { clientId, ip, from, before, search } = filter;
  const query: Knex.QueryBuilder = db('activity_client_history as history');
  const withClient = (rows: Knex.QueryBuilder) => rows.leftJoin('client', 'client.id', 'history.client_id');
  if (clientId !== undefined) void query.where('history.client_id', clientId);
  if (ip !== undefined) void query.where('history.ip', ip);
  if (from !== undefined) void query.where('history.created_at', '>=', from);
  if (before !== undefined) void query.where('history.created_at', '<', before);
  if (search !== undefined) whereFound(withClient(query), search);
  return paginateFar<Row, SignIn>(
    query,
    latestFirst('history.id', filter),
    request,
    (ids) =>
      withClient(db('activity_client_history as history').whereIn('history.id', [...ids]))
        .select('history.id', 'history.ip', 'history.created_at', 'history.client_id')
        .select('client.first_name', 'client.last_name', 'client.email'),
    toSignIn,
  );
}

/** A chunk at a time: returns how many went. */
export async function removeBefore(db: Knex.Transaction, time: Date, limit: number): Promise<number> {
  const rows = (await db('activity_client_history')
    .where('created_at', '<', time)
    .orderBy('created_at')
    .limit(limit)
    .select('id')) as { id: number }[];
  const ids = rows.map(({ id }) => id);
  return ids.length === 0 ? 0 : db('activity_client_history').whereIn('id', ids).del();
}

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db('activity_client_history').where({ client_id: clientId }).del());

function whereFound(query: Knex.QueryBuilder, text: string): void {
  void query.where((either) => {
    void whereContains(either, 'client.email', text.toLowerCase());
    for (const column of ['client.first_name', 'client.last_name'])
      void either.orWhere((one) => void whereContains(one, column, text));
    if (/^\d{1,15}$/.test(text)) void either.orWhere('history.client_id', Number(text));
  });
}

const toSignIn = (row: Row): SignIn => ({
  id: row.id,
  ip: row.ip ?? undefined,
  at: toDate(row.created_at),
  client: {
    id: row.client_id ?? undefined,
    firstName: row.first_name ?? undefined,
    lastName: row.last_name ?? undefined,
    email: row.email ?? undefined,
  },
});
