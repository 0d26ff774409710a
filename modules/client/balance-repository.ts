import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';
import { toDate, type StoredDate } from '#core/db/columns';
import { latestFirst, paginateByKey, type Page, type PageRequest, paginate } from '#core/db/paginate';
import { money, type Money } from '#core/money';
import type { NewBalanceLine } from './contract.ts';

export interface BalanceLine {
  readonly id: number;
  readonly clientId: number;
  readonly amount: Money;
  readonly description: string | undefined;
  readonly type: string;
  readonly createdAt: Date;
}

export interface Filter {
  readonly id?: number | undefined;
  readonly clientId?: number | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

interface Row {
  id: number;
  client_id: number;
  type: string;
  rel_id: string | null;
  line_amount: number | string;
  currency: string;
  description: string | null;
  created_at: StoredDate;
}

/** The sums in each client's own currency, by client; of clients who have one. */
export async function sums(db: Knex, clientIds: readonly number[]): Promise<Map<number, Money>> {
  if (clientIds.length === 0) return new Map();
  const rows = (await db('client')
    .leftJoin('client_balance', (join) => {
      join.on('client_balance.client_id', 'client.id').andOn('client_balance.currency', 'client.currency');
    })
    .whereIn('client.id', [...clientIds])
    .whereNotNull('client.currency')
    .groupBy('client.id', 'client.currency')
    .select('client.id', 'client.currency')
    .sum({ total: 'client_balance.line_amount' })) as { id: number; currency: string; total: number | string | null }[];
  return new Map(rows.map(({ id, currency, total }) => [id, money(Number(total ?? 0), currency)]));
}

export const existsInCurrency = async (db: Knex, currency: string): Promise<boolean> =>
  (await db<Row>('client_balance').where({ currency }).first('id')) !== undefined;

/** Locks the client: whoever books for this client waits. */
export const lock = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db('client').where({ id: clientId }).forUpdate().first('id'));

/** Rejects with a unique violation when its invoice line was booked before. */
export async function insert(db: Knex.Transaction, line: NewBalanceLine, now: Date): Promise<number> {
  const [id] = await db('client_balance').insert(toRow(line, now));
  return Number(id);
}

export async function insertAll(
  db: Knex.Transaction,
  lines: readonly (NewBalanceLine & { readonly at: Date })[],
): Promise<readonly number[]> {
  const first = await nextId(db, 'client_balance');
  await insertMany(
    db,
    'client_balance',
    lines.map((line, index) => ({ id: first + index, ...toRow(line, line.at) })),
  );
  return lines.map((_, index) => first + index);
}

export async function existing(db: Knex, ids: readonly number[]): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const rows = (await db('client_balance')
    .whereIn('id', [...ids])
    .select('id')) as { id: number }[];
  return new Set(rows.map(({ id }) => id));
}

/** Takes a line back by another. Rejects with a unique violation when it was taken back before. */
export const reverse = async (db: Knex.Transaction, line: BalanceLine, now: Date): Promise<void> =>
  void (await db('client_balance').insert({
    client_id: line.clientId,
    type: line.type,
    reversed_id: line.id,
    line_amount: -line.amount.amount,
    currency: line.amount.currency,
    description: `Line #${line.id} was deleted.`,
    created_at: now,
  }));

export async function findStanding(db: Knex, id: number): Promise<BalanceLine | undefined> {
  const row = (await standing(db).where({ id }).first()) as Row | undefined;
  return row && toLine(row);
}

export function list(db: Knex, { id, clientId, from, to }: Filter, request: PageRequest): Promise<Page<BalanceLine>> {
  const isNarrow = [id, clientId, from, to].some((value) => value !== undefined);
  const query = isNarrow ? standing(db) : allStanding(db);
  if (id !== undefined) void query.where({ id });
  if (clientId !== undefined) void query.where({ client_id: clientId });
  if (from !== undefined) void query.where('created_at', '>=', from);
  if (to !== undefined) void query.where('created_at', '<=', to);
  return paginateByKey<Row, BalanceLine>(
    { db, query, nearlyAll: isNarrow ? undefined : { all: db('client_balance'), others: notStanding(db) } },
    latestFirst(),
    request,
    (ids) => db('client_balance').whereIn('id', ids),
    toLine,
  );
}

/** Every line of a client, also those that take back and are taken back. */
export function listAll(
  db: Knex,
  { clientId, isCredit }: { readonly clientId: number; readonly isCredit?: boolean | undefined },
  request: PageRequest,
): Promise<Page<BalanceLine & { readonly relId: string | undefined }>> {
  const query: Knex.QueryBuilder = db('client_balance').where({ client_id: clientId });
  if (isCredit !== undefined) void query.where('line_amount', isCredit ? '>=' : '<', 0);
  return paginate(
    query,
    request,
    (rows) => rows.orderBy('id', 'desc').select('*'),
    (row: Row) => ({ ...toLine(row), relId: row.rel_id ?? undefined }),
  );
}

/** The same from a time back. */
export async function listLatest(
  db: Knex,
  clientId: number,
  before: Date | undefined,
  limit: number,
): Promise<BalanceLine[]> {
  const query = db('client_balance').where({ client_id: clientId });
  if (before !== undefined) void query.where('created_at', '<', before);
  return ((await query.orderBy('id', 'desc').limit(limit)) as Row[]).map(toLine);
}

/** Goes with its client only. */
export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db('client_balance').where({ client_id: clientId }).del());

/** Ids of lines that take back something else than they say, for the doctor. */
export async function listBadReversals(db: Knex, limit: number): Promise<number[]> {
  const rows = (await db('client_balance as back')
    .leftJoin('client_balance as line', 'line.id', 'back.reversed_id')
    .whereNotNull('back.reversed_id')
    .where((wrong) => {
      void wrong
        .whereNull('line.id')
        .orWhereRaw('back.line_amount + line.line_amount <> 0')
        .orWhereRaw('back.client_id <> line.client_id')
        .orWhereRaw('back.currency <> line.currency');
    })
    .limit(limit)
    .select('back.id')) as { id: number }[];
  return rows.map(({ id }) => id);
}

/** The same for the whole ledger, where it is quicker to list the few that were taken back once. */
const allStanding = (db: Knex): Knex.QueryBuilder =>
  db('client_balance')
    .whereNull('reversed_id')
    .whereNotIn('id', db('client_balance').whereNotNull('reversed_id').select('reversed_id'));

/** Each line that takes back hides itself and one other. */
function notStanding(db: Knex): Knex.QueryBuilder {
  const back = db('client_balance').whereNotNull('reversed_id');
  const both = back
    .clone()
    .select({ key: 'id' })
    .unionAll(back.clone().select({ key: 'reversed_id' }));
  return db.select('key').from(both.as('both'));
}

/** Lines that were not taken back, without those that take back. */
const standing = (db: Knex): Knex.QueryBuilder =>
  db('client_balance')
    // Nearly all are so, which a database does not know: by that index it would read the whole ledger.
    .whereRaw('(?? is null) = 1', ['client_balance.reversed_id'])
    .whereNotExists(
      db('client_balance as back').select('back.id').where('back.reversed_id', db.ref('client_balance.id')),
    );

const toLine = (row: Row): BalanceLine => ({
  id: row.id,
  clientId: row.client_id,
  amount: money(Number(row.line_amount), row.currency),
  description: row.description ?? undefined,
  type: row.type,
  createdAt: toDate(row.created_at),
});

const toRow = (line: NewBalanceLine, at: Date) => ({
  client_id: line.clientId,
  type: line.type,
  rel_id: line.relId ?? null,
  invoice_item_id: line.invoiceItemId ?? null,
  line_amount: line.amount.amount,
  currency: line.amount.currency,
  description: line.description,
  created_at: at,
});
