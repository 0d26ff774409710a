import type { Knex } from 'knex';
import { daysFrom } from './day.ts';

/** Unpaid ones that are due on this day and were not claimed today. */
export async function listUnclaimed(db: Knex, day: Date, today: Date, limit: number): Promise<number[]> {
  const rows = (await db('invoice')
    .where({ status: 'unpaid', approved: true })
    .where('due_at', '>=', day)
    .where('due_at', '<', daysFrom(day, 1))
    .where((earlier) => void earlier.whereNull('reminded_at').orWhere('reminded_at', '<', today))
    .orderBy('id')
    .limit(limit)
    .select('id')) as { id: number }[];
  return rows.map(({ id }) => id);
}

/** Those that were due before. */
export async function listStale(db: Knex, dueBefore: Date, limit: number): Promise<number[]> {
  const rows = (await db('invoice')
    .where({ status: 'unpaid' })
    .where('due_at', '<', dueBefore)
    .orderBy('id')
    .limit(limit)
    .select('id')) as { id: number }[];
  return rows.map(({ id }) => id);
}

/** False when somebody claimed or paid it meanwhile. */
export async function claim(
  db: Knex.Transaction,
  id: number,
  today: Date,
  { at, hashExpiresAt }: { at: Date; hashExpiresAt: Date | undefined },
): Promise<boolean> {
  const claimed = await db('invoice')
    .where({ id, status: 'unpaid', approved: true })
    .where((earlier) => void earlier.whereNull('reminded_at').orWhere('reminded_at', '<', today))
    .update({ reminded_at: at, hash_expires_at: hashExpiresAt ?? null });
  return claimed > 0;
}
