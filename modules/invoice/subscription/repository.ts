import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { toDate, type StoredDate } from '#core/db/columns';
import { paginate, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';
import { money, type Money } from '#core/money';

/** Who agreed to pay again each period, and where that is kept. */
export interface Subscription {
  readonly id: number;
  readonly clientId: number | undefined;
  readonly gatewayId: number | undefined;
  /** At the gateway. */
  readonly sid: string | undefined;
  readonly sidKey: string | undefined;
  readonly relType: string | undefined;
  readonly relId: number | undefined;
  readonly period: string | undefined;
  readonly amount: Money | undefined;
  readonly currency: string | undefined;
  /** `active`, `pending_cancellation` or `canceled`; staff may write others. */
  readonly status: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type SubscriptionChange = Partial<Omit<Subscription, 'id' | 'createdAt' | 'updatedAt'>>;

export interface SubscriptionFilter {
  readonly id?: number | undefined;
  readonly sid?: string | undefined;
  readonly status?: string | undefined;
  readonly gatewayId?: number | undefined;
  readonly clientId?: number | undefined;
  readonly currency?: string | undefined;
  readonly invoiceId?: number | undefined;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
  /** Equals the id at the gateway or ours. */
  readonly search?: string | undefined;
}

interface Row {
  id: number;
  client_id: number | null;
  pay_gateway_id: number | null;
  sid: string | null;
  sid_key: string | null;
  rel_type: string | null;
  rel_id: number | null;
  period: string | null;
  price_amount: number | string | null;
  currency: string | null;
  status: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export const sidKeyOf = (sid: string): string => createHash('sha256').update(sid).digest('hex');

export async function findById(db: Knex, id: number): Promise<Subscription | undefined> {
  const row = await db<Row>('subscription').where({ id }).first();
  return row && toSubscription(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Subscription | undefined> {
  const row = await db<Row>('subscription').where({ id }).forUpdate().first();
  return row && toSubscription(row);
}

export async function findBySid(db: Knex, sid: string): Promise<Subscription | undefined> {
  const row = await db<Row>('subscription').where({ sid }).orderBy('id').first();
  return row && toSubscription(row);
}

/** Announced by the gateway, or else entered by staff with the same id. */
export async function findAtGateway(db: Knex, gatewayId: number, sid: string): Promise<Subscription | undefined> {
  const rows = await db<Row>('subscription').where({ pay_gateway_id: gatewayId, sid }).orderBy('id');
  const exact = rows.filter((row) => row.sid === sid);
  const row = exact.find(({ sid_key }) => sid_key !== null) ?? exact[0];
  return row && toSubscription(row);
}

/** Not ended yet, of invoices with a line of this order. */
export async function listOfOrder(db: Knex, orderId: number): Promise<Subscription[]> {
  const invoices = db('invoice_item')
    .where({ type: 'order', rel_id: String(orderId) })
    .select('invoice_id');
  const rows = await db<Row>('subscription')
    .where({ rel_type: 'invoice' })
    .whereIn('rel_id', invoices)
    .whereIn('status', ['active', 'pending_cancellation'])
    .orderBy('id');
  return rows.map(toSubscription);
}

export function listPage(db: Knex, filter: SubscriptionFilter, request: ListRequest): Promise<Page<Subscription>> {
  const query = db('subscription');
  const equal = {
    id: filter.id,
    sid: filter.sid,
    status: filter.status,
    pay_gateway_id: filter.gatewayId,
    client_id: filter.clientId,
    currency: filter.currency,
  };
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) void query.where(column, value);
  const { invoiceId, from, before, search } = filter;
  if (invoiceId !== undefined) void query.where({ rel_type: 'invoice', rel_id: invoiceId });
  if (from !== undefined) void query.where('created_at', '>=', from);
  if (before !== undefined) void query.where('created_at', '<', before);
  if (search !== undefined)
    void query.where((any) => {
      void any.where({ sid: search });
      if (/^\d{1,15}$/.test(search)) void any.orWhere({ id: Number(search) });
    });
  const by = sortingBy(request.sort, SORTABLE)?.by ?? [{ column: 'id', order: 'desc' }];
  return paginate<Row, Subscription>(query, request, (rows) => rows.orderBy([...by]).select('*'), toSubscription);
}

const SORTABLE = { id: 'id', status: 'status', period: 'period', created_at: 'created_at' };

export async function insert(db: Knex.Transaction, subscription: SubscriptionChange, now: Date): Promise<number> {
  const [id] = await db('subscription').insert({ ...toRow(subscription), created_at: now, updated_at: now });
  return Number(id);
}

export async function update(db: Knex.Transaction, id: number, change: SubscriptionChange, now: Date): Promise<void> {
  await db('subscription')
    .where({ id })
    .update({ ...toRow(change), updated_at: now });
}

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('subscription').where({ id }).del()) === 1;

const COLUMNS = {
  clientId: 'client_id',
  gatewayId: 'pay_gateway_id',
  sid: 'sid',
  sidKey: 'sid_key',
  relType: 'rel_type',
  relId: 'rel_id',
  period: 'period',
  currency: 'currency',
  status: 'status',
} as const;

function toRow(change: SubscriptionChange): Record<string, unknown> {
  const plain = Object.entries(COLUMNS).flatMap(([member, column]) =>
    member in change ? [[column, (change[member as keyof typeof COLUMNS] as unknown) ?? null]] : [],
  );
  return {
    ...(Object.fromEntries(plain) as Record<string, unknown>),
    ...('amount' in change && { price_amount: change.amount?.amount ?? null }),
    ...(change.amount && { currency: change.amount.currency }),
  };
}

const toSubscription = (row: Row): Subscription => ({
  id: row.id,
  clientId: row.client_id ?? undefined,
  gatewayId: row.pay_gateway_id ?? undefined,
  sid: row.sid ?? undefined,
  sidKey: row.sid_key ?? undefined,
  relType: row.rel_type ?? undefined,
  relId: row.rel_id ?? undefined,
  period: row.period ?? undefined,
  amount:
    row.price_amount === null || row.currency === null ? undefined : money(Number(row.price_amount), row.currency),
  currency: row.currency ?? undefined,
  status: row.status ?? undefined,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
