import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';

/** A line of an order's history: the status it then had, and why. */
export interface HistoryEntry {
  readonly id: number;
  readonly orderId: number;
  readonly status: string;
  readonly notes: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  id: number;
  client_order_id: number;
  status: string;
  notes: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export const listPage = (db: Knex, orderId: number, request: PageRequest): Promise<Page<HistoryEntry>> =>
  paginate<Row, HistoryEntry>(
    db('client_order_status').where({ client_order_id: orderId }),
    request,
    (query) => query.orderBy('id', 'desc'),
    toEntry,
  );

/** Of all orders of a client, the latest before a time. */
export async function listOfClient(
  db: Knex,
  clientId: number,
  before: Date | undefined,
  limit: number,
): Promise<(HistoryEntry & { readonly title: string })[]> {
  const query = db('client_order_status')
    .join('client_order', 'client_order.id', 'client_order_status.client_order_id')
    .where('client_order.client_id', clientId);
  if (before !== undefined) void query.where('client_order_status.created_at', '<', before);
  const rows = (await query
    .orderBy('client_order_status.id', 'desc')
    .limit(limit)
    .select('client_order_status.*', 'client_order.title')) as (Row & { title: string })[];
  return rows.map((row) => ({ ...toEntry(row), title: row.title }));
}

export async function insert(
  db: Knex.Transaction,
  orderId: number,
  status: string,
  notes: string | undefined,
  now: Date,
): Promise<void> {
  await db('client_order_status').insert({
    client_order_id: orderId,
    status,
    notes: notes ?? null,
    created_at: now,
    updated_at: now,
  });
}

/** Which of these orders came from a checkout. */
export async function listBought(db: Knex, orderIds: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await db<Row>('client_order_status')
    .whereIn('client_order_id', orderIds)
    .where({ notes: BOUGHT })
    .select('client_order_id');
  return new Set(rows.map(({ client_order_id: id }) => id));
}

/** The first line of an order from a checkout. */
export const BOUGHT = 'Order Created';

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('client_order_status').where({ id }).del()) === 1;

const toEntry = (row: Row): HistoryEntry => ({
  id: row.id,
  orderId: row.client_order_id,
  status: row.status,
  notes: row.notes ?? undefined,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
