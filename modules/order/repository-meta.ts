import type { Knex } from 'knex';
import { INTERNAL } from './meta.ts';

type Meta = Readonly<Record<string, string>>;

interface Row {
  client_order_id: number;
  name: string;
  value: string | null;
}

/** Of several orders in one query, without what is internal. */
export async function listOf(db: Knex, orderIds: readonly number[]): Promise<ReadonlyMap<number, Meta>> {
  const rows = await db<Row>('client_order_meta')
    .whereIn('client_order_id', orderIds)
    .whereNotIn('name', INTERNAL)
    .orderBy('id' as never);
  const all = new Map<number, Record<string, string>>();
  for (const { client_order_id: id, name, value } of rows) {
    const meta = all.get(id) ?? {};
    meta[name] = value ?? '';
    all.set(id, meta);
  }
  return all;
}

/** What callers say; what is internal is not theirs to write. */
export const merge = (db: Knex.Transaction, orderId: number, meta: Meta, now: Date): Promise<void> =>
  write(db, orderId, Object.fromEntries(Object.entries(meta).filter(([name]) => !INTERNAL.includes(name))), now);

export const set = (db: Knex.Transaction, orderId: number, name: string, value: string, now: Date): Promise<void> =>
  write(db, orderId, { [name]: value }, now);

async function write(db: Knex.Transaction, orderId: number, meta: Meta, now: Date): Promise<void> {
  const rows = Object.entries(meta).map(([name, value]) => ({
    client_order_id: orderId,
    name,
    value,
    created_at: now,
    updated_at: now,
  }));
  if (rows.length > 0)
    await db('client_order_meta').insert(rows).onConflict(['client_order_id', 'name']).merge(['value', 'updated_at']);
}

export async function find(db: Knex, orderId: number, name: string): Promise<string | undefined> {
  const row = await db<Row>('client_order_meta').where({ client_order_id: orderId, name }).first('value');
  return row && (row.value ?? '');
}

/** Which of these orders have this name with the value `1`. */
export async function listMarked(db: Knex, orderIds: readonly number[], name: string): Promise<ReadonlySet<number>> {
  const rows = await db<Row>('client_order_meta')
    .whereIn('client_order_id', orderIds)
    .where({ name, value: '1' })
    .select('client_order_id');
  return new Set(rows.map(({ client_order_id: id }) => id));
}

/** Which of these orders have this name, whatever its value. */
export async function listNamed(db: Knex, orderIds: readonly number[], name: string): Promise<ReadonlySet<number>> {
  const rows = await db<Row>('client_order_meta')
    .whereIn('client_order_id', orderIds)
    .where({ name })
    .select('client_order_id');
  return new Set(rows.map(({ client_order_id: id }) => id));
}

export const remove = async (db: Knex.Transaction, orderId: number, name: string): Promise<void> =>
  void (await db('client_order_meta').where({ client_order_id: orderId, name }).del());

export const removeAll = async (db: Knex.Transaction, orderId: number): Promise<void> =>
  void (await db('client_order_meta').where({ client_order_id: orderId }).whereNotIn('name', INTERNAL).del());
