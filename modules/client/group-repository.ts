import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';

export interface Group {
  readonly id: number;
  readonly title: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  id: number;
  title: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export async function find(db: Knex, id: number): Promise<Group | undefined> {
  const row = await db<Row>('client_group').where({ id }).first();
  return row && toGroup(row);
}

/** Until the transaction ends nobody removes it, and nobody joins it while it is being removed. */
export const lock = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('client_group').where({ id }).forUpdate().first('id')) !== undefined;

export async function listTitles(db: Knex): Promise<Record<string, string>> {
  const rows = await db<Row>('client_group').orderBy('id').select('id', 'title');
  return Object.fromEntries(rows.map(({ id, title }) => [String(id), title ?? '']));
}

export async function findTitles(db: Knex, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await db<Row>('client_group').whereIn('id', ids).select('id', 'title');
  return new Map(rows.map(({ id, title }) => [id, title ?? '']));
}

export const hasClients = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('client').where({ client_group_id: id }).first('id')) !== undefined;

export async function insert(db: Knex.Transaction, title: string, now: Date): Promise<number> {
  const [id] = await db('client_group').insert({ title, created_at: now, updated_at: now });
  return Number(id);
}

export const setTitle = async (db: Knex.Transaction, id: number, title: string, now: Date): Promise<void> =>
  void (await db('client_group').where({ id }).update({ title, updated_at: now }));

export const remove = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db('client_group').where({ id }).del());

const toGroup = (row: Row): Group => ({
  id: row.id,
  title: row.title ?? '',
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
