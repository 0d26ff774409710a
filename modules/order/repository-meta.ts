import type { Knex } from 'knex';

type Meta = Readonly<Record<string, string>>;

interface Row {
  client_order_id: number;
  name: string;
  value: string | null;
}

/** Of several orders in one query. */
export async function listOf(db: Knex, orderIds: readonly number[]): Promise<ReadonlyMap<number, Meta>> {
  const rows = await db<Row>('client_order_meta')
    .whereIn('client_order_id', orderIds)
    .orderBy('id' as never);
  const all = new Map<number, Record<string, string>>();
  for (const { client_order_id: id, name, value } of rows) {
    const meta = all.get(id) ?? {};
    meta[name] = value ?? '';
    all.set(id, meta);
  }
  return all;
}

export async function merge(db: Knex.Transaction, orderId: number, meta: Meta, now: Date): Promise<void> {
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

export const removeAll = async (db: Knex.Transaction, orderId: number): Promise<void> =>
  void (await db('client_order_meta').where({ client_order_id: orderId }).del());
