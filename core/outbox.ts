import type { Knex } from 'knex';
import { insertMany } from './db/bulk.ts';

/** One event on its way to one subscriber. */
export interface Delivery {
  readonly id: number;
  readonly event: string;
  readonly subscriber: string;
  readonly payload: unknown;
  readonly attempts: number;
}

interface Row {
  id: number;
  event: string;
  subscriber: string;
  payload: string;
  attempts: number;
}

/** One that is not written yet. */
export type NewDelivery = Pick<Delivery, 'event' | 'subscriber' | 'payload'>;

/** In the transaction of the changes the events tell of. */
export const insertAll = (db: Knex.Transaction, deliveries: readonly NewDelivery[], now: Date): Promise<void> =>
  insertMany(
    db,
    'outbox',
    deliveries.map(({ event, subscriber, payload }) => ({
      event,
      subscriber,
      payload: JSON.stringify(payload),
      attempts: 0,
      available_at: now,
      created_at: now,
    })),
  );

export async function listDue(db: Knex, now: Date, limit: number): Promise<Delivery[]> {
  const rows = await db<Row>('outbox')
    .whereNull('failed_at')
    .where('available_at', '<=', now)
    .orderBy(['available_at', 'id'])
    .limit(limit)
    .select('id', 'event', 'subscriber', 'payload', 'attempts');
  return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) as unknown }));
}

/** Of several processes one gets the delivery; it is free again at `until`, should its process die. */
export async function claim(db: Knex, id: number, now: Date, until: Date): Promise<boolean> {
  const claimed = await db('outbox').where({ id }).where('available_at', '<=', now).update({ available_at: until });
  return claimed === 1;
}

export const remove = async (db: Knex, id: number): Promise<void> => void (await db('outbox').where({ id }).del());

/** Tries again at `next`; without it the delivery has failed for good and is kept for people to look at. */
export async function postpone(
  db: Knex,
  id: number,
  attempts: number,
  next: Date | undefined,
  error: string,
  now: Date,
): Promise<void> {
  const change = next === undefined ? { failed_at: now } : { available_at: next };
  await db('outbox')
    .where({ id })
    .update({ attempts, last_error: error.slice(0, 1000), ...change });
}

/** Deliveries that were given up, the newest first. */
export async function listFailed(db: Knex, limit: number): Promise<(Delivery & { readonly error: string })[]> {
  const rows = await db<Row & { last_error: string | null }>('outbox')
    .whereNotNull('failed_at')
    .orderBy('id', 'desc')
    .limit(limit);
  return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) as unknown, error: row.last_error ?? '' }));
}
