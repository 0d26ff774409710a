import type { Knex } from 'knex';
import { toBoolean, toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { insertMany } from '#core/db/bulk';
import { latestFirst, paginateFar, type Page, type PageRequest } from '#core/db/paginate';
import { money, type Money } from '#core/money';
import type { PayMethod } from '../rules.ts';

export type Kind = 'donation' | 'codes';
export type Status = 'unpaid' | 'paid' | 'closed';

/** A donation or a purchase of codes, under its public number. */
export interface Order {
  readonly id: number;
  readonly appId: number;
  readonly kind: Kind;
  /** As it was given: a sum, or a number of codes. */
  readonly given: string;
  readonly quantity: number;
  readonly money: Money;
  readonly payMethod: PayMethod;
  readonly gatewayId: number | undefined;
  readonly reference: string | undefined;
  readonly isTest: boolean;
  readonly checkHash: string;
  readonly checkUntil: Date;
  readonly deviceId: string;
  readonly ip: string | undefined;
  readonly userEmail: string;
  readonly userName: string;
  readonly userLink: string;
  readonly clientId: number | undefined;
  readonly invoiceId: number | undefined;
  readonly status: Status;
  readonly paidAt: Date | undefined;
  readonly deliveredAt: Date | undefined;
  readonly createdAt: Date;
}

interface Row {
  id: number;
  app_id: number;
  kind: Kind;
  given: string;
  quantity: number;
  money_amount: number | string;
  currency: string;
  pay_method: PayMethod;
  gateway_id: number | null;
  reference: string | null;
  is_test: unknown;
  check_hash: string;
  check_until: StoredDate;
  device_id: string;
  ip: string | null;
  user_email: string;
  user_name: string;
  user_link: string;
  client_id: number | null;
  invoice_id: number | null;
  status: Status;
  paid_at: StoredDate | null;
  delivered_at: StoredDate | null;
  created_at: StoredDate;
}

const TABLE = 'extstars_order';
const LINES = 'extstars_order_line';

async function first(query: Knex.QueryBuilder): Promise<Order | undefined> {
  const row = (await query.first()) as Row | undefined;
  return row && toOrder(row);
}

export const find = (db: Knex, id: number): Promise<Order | undefined> => first(db(TABLE).where({ id }));
export const findForUpdate = (db: Knex.Transaction, id: number): Promise<Order | undefined> =>
  first(db(TABLE).where({ id }).forUpdate());
export const findByInvoice = (db: Knex, invoiceId: number): Promise<Order | undefined> =>
  first(db(TABLE).where({ invoice_id: invoiceId }));

/** The purchase an engine's order belongs to. */
export async function findByLine(db: Knex, orderId: number): Promise<Order | undefined> {
  const line = (await db(LINES).where({ order_id: orderId }).first('extstars_order_id')) as
    { extstars_order_id: number } | undefined;
  return line && find(db, line.extstars_order_id);
}

export const listLines = async (db: Knex, id: number): Promise<number[]> =>
  (
    (await db(LINES).where({ extstars_order_id: id }).orderBy('order_id').select('order_id')) as {
      order_id: number;
    }[]
  ).map(({ order_id }) => Number(order_id));

export type NewOrder = Omit<Order, 'id' | 'reference' | 'status' | 'paidAt' | 'deliveredAt' | 'createdAt'>;

export async function insert(db: Knex.Transaction, order: NewOrder, lines: readonly number[], now: Date) {
  const [id] = await db(TABLE).insert({
    app_id: order.appId,
    kind: order.kind,
    given: order.given,
    quantity: order.quantity,
    money_amount: order.money.amount,
    currency: order.money.currency,
    pay_method: order.payMethod,
    gateway_id: order.gatewayId ?? null,
    is_test: order.isTest,
    check_hash: order.checkHash,
    check_until: order.checkUntil,
    device_id: order.deviceId,
    ip: order.ip ?? null,
    user_email: order.userEmail,
    user_name: order.userName,
    user_link: order.userLink,
    client_id: order.clientId ?? null,
    invoice_id: order.invoiceId ?? null,
    status: 'unpaid',
    created_at: now,
    updated_at: now,
  });
  const number = Number(id);
  await insertMany(
    db,
    LINES,
    lines.map((orderId) => ({ order_id: orderId, extstars_order_id: number })),
  );
  return number;
}

export const setReference = async (db: Knex.Transaction, id: number, reference: string): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ reference }));

export const markPaid = async (db: Knex.Transaction, id: number, paidAt: Date, now: Date): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ status: 'paid', paid_at: paidAt, updated_at: now }));

export const markDelivered = async (db: Knex.Transaction, id: number, now: Date): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ delivered_at: now, updated_at: now }));

/** Its invoice is gone, so a late payment finds nothing to pay. */
export const close = async (db: Knex.Transaction, id: number, now: Date): Promise<void> =>
  void (await db(TABLE)
    .where({ id, status: 'unpaid' })
    .update({ status: 'closed', invoice_id: null, updated_at: now }));

export const removeLines = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db(LINES).where({ extstars_order_id: id }).del());

export const listUnpaid = async (
  db: Knex,
  { since = new Date(0), until }: { readonly since?: Date; readonly until: Date },
  afterId: number,
  limit: number,
): Promise<Order[]> =>
  (
    (await db<Row>(TABLE)
      .where({ status: 'unpaid' })
      .whereBetween('created_at', [since, until])
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(limit)) as Row[]
  ).map(toOrder);

export interface OrderFilter {
  readonly appId?: number | undefined;
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
}

export function list(db: Knex, filter: OrderFilter, request: PageRequest): Promise<Page<Order>> {
  const { appId, status, kind } = filter;
  const where = Object.fromEntries(
    Object.entries({ app_id: appId, status, kind }).filter(([, value]) => value !== undefined),
  );
  return paginateFar<Row, Order>(
    db(TABLE).where(where),
    latestFirst('id', filter),
    request,
    (keys) => db(TABLE).whereIn('id', [...keys]),
    toOrder,
  );
}

/** Of somebody who is forgotten: what was paid stays, who paid does not. */
export const forget = async (db: Knex.Transaction, clientId: number, email: string): Promise<void> => {
  await db(TABLE).where({ client_id: clientId }).update({ client_id: null });
  if (email !== '') await db(TABLE).where({ user_email: email }).update({ user_email: '', ip: null });
};

export const listIdsByEmail = async (db: Knex, email: string): Promise<number[]> =>
  ((await db(TABLE).where({ user_email: email }).select('id')) as { id: number }[]).map(({ id }) => id);

export async function purgeIps(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE).whereNotNull('ip').where('created_at', '<', before).limit(limit).select('id')) as {
    id: number;
  }[];
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await db(TABLE).whereIn('id', ids).update({ ip: null });
  return ids.length;
}

/** Paid purchases whose codes are not what was bought, or were delivered without being there. */
export async function listMisfits(db: Knex): Promise<string[]> {
  const rows = (await db({ o: TABLE })
    .leftJoin({ l: LINES }, 'l.extstars_order_id', 'o.id')
    .leftJoin({ c: 'service_extstars' }, 'c.order_id', 'l.order_id')
    .where({ 'o.kind': 'codes', 'o.status': 'paid' })
    .whereNotNull('o.delivered_at')
    .groupBy('o.id', 'o.quantity')
    .havingRaw('count(l.order_id) <> o.quantity')
    .limit(100)
    .select('o.id')) as { id: number }[];
  return rows.map(({ id }) => `Purchase ${id} was delivered with another number of codes than was bought.`);
}

const toOrder = (row: Row): Order => ({
  id: row.id,
  appId: row.app_id,
  kind: row.kind,
  given: row.given,
  quantity: row.quantity,
  money: money(Number(row.money_amount), row.currency),
  payMethod: row.pay_method,
  gatewayId: row.gateway_id === null ? undefined : Number(row.gateway_id),
  reference: row.reference ?? undefined,
  isTest: toBoolean(row.is_test),
  checkHash: row.check_hash,
  checkUntil: toDate(row.check_until),
  deviceId: row.device_id,
  ip: row.ip ?? undefined,
  userEmail: row.user_email,
  userName: row.user_name,
  userLink: row.user_link,
  clientId: row.client_id === null ? undefined : Number(row.client_id),
  invoiceId: row.invoice_id === null ? undefined : Number(row.invoice_id),
  status: row.status,
  paidAt: toOptionalDate(row.paid_at),
  deliveredAt: toOptionalDate(row.delivered_at),
  createdAt: toDate(row.created_at),
});
