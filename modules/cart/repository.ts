import type { Knex } from 'knex';
import { toDate, toObject, type StoredDate } from '#core/db/columns';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';
import type { Settings } from '#core/product';
import type { PurchaseLine } from './contract.ts';

export interface Cart {
  readonly id: number;
  readonly currency: string;
  readonly promoId: number | undefined;
  readonly createdAt: Date;
}

export interface CartLine extends PurchaseLine {
  readonly id: number;
  readonly cartId: number;
}

interface Row {
  id: number;
  session_id: string;
  currency: string;
  promo_id: number | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

interface LineRow {
  id: number;
  cart_id: number;
  product_id: number;
  config: string;
}

export async function findByKey(db: Knex, key: string): Promise<Cart | undefined> {
  const row = await db<Row>('cart').where({ session_id: key }).first();
  return row && toCart(row);
}

export async function findForUpdate(db: Knex.Transaction, key: string): Promise<Cart | undefined> {
  const row = await db<Row>('cart').where({ session_id: key }).forUpdate().first();
  return row && toCart(row);
}

export async function findById(db: Knex, id: number): Promise<Cart | undefined> {
  const row = await db<Row>('cart').where({ id }).first();
  return row && toCart(row);
}

export const listPage = (db: Knex, request: PageRequest): Promise<Page<Cart>> =>
  paginate<Row, Cart>(db('cart'), request, (rows) => rows.orderBy('id'), toCart);

/** Rejects with a unique violation when the visitor has one. */
export async function insert(db: Knex.Transaction, key: string, currency: string, now: Date): Promise<void> {
  await db('cart').insert({ session_id: key, currency, created_at: now, updated_at: now });
}

export async function setCurrency(db: Knex.Transaction, id: number, currency: string, now: Date): Promise<void> {
  await db('cart').where({ id }).update({ currency, updated_at: now });
}

export async function setPromo(
  db: Knex.Transaction,
  id: number,
  promoId: number | undefined,
  now: Date,
): Promise<void> {
  await db('cart')
    .where({ id })
    .update({ promo_id: promoId ?? null, updated_at: now });
}

export async function listLines(db: Knex, cartIds: readonly number[]): Promise<CartLine[]> {
  if (cartIds.length === 0) return [];
  return (await db<LineRow>('cart_product').whereIn('cart_id', cartIds).orderBy('id')).map(toLine);
}

export async function insertLines(
  db: Knex.Transaction,
  cartId: number,
  lines: readonly { readonly productId: number; readonly config: Settings }[],
): Promise<void> {
  const rows = lines.map(({ productId, config }) => ({
    cart_id: cartId,
    product_id: productId,
    config: JSON.stringify(config),
  }));
  await db('cart_product').insert(rows);
}

export async function removeLines(db: Knex.Transaction, cartId: number, lineIds: readonly number[]): Promise<void> {
  await db('cart_product').where({ cart_id: cartId }).whereIn('id', lineIds).del();
}

export async function removeAllLines(db: Knex.Transaction, cartId: number): Promise<void> {
  await db('cart_product').where({ cart_id: cartId }).del();
}

export async function removeLinesOfProduct(db: Knex.Transaction, productId: number): Promise<void> {
  await db('cart_product').where({ product_id: productId }).del();
}

export async function remove(db: Knex.Transaction, ids: readonly number[]): Promise<void> {
  await db('cart_product').whereIn('cart_id', ids).del();
  await db('cart').whereIn('id', ids).del();
}

/** Lines without a cart, for the doctor. */
export async function listOrphans(db: Knex, limit: number): Promise<readonly { id: number; cartId: number }[]> {
  const rows = (await db('cart_product as line')
    .leftJoin('cart', 'cart.id', 'line.cart_id')
    .whereNull('cart.id')
    .orderBy('line.id')
    .limit(limit)
    .select('line.id', 'line.cart_id')) as { id: number; cart_id: number }[];
  return rows.map(({ id, cart_id }) => ({ id, cartId: cart_id }));
}

/** Locks them, in the order of their ids. */
export async function listMadeBefore(db: Knex.Transaction, time: Date, limit: number): Promise<number[]> {
  const rows = (await db('cart')
    .where('created_at', '<', time)
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .select('id')) as Pick<Row, 'id'>[];
  return rows.map(({ id }) => id);
}

const toCart = (row: Row): Cart => ({
  id: row.id,
  currency: row.currency,
  promoId: row.promo_id ?? undefined,
  createdAt: toDate(row.created_at),
});

const toLine = (row: LineRow): CartLine => ({
  id: row.id,
  cartId: row.cart_id,
  productId: row.product_id,
  config: toObject(row.config),
});
