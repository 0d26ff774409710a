import type { Knex } from 'knex';
import { toBoolean, toDate, toList, toObject, type StoredDate } from '#core/db/columns';
import { paginate, whereContains, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';
import { money } from '#core/money';
import type { PaymentType, PeriodPrice, Pricing, Product } from './contract.ts';
import { pricingFrom } from './pricing.ts';

interface Row {
  id: number;
  product_category_id: number | null;
  product_payment_id: number;
  form_id: number | null;
  title: string;
  slug: string;
  description: string | null;
  unit: string;
  active: unknown;
  status: string;
  hidden: unknown;
  is_addon: unknown;
  setup: string;
  addons: string | null;
  icon_url: string | null;
  allow_quantity_select: unknown;
  stock_control: unknown;
  quantity_in_stock: number;
  suspension_grace_days: number;
  plugin: string | null;
  upgrades: string | null;
  priority: number | null;
  config: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
  type: string;
  payment_type: PaymentType;
  once_price_amount: number;
  once_setup_price_amount: number;
  currency: string;
}

interface PeriodRow {
  product_payment_id: number;
  code: string;
  price_amount: number;
  setup_price_amount: number;
  enabled: unknown;
}

/** With the id of its prices, which no one else needs. */
export type StoredProduct = Product & { readonly paymentId: number };

export interface Filter {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly search?: string | undefined;
  readonly categoryIds?: readonly number[];
  readonly isHidden?: false | undefined;
  readonly isAddon?: boolean | undefined;
  readonly isActive?: true | undefined;
}

export const findById = async (db: Knex, id: number): Promise<StoredProduct | undefined> =>
  (await load(db, selected(db).where('product.id', id)))[0];

/** Also locks it, so that two changes follow each other. */
export const findForUpdate = async (db: Knex.Transaction, id: number): Promise<StoredProduct | undefined> =>
  (await load(db, selected(db).where('product.id', id).forUpdate()))[0];

export const findBySlug = async (db: Knex, slug: string): Promise<StoredProduct | undefined> =>
  (await load(db, selected(db).where('product.slug', slug)))[0];

/** By id, in that order. */
export const listByIds = async (db: Knex, ids: readonly number[]): Promise<StoredProduct[]> =>
  ids.length === 0 ? [] : load(db, selected(db).whereIn('product.id', ids).orderBy('product.id'));

export async function listPage(db: Knex, filter: Filter, page: ListRequest): Promise<Page<StoredProduct>> {
  const by = sortingBy(page.sort, SORTABLE, 'product.id')?.by;
  const found = await paginate<Row, Row>(
    filtered(db, filter),
    page,
    (rows) => (by === undefined ? inOrder(withPayment(rows)) : withPayment(rows).orderBy([...by])),
    (row) => row,
  );
  return { ...found, items: await toProducts(db, found.items) };
}

const SORTABLE = {
  id: 'product.id',
  title: 'product.title',
  type: 'product.type',
  status: 'product.status',
  priority: 'product.priority',
};

export const listAll = (db: Knex, filter: Filter): Promise<StoredProduct[]> =>
  load(db, inOrder(withPayment(filtered(db, filter))));

export async function listTitles(db: Knex, filter: Filter): Promise<ReadonlyMap<number, string>> {
  const rows = (await filtered(db, filter).select('id', 'title').orderBy('id')) as Pick<Row, 'id' | 'title'>[];
  return new Map(rows.map(({ id, title }) => [id, title]));
}

export async function listTitlesOf(db: Knex, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db<Row>('product').whereIn('id', ids).select('id', 'title').orderBy('id');
  return new Map(rows.map(({ id, title }) => [id, title]));
}

export async function listNames(
  db: Knex,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Pick<Product, 'title' | 'type'>>> {
  if (ids.length === 0) return new Map();
  const rows = await db<Row>('product').whereIn('id', ids).select('id', 'title', 'type');
  return new Map(rows.map(({ id, title, type }) => [id, { title, type }]));
}

export const existsOfType = async (db: Knex, type: string): Promise<boolean> =>
  (await db<Row>('product').where({ type }).first('id')) !== undefined;

export const existsInCategory = async (db: Knex, categoryId: number): Promise<boolean> =>
  (await db<Row>('product').where({ product_category_id: categoryId }).first('id')) !== undefined;

export async function findHighestPriority(db: Knex): Promise<number> {
  const row = await db<Row>('product').where({ is_addon: false }).max({ priority: 'priority' }).first();
  return Number(row?.['priority'] ?? 0);
}

export interface NewProduct {
  readonly type: string;
  readonly title: string;
  readonly slug: string;
  readonly status: string;
  readonly setup: string;
  readonly isAddon: boolean;
  readonly categoryId?: number | undefined;
  readonly priority?: number | undefined;
  readonly description?: string | undefined;
  readonly iconUrl?: string | undefined;
}

/** Rejects with a unique violation when the slug is taken. */
export async function insert(db: Knex.Transaction, product: NewProduct, paymentId: number, now: Date): Promise<number> {
  const [id] = await db('product').insert({
    product_category_id: product.categoryId ?? null,
    product_payment_id: paymentId,
    title: product.title,
    slug: product.slug,
    description: product.description ?? null,
    status: product.status,
    setup: product.setup,
    is_addon: product.isAddon,
    icon_url: product.iconUrl ?? null,
    priority: product.priority ?? null,
    type: product.type,
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

export async function insertPayment(db: Knex.Transaction, { type, once }: Pricing): Promise<number> {
  const [id] = await db('product_payment').insert({ type, currency: once.price.currency });
  return Number(id);
}

/** Absent: unchanged. */
export interface ProductChange {
  readonly title?: string | undefined;
  readonly slug?: string | undefined;
  readonly description?: string | undefined;
  readonly iconUrl?: string | undefined;
  readonly plugin?: string | undefined;
  readonly status?: string | undefined;
  readonly setup?: string | undefined;
  readonly isHidden?: boolean | undefined;
  readonly hasStockControl?: boolean | undefined;
  readonly allowsQuantity?: boolean | undefined;
  readonly quantityInStock?: number | undefined;
  readonly suspensionGraceDays?: number | undefined;
  readonly addonIds?: readonly number[] | undefined;
  readonly upgradeIds?: readonly number[] | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly categoryId?: number | null | undefined;
  readonly formId?: number | null | undefined;
}

/** Rejects with a unique violation when the slug is taken. */
export async function setFields(db: Knex.Transaction, id: number, change: ProductChange, now: Date): Promise<void> {
  await db('product')
    .where({ id })
    .update({
      title: change.title,
      slug: change.slug,
      description: change.description,
      icon_url: change.iconUrl,
      plugin: change.plugin,
      status: change.status,
      setup: change.setup,
      hidden: change.isHidden,
      stock_control: change.hasStockControl,
      allow_quantity_select: change.allowsQuantity,
      quantity_in_stock: change.quantityInStock,
      suspension_grace_days: change.suspensionGraceDays,
      addons: change.addonIds && JSON.stringify(change.addonIds),
      upgrades: change.upgradeIds && JSON.stringify(change.upgradeIds),
      config: change.config && JSON.stringify(change.config),
      product_category_id: change.categoryId,
      form_id: change.formId,
      updated_at: now,
    });
}

export async function setPricing(db: Knex.Transaction, paymentId: number, pricing: Pricing): Promise<void> {
  await db('product_payment').where({ id: paymentId }).update({
    type: pricing.type,
    once_price_amount: pricing.once.price.amount,
    once_setup_price_amount: pricing.once.setup.amount,
    currency: pricing.once.price.currency,
  });
  await db('product_payment_period').where({ product_payment_id: paymentId }).del();
  await db('product_payment_period').insert(
    pricing.periods.map(({ code, price, setup, isEnabled }, index) => ({
      product_payment_id: paymentId,
      code,
      price_amount: price.amount,
      setup_price_amount: setup.amount,
      enabled: isEnabled,
      sort_order: index,
    })),
  );
}

export async function setPriority(db: Knex.Transaction, id: number, priority: number, now: Date): Promise<void> {
  await db('product').where({ id }).update({ priority, updated_at: now });
}

/** Whether that many were there. */
export async function takeStock(db: Knex.Transaction, id: number, quantity: number): Promise<boolean> {
  const changed = await db('product')
    .where({ id })
    .where('quantity_in_stock', '>=', quantity)
    .decrement('quantity_in_stock', quantity);
  return changed === 1;
}

export async function returnStock(db: Knex.Transaction, id: number, quantity: number): Promise<void> {
  await db('product').where({ id }).increment('quantity_in_stock', quantity);
}

/** By the id of their form. */
export async function countByForm(db: Knex, formIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = (await db('product')
    .whereIn('form_id', formIds)
    .groupBy('form_id')
    .select('form_id')
    .count({ total: '*' })) as unknown as { form_id: number; total: number | string }[];
  return new Map(rows.map(({ form_id, total }) => [form_id, Number(total)]));
}

export const unlinkForm = async (db: Knex.Transaction, formId: number): Promise<void> =>
  void (await db('product').where({ form_id: formId }).update({ form_id: null }));

export async function remove(db: Knex.Transaction, { id, paymentId }: StoredProduct): Promise<void> {
  await db('product_payment_period').where({ product_payment_id: paymentId }).del();
  await db('product').where({ id }).del();
  await db('product_payment').where({ id: paymentId }).del();
}

const selected = (db: Knex): Knex.QueryBuilder => withPayment(db('product'));

const withPayment = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
  query
    .join('product_payment', 'product_payment.id', 'product.product_payment_id')
    .select('product.*', 'product_payment.type as payment_type')
    .select('product_payment.once_price_amount', 'product_payment.once_setup_price_amount', 'product_payment.currency');

const inOrder = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
  query.orderBy([{ column: 'product.priority' }, { column: 'product.id' }]);

function filtered(db: Knex, filter: Filter): Knex.QueryBuilder {
  const query: Knex.QueryBuilder = db('product');
  if (filter.type !== undefined) void query.where('product.type', filter.type);
  if (filter.status !== undefined) void query.where('product.status', filter.status);
  if (filter.isHidden !== undefined) void query.where('product.hidden', filter.isHidden);
  if (filter.isAddon !== undefined) void query.where('product.is_addon', filter.isAddon);
  if (filter.isActive !== undefined) void query.where('product.active', filter.isActive);
  if (filter.categoryIds !== undefined) void query.whereIn('product.product_category_id', filter.categoryIds);
  if (filter.search !== undefined) void whereContains(query, 'product.title', filter.search);
  return query;
}

const load = async (db: Knex, query: Knex.QueryBuilder): Promise<StoredProduct[]> =>
  toProducts(db, (await query) as Row[]);

/** One query more, for the periods of all of them. */
async function toProducts(db: Knex, rows: readonly Row[]): Promise<StoredProduct[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.product_payment_id);
  const periods = await db<PeriodRow>('product_payment_period')
    .whereIn('product_payment_id', ids)
    .orderBy(['product_payment_id', 'sort_order', 'id']);
  const byPayment = new Map<number, PeriodRow[]>(ids.map((id) => [id, []]));
  for (const period of periods) byPayment.get(period.product_payment_id)?.push(period);
  return rows.map((row) => toProduct(row, byPayment.get(row.product_payment_id) ?? []));
}

const toProduct = (row: Row, periods: readonly PeriodRow[]): StoredProduct => ({
  id: row.id,
  paymentId: row.product_payment_id,
  categoryId: row.product_category_id ?? undefined,
  formId: row.form_id ?? undefined,
  type: row.type,
  title: row.title,
  slug: row.slug,
  description: row.description ?? undefined,
  iconUrl: row.icon_url ?? undefined,
  unit: row.unit,
  isActive: toBoolean(row.active),
  status: row.status,
  setup: row.setup,
  isHidden: toBoolean(row.hidden),
  isAddon: toBoolean(row.is_addon),
  priority: row.priority ?? undefined,
  allowsQuantity: toBoolean(row.allow_quantity_select),
  hasStockControl: toBoolean(row.stock_control),
  quantityInStock: row.quantity_in_stock,
  suspensionGraceDays: row.suspension_grace_days,
  plugin: row.plugin ?? undefined,
  config: toObject(row.config),
  addonIds: toIds(row.addons),
  upgradeIds: toIds(row.upgrades),
  pricing: pricingFrom(
    row.payment_type,
    { price: money(row.once_price_amount, row.currency), setup: money(row.once_setup_price_amount, row.currency) },
    periods.map((period) => toPeriodPrice(period, row.currency)),
  ),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});

const toPeriodPrice = (row: PeriodRow, currency: string): PeriodPrice => ({
  code: row.code,
  price: money(row.price_amount, currency),
  setup: money(row.setup_price_amount, currency),
  isEnabled: toBoolean(row.enabled),
});

/** Imported lists hold ids as text too. */
const toIds = (text: string | null): number[] => toList(text).map(Number).filter(Number.isSafeInteger);
