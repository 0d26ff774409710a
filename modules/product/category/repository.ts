import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { paginate, whereContains, type Page, type PageRequest } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';

export interface Category {
  readonly id: number;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly iconUrl: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type CategoryFields = Pick<Category, 'title' | 'description' | 'iconUrl'>;

interface Row {
  id: number;
  title: string | null;
  description: string | null;
  icon_url: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export async function findById(db: Knex, id: number): Promise<Category | undefined> {
  const row = await db<Row>('product_category').where({ id }).first();
  return row && toCategory(row);
}

/** Locked: nobody removes it while a product is put into it, and the other way round. */
export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Category | undefined> {
  const row = await db<Row>('product_category').where({ id }).forUpdate().first();
  return row && toCategory(row);
}

export async function listTitles(db: Knex): Promise<ReadonlyMap<number, string | undefined>> {
  const rows = await db<Row>('product_category').select('id', 'title').orderBy('id');
  return new Map(rows.map(({ id, title }) => [id, title ?? undefined]));
}

export async function listTitlesOf(db: Knex, ids: readonly number[]): Promise<ReadonlyMap<number, string | undefined>> {
  if (ids.length === 0) return new Map();
  const rows = await db<Row>('product_category').whereIn('id', ids).select('id', 'title');
  return new Map(rows.map(({ id, title }) => [id, title ?? undefined]));
}

/** All of them, with how many products each has. */
export function listPage(
  db: Knex,
  search: string | undefined,
  request: ListRequest,
): Promise<Page<Category & { readonly products: number }>> {
  const query: Knex.QueryBuilder = db('product_category');
  if (search) void whereContains(query, 'title', search);
  const by = sortingBy(request.sort, { id: 'id', title: 'title' })?.by ?? [{ column: 'id' }];
  const products = db('product').where('product_category_id', db.ref('product_category.id')).count('*');
  return paginate<Row & { products: number | string }, Category & { readonly products: number }>(
    query,
    request,
    (rows) => rows.select('product_category.*', db.raw('(?) as products', [products])).orderBy([...by]),
    (row) => ({ ...toCategory(row), products: Number(row.products) }),
  );
}

/** Those with a product that a visitor sees, by the highest priority among these. */
export async function listVisible(db: Knex, { page, perPage }: PageRequest): Promise<Page<Category>> {
  const visible = { status: 'enabled', hidden: false, is_addon: false, active: true };
  const products = db('product')
    .join('product_category', 'product_category.id', 'product.product_category_id')
    .where(visible);
  const counted = await products.clone().countDistinct({ total: 'product.product_category_id' }).first();
  const total = Number(counted?.['total'] ?? 0);
  const offset = (page - 1) * perPage;
  if (offset >= total) return { page, perPage, total, items: [] };
  const rows = (await products
    .groupBy('product_category.id')
    .select('product_category.*')
    .max({ top: 'product.priority' })
    .orderBy([{ column: 'top' }, { column: 'product_category.id' }])
    .limit(perPage)
    .offset(offset)) as Row[];
  return { page, perPage, total, items: rows.map(toCategory) };
}

export async function insert(db: Knex.Transaction, fields: CategoryFields, now: Date): Promise<number> {
  const [id] = await db('product_category').insert({ ...toColumns(fields), created_at: now, updated_at: now });
  return Number(id);
}

export async function setFields(db: Knex.Transaction, id: number, fields: CategoryFields, now: Date): Promise<void> {
  await db('product_category')
    .where({ id })
    .update({ ...toColumns(fields), updated_at: now });
}

export async function remove(db: Knex.Transaction, id: number): Promise<void> {
  await db('product_category').where({ id }).del();
}

const toColumns = ({ title, description, iconUrl }: CategoryFields) => ({
  title: title ?? null,
  description: description ?? null,
  icon_url: iconUrl ?? null,
});

const toCategory = (row: Row): Category => ({
  id: row.id,
  title: row.title ?? undefined,
  description: row.description ?? undefined,
  iconUrl: row.icon_url ?? undefined,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
