import type { Knex } from 'knex';
import { toBoolean, toDate, toObject, toOptionalDate, type StoredDate } from '#core/db/columns';
import { paginate, whereContains, type Page, type PageRequest } from '#core/db/paginate';
import { money } from '#core/money';
import type { OrderStatus } from '#core/product';
import type { Order } from './contract.ts';

interface Row {
  id: number;
  client_id: number;
  product_id: number;
  form_id: number | null;
  promo_id: number | null;
  promo_recurring: number | boolean | null;
  promo_used: number | null;
  group_id: string | null;
  group_master: number | boolean;
  invoice_option: string | null;
  title: string;
  currency: string;
  unpaid_invoice_id: number | null;
  service_id: number | null;
  service_type: string;
  period: string | null;
  quantity: number;
  unit: string;
  price_amount: number;
  discount_amount: number | null;
  status: OrderStatus;
  reason: string | null;
  notes: string | null;
  config: string;
  suspension_grace_days: number | null;
  referred_by: string | null;
  anchor_day: number | null;
  expires_at: StoredDate | null;
  activated_at: StoredDate | null;
  suspended_at: StoredDate | null;
  unsuspended_at: StoredDate | null;
  canceled_at: StoredDate | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

/** Which orders a list shows; what is undefined does not narrow it. */
export interface OrderFilter {
  readonly ids?: readonly number[] | undefined;
  readonly clientId?: number | undefined;
  readonly productId?: number | undefined;
  readonly promoId?: number | undefined;
  readonly status?: string | undefined;
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly period?: string | undefined;
  readonly invoiceOption?: string | undefined;
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  /** Contained in the title, or the order of one of these clients. */
  readonly search?: { readonly text: string; readonly clientIds: readonly number[] } | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  readonly mastersOnly?: boolean | undefined;
  /** Each name with the beginning of its value. */
  readonly meta?: Readonly<Record<string, string>> | undefined;
}

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

export const listPage = (db: Knex, filter: OrderFilter, request: PageRequest): Promise<Page<Order>> =>
  paginate<Row, Order>(
    narrowed(db, filter),
    request,
    (query) => query.select('client_order.*').orderBy('id', 'desc'),
    toOrder,
  );

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

export async function existsForClient(db: Knex, clientId: number): Promise<boolean> {
  return (await db<Row>('client_order').where({ client_id: clientId }).first('id')) !== undefined;
}

export async function existsForProduct(db: Knex, productId: number): Promise<boolean> {
  return (await db<Row>('client_order').where({ product_id: productId }).first('id')) !== undefined;
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

function narrowed(db: Knex, filter: OrderFilter): Knex.QueryBuilder {
  const exact = Object.entries({
    client_id: filter.clientId,
    product_id: filter.productId,
    promo_id: filter.promoId,
    status: filter.status,
    period: filter.period,
    invoice_option: filter.invoiceOption,
    service_type: filter.type,
    group_master: filter.mastersOnly,
  }).filter((entry) => entry[1] !== undefined);
  let query: Knex.QueryBuilder = db('client_order').where(Object.fromEntries(exact) as Record<string, Knex.Value>);
  if (filter.ids !== undefined) query = query.whereIn('client_order.id', filter.ids);
  if (filter.statuses !== undefined) query = query.whereIn('status', filter.statuses);
  if (filter.title !== undefined) query = whereContains(query, 'title', filter.title);
  if (filter.createdFrom !== undefined) query = query.where('created_at', '>=', filter.createdFrom);
  if (filter.createdTo !== undefined) query = query.where('created_at', '<=', filter.createdTo);
  if (filter.search !== undefined) query = searched(query, filter.search);
  for (const [name, value] of Object.entries(filter.meta ?? {})) {
    query = query.whereIn(
      'client_order.id',
      db('client_order_meta').where({ name }).where('value', 'like', `${value}%`).select('client_order_id'),
    );
  }
  return query;
}

const searched = (
  query: Knex.QueryBuilder,
  { text, clientIds }: NonNullable<OrderFilter['search']>,
): Knex.QueryBuilder =>
  query.where((either) => {
    void whereContains(either, 'title', text).orWhereIn('client_id', clientIds);
  });

const COLUMN: Readonly<Record<keyof Omit<Order, 'id'>, keyof Row>> = {
  clientId: 'client_id',
  productId: 'product_id',
  formId: 'form_id',
  promoId: 'promo_id',
  isPromoRecurring: 'promo_recurring',
  promoUsed: 'promo_used',
  groupId: 'group_id',
  isGroupMaster: 'group_master',
  invoiceOption: 'invoice_option',
  title: 'title',
  currency: 'currency',
  unpaidInvoiceId: 'unpaid_invoice_id',
  serviceId: 'service_id',
  serviceType: 'service_type',
  period: 'period',
  quantity: 'quantity',
  unit: 'unit',
  price: 'price_amount',
  discount: 'discount_amount',
  status: 'status',
  reason: 'reason',
  notes: 'notes',
  config: 'config',
  referredBy: 'referred_by',
  expiresAt: 'expires_at',
  activatedAt: 'activated_at',
  suspendedAt: 'suspended_at',
  unsuspendedAt: 'unsuspended_at',
  canceledAt: 'canceled_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};

/** Members that are not named stay out of the row; `undefined` is null. */
const toRow = (order: Partial<Omit<Order, 'id'>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(order).map(([member, value]) => [COLUMN[member as keyof typeof COLUMN], stored(member, value)]),
  );

function stored(member: string, value: Order[keyof Order]): unknown {
  if (value === undefined) return null;
  if (member === 'config') return JSON.stringify(value);
  return typeof value === 'object' && 'amount' in value ? value.amount : value;
}

function toOrder(row: Row): Order {
  return {
    id: row.id,
    clientId: row.client_id,
    productId: row.product_id,
    formId: row.form_id ?? undefined,
    promoId: row.promo_id ?? undefined,
    isPromoRecurring: row.promo_recurring === null ? undefined : toBoolean(row.promo_recurring),
    promoUsed: row.promo_used ?? undefined,
    groupId: row.group_id ?? undefined,
    isGroupMaster: toBoolean(row.group_master),
    invoiceOption: row.invoice_option ?? undefined,
    title: row.title,
    currency: row.currency,
    unpaidInvoiceId: row.unpaid_invoice_id ?? undefined,
    serviceId: row.service_id ?? undefined,
    serviceType: row.service_type,
    period: row.period ?? undefined,
    quantity: row.quantity,
    unit: row.unit,
    price: money(row.price_amount, row.currency),
    discount: row.discount_amount === null ? undefined : money(row.discount_amount, row.currency),
    status: row.status,
    reason: row.reason ?? undefined,
    notes: row.notes ?? undefined,
    config: toObject(row.config),
    referredBy: row.referred_by ?? undefined,
    expiresAt: toOptionalDate(row.expires_at),
    activatedAt: toOptionalDate(row.activated_at),
    suspendedAt: toOptionalDate(row.suspended_at),
    unsuspendedAt: toOptionalDate(row.unsuspended_at),
    canceledAt: toOptionalDate(row.canceled_at),
    createdAt: toDate(row.created_at),
    updatedAt: toDate(row.updated_at),
  };
}
