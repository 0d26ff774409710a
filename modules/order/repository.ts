import type { Knex } from 'knex';
import type { Order } from './contract.ts';
import { toOrder, toRow, type Row } from './row.ts';

export async function findById(db: Knex, id: number): Promise<Order | undefined> {
  const row = await db<Row>('client_order').where({ id }).first();
  return row && toOrder(row);
}

export async function findOwn(db: Knex, id: number, clientId: number): Promise<Order | undefined> {
  const row = await db<Row>('client_order').where({ id, client_id: clientId }).first();
  return row && toOrder(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Order | undefined> {
  const row = await db<Row>('client_order').where({ id }).forUpdate().first();
  return row && toOrder(row);
}

/** The other orders of a group that belong to its master (commerce spec 8.5). */
export async function listAddons(db: Knex, order: Order): Promise<Order[]> {
  if (order.groupId === undefined) return [];
  const rows = await db<Row>('client_order')
    .where({ group_id: order.groupId, client_id: order.clientId, group_master: false })
    .whereNot({ id: order.id })
    .orderBy('id');
  return rows.map(toOrder);
}

export async function findMaster(db: Knex, groupId: string, clientId: number): Promise<Order | undefined> {
  const row = await db<Row>('client_order')
    .where({ group_id: groupId, client_id: clientId, group_master: true })
    .first();
  return row && toOrder(row);
}

export async function listIdsOfClient(db: Knex, clientId: number): Promise<number[]> {
  return (await db<Row>('client_order').where({ client_id: clientId }).orderBy('id').select('id')).map(({ id }) => id);
}

/** Canceled ones ask for no money any more. */
export const existsInCurrency = async (db: Knex, currency: string): Promise<boolean> =>
  (await db<Row>('client_order').where({ currency }).whereNot({ status: 'canceled' }).first('id')) !== undefined;

export async function existsForClient(db: Knex, clientId: number): Promise<boolean> {
  return (await db<Row>('client_order').where({ client_id: clientId }).first('id')) !== undefined;
}

/** Whether a client's order still counts on a promo. */
export async function existsForPromo(db: Knex, promoId: number): Promise<boolean> {
  return (await db<Row>('client_order').where({ promo_id: promoId }).first('id')) !== undefined;
}

export async function existsForProduct(db: Knex, productId: number): Promise<boolean> {
  return (await db<Row>('client_order').where({ product_id: productId }).first('id')) !== undefined;
}

export async function listByIds(db: Knex, ids: readonly number[]): Promise<Order[]> {
  return ids.length === 0 ? [] : (await db<Row>('client_order').whereIn('id', ids)).map(toOrder);
}

/** In chunks by id, so that a walk over all orders takes no more memory than one chunk. */
export async function listAfter(db: Knex, id: number, limit: number): Promise<Order[]> {
  return (await db<Row>('client_order').where('id', '>', id).orderBy('id').limit(limit)).map(toOrder);
}

export async function linkInvoice(
  db: Knex.Transaction,
  ids: readonly number[],
  invoiceId: number,
  now: Date,
): Promise<void> {
  await db('client_order').whereIn('id', ids).update({ unpaid_invoice_id: invoiceId, updated_at: now });
}

export async function unlinkInvoice(db: Knex.Transaction, invoiceId: number, now: Date): Promise<void> {
  await db('client_order').where({ unpaid_invoice_id: invoiceId }).update({ unpaid_invoice_id: null, updated_at: now });
}

/** How many masters are in each status. */
export async function countByStatus(db: Knex): Promise<ReadonlyMap<string, number>> {
  const rows = (await db('client_order')
    .where({ group_master: true })
    .groupBy('status')
    .select('status')
    .count({ total: '*' })) as unknown as { status: string; total: number | string }[];
  return new Map(rows.map(({ status, total }) => [status, Number(total)]));
}

export async function insert(
  db: Knex.Transaction,
  order: Omit<Order, 'id'>,
  anchorDay: number | undefined,
): Promise<number> {
  const [id] = await db('client_order').insert({ ...toRow(order), anchor_day: anchorDay ?? null });
  return Number(id);
}

export type OrderChange = Partial<Omit<Order, 'id'>> & { readonly anchorDay?: number | undefined };

/** Writes the members that are named, `undefined` as null. */
export async function update(db: Knex.Transaction, id: number, change: OrderChange, now: Date): Promise<void> {
  const { anchorDay, ...rest } = change;
  const anchor = 'anchorDay' in change ? { anchor_day: anchorDay ?? null } : {};
  await db('client_order')
    .where({ id })
    .update({ ...toRow(rest), ...anchor, updated_at: now });
}

export async function findAnchorDay(db: Knex, id: number): Promise<number | undefined> {
  return (await db<Row>('client_order').where({ id }).first('anchor_day'))?.anchor_day ?? undefined;
}

export const unlinkForm = async (db: Knex.Transaction, formId: number): Promise<void> =>
  void (await db('client_order').where({ form_id: formId }).update({ form_id: null }));

export async function remove(db: Knex.Transaction, id: number): Promise<void> {
  await db('client_order_meta').where({ client_order_id: id }).del();
  await db('client_order_status').where({ client_order_id: id }).del();
  await db('client_order').where({ id }).del();
}
