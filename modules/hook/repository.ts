import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';

export interface Listening {
  readonly module: string;
  readonly event: string;
}

export interface Connected extends Listening {
  readonly id: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row extends Listening {
  id: number;
  created_at: StoredDate;
  updated_at: StoredDate;
}

/** In the order in which they were connected. */
export const list = (db: Knex, page: PageRequest): Promise<Page<Connected>> =>
  paginate<Row, Connected>(db('hook_listener'), page, (rows) => rows.orderBy('id'), toConnected);

/** All of them: a few hundred at most, two or three per module. */
export async function listAll(db: Knex): Promise<Connected[]> {
  return (await db<Row>('hook_listener').orderBy('id')).map(toConnected);
}

const CHUNK = 400;

/** Those that are there already stay, whoever was first. */
export async function insert(db: Knex.Transaction, listening: readonly Listening[], now: Date): Promise<void> {
  for (let at = 0; at < listening.length; at += CHUNK) {
    const rows = listening.slice(at, at + CHUNK).map((one) => ({ ...one, created_at: now, updated_at: now }));
    await db('hook_listener').insert(rows).onConflict(['module', 'event']).ignore();
  }
}

export async function remove(db: Knex.Transaction, ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += CHUNK)
    await db('hook_listener')
      .whereIn('id', ids.slice(at, at + CHUNK))
      .del();
}

const toConnected = ({ id, module, event, created_at, updated_at }: Row): Connected => ({
  id,
  module,
  event,
  createdAt: toDate(created_at),
  updatedAt: toDate(updated_at),
});
