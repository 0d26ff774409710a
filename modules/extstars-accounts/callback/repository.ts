import type { Knex } from 'knex';
import { toOptionalDate, type StoredDate } from '#core/db/columns';

/** The notification of one paid order to its app. */
export interface Callback {
  readonly id: number;
  readonly appId: number;
  readonly orderId: number;
  readonly attempts: number;
  readonly nextAt: Date | undefined;
  readonly deliveredAt: Date | undefined;
  readonly failedAt: Date | undefined;
  readonly lastError: string | undefined;
}

interface Row {
  id: number;
  app_id: number;
  extstars_order_id: number;
  attempts: number;
  next_at: StoredDate | null;
  delivered_at: StoredDate | null;
  failed_at: StoredDate | null;
  last_error: string | null;
}

const TABLE = 'extstars_callback';

export async function find(db: Knex, id: number): Promise<Callback | undefined> {
  const row = await db<Row>(TABLE).where({ id }).first();
  return row && toCallback(row);
}

export async function findByOrder(db: Knex, orderId: number): Promise<Callback | undefined> {
  const row = await db<Row>(TABLE).where({ extstars_order_id: orderId }).first();
  return row && toCallback(row);
}

export async function listByOrders(db: Knex, orderIds: readonly number[]): Promise<ReadonlyMap<number, Callback>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db<Row>(TABLE).whereIn('extstars_order_id', [...orderIds]);
  return new Map(rows.map((row) => [row.extstars_order_id, toCallback(row)]));
}

export async function insert(db: Knex.Transaction, appId: number, orderId: number, now: Date): Promise<number> {
  const [id] = await db(TABLE).insert({
    app_id: appId,
    extstars_order_id: orderId,
    attempts: 0,
    next_at: now,
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

export interface Outcome {
  readonly attempts: number;
  readonly nextAt: Date | null;
  readonly deliveredAt?: Date | null;
  readonly failedAt?: Date | null;
  readonly lastError?: string | null;
}

export async function update(db: Knex.Transaction, id: number, outcome: Outcome, now: Date): Promise<void> {
  const { attempts, nextAt, deliveredAt, failedAt, lastError } = outcome;
  await db(TABLE)
    .where({ id })
    .update({
      attempts,
      next_at: nextAt,
      ...(deliveredAt !== undefined && { delivered_at: deliveredAt }),
      ...(failedAt !== undefined && { failed_at: failedAt }),
      ...(lastError !== undefined && { last_error: lastError?.slice(0, 255) ?? null }),
      updated_at: now,
    });
}

const toCallback = (row: Row): Callback => ({
  id: row.id,
  appId: row.app_id,
  orderId: row.extstars_order_id,
  attempts: row.attempts,
  nextAt: toOptionalDate(row.next_at),
  deliveredAt: toOptionalDate(row.delivered_at),
  failedAt: toOptionalDate(row.failed_at),
  lastError: row.last_error ?? undefined,
});
