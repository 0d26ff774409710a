import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';

/** Writes of the demo: many rows at once, with ids of its own choosing. */

export type DemoClient = Readonly<Record<string, string | number | boolean | Date | null>>;

export const nextClientId = (db: Knex): Promise<number> => nextId(db, 'client');
export const insertClients = (db: Knex.Transaction, rows: readonly DemoClient[]): Promise<void> =>
  insertMany(db, 'client', rows);
export const insertSignIns = (
  db: Knex.Transaction,
  rows: readonly { client_id: number; ip: string; created_at: Date }[],
): Promise<void> => insertMany(db, 'activity_client_history', rows);

export async function countClients(db: Knex): Promise<number> {
  const [row] = await db('client').count({ total: '*' });
  return Number(row?.['total'] ?? 0);
}
