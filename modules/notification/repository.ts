import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { latestFirst, paginateFar, whereContains, type Page, type PageRequest } from '#core/db/paginate';
import type { DayRange } from '#core/day-range';

export interface Notification {
  readonly id: number;
  readonly message: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Filter extends DayRange {
  readonly id?: number | undefined;
  readonly search?: string | undefined;
}

interface Row {
  id: number;
  message: string;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export async function find(db: Knex, id: number): Promise<Notification | undefined> {
  const row = await db<Row>('notification').where({ id }).first();
  return row && toNotification(row);
}

/** The newest first. */
export function list(db: Knex, { id, search, from, before }: Filter, page: PageRequest): Promise<Page<Notification>> {
  const query = db('notification');
  if (id !== undefined) void query.where({ id });
  if (search !== undefined) void whereContains(query, 'message', search);
  if (from !== undefined) void query.where('created_at', '>=', from);
  if (before !== undefined) void query.where('created_at', '<', before);
  const rowsOf = (ids: readonly number[]) =>
    db('notification')
      .whereIn('id', [...ids])
      .select('*');
  return paginateFar<Row, Notification>(
    query,
    latestFirst('id', { id, search, from, before }),
    page,
    rowsOf,
    toNotification,
  );
}

export async function insert(db: Knex.Transaction, message: string, now: Date): Promise<number> {
  const [id = 0] = await db('notification').insert({ message, created_at: now, updated_at: now });
  return id;
}

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('notification').where({ id }).del()) > 0;

export const removeAll = (db: Knex.Transaction): Promise<number> => db('notification').del();

const toNotification = (row: Row): Notification => ({
  id: row.id,
  message: row.message,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
