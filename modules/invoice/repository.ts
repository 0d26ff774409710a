import type { Knex } from 'knex';
import { toBoolean, toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { money, type Money } from '#core/money';
import type { Buyer, Invoice, Seller } from './contract.ts';
import * as lines from './line/repository.ts';

/** An invoice without its lines. */
export type InvoiceHead = Omit<Invoice, 'lines'>;
export type InvoiceChange = Partial<Omit<InvoiceHead, 'id' | 'seller' | 'buyer'>> & {
  readonly seller?: Partial<Seller>;
  readonly buyer?: Partial<Buyer>;
};

export interface Row {
  id: number;
  client_id: number | null;
  serie: string | null;
  nr: string | null;
  hash: string;
  hash_expires_at: StoredDate | null;
  currency: string;
  currency_rate: string | null;
  credit_amount: number | string;
  refund_amount: number | string;
  base_currency: string | null;
  base_income_amount: number | string | null;
  base_refund_amount: number | string | null;
  notes: string | null;
  text_1: string | null;
  text_2: string | null;
  status: string;
  seller_company: string | null;
  seller_company_vat: string | null;
  seller_company_number: string | null;
  seller_address: string | null;
  seller_phone: string | null;
  seller_email: string | null;
  buyer_first_name: string | null;
  buyer_last_name: string | null;
  buyer_company: string | null;
  buyer_company_vat: string | null;
  buyer_company_number: string | null;
  buyer_address: string | null;
  buyer_city: string | null;
  buyer_state: string | null;
  buyer_country: string | null;
  buyer_zip: string | null;
  buyer_phone: string | null;
  buyer_phone_cc: string | null;
  buyer_email: string | null;
  refund_of: string | null;
  gateway_id: number | null;
  approved: number | boolean;
  taxname: string | null;
  taxrate: string | null;
  due_at: StoredDate | null;
  reminded_at: StoredDate | null;
  paid_at: StoredDate | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export const findById = async (db: Knex, id: number): Promise<Invoice | undefined> =>
  withLines(db, await db<Row>('invoice').where({ id }).first());

export const findByHash = async (db: Knex, hash: string): Promise<Invoice | undefined> =>
  withLines(db, await db<Row>('invoice').where({ hash }).first());

/** Whose it is; undefined when it is nobody's, or is not there. */
export const findClientOf = async (db: Knex, id: number): Promise<number | undefined> =>
  (await db<Row>('invoice').where({ id }).first('client_id'))?.client_id ?? undefined;

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Invoice | undefined> {
  return withLines(db, await db<Row>('invoice').where({ id }).forUpdate().first());
}

/** With their lines, in two queries; in the order of `ids`. */
export async function listByIds(db: Knex, ids: readonly number[]): Promise<Invoice[]> {
  if (ids.length === 0) return [];
  const rows = await db<Row>('invoice').whereIn('id', [...ids]);
  const byId = new Map((await complete(db, rows)).map((invoice) => [invoice.id, invoice]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Heads to whole invoices, with one query for all lines. */
export async function complete(db: Knex, rows: readonly Row[]): Promise<Invoice[]> {
  const linesOf = await lines.listOf(
    db,
    rows.map(({ id, currency }) => ({ id, currency })),
  );
  return rows.map((row) => ({ ...toHead(row), lines: linesOf.get(row.id) ?? [] }));
}

export async function insert(db: Knex.Transaction, invoice: Omit<InvoiceHead, 'id'>): Promise<number> {
  const [id] = await db('invoice').insert(toRow(invoice));
  return Number(id);
}

/** Writes the members that are named, `undefined` as null. */
export async function update(db: Knex.Transaction, id: number, change: InvoiceChange, now: Date): Promise<void> {
  await db('invoice')
    .where({ id })
    .update({ ...toRow(change), updated_at: change.updatedAt ?? now });
}

export async function remove(db: Knex.Transaction, id: number): Promise<void> {
  await db('invoice_item').where({ invoice_id: id }).del();
  await db('invoice').where({ id }).del();
}

/** How many there are of each status, and of all. */
export async function countByStatus(db: Knex): Promise<ReadonlyMap<string, number>> {
  const rows = (await db('invoice').groupBy('status').select('status').count({ total: '*' })) as unknown as {
    status: string;
    total: number | string;
  }[];
  return new Map(rows.map(({ status, total }) => [status, Number(total)]));
}

export async function listIdsOfClient(db: Knex, clientId: number): Promise<number[]> {
  const rows = await db<Row>('invoice').where({ client_id: clientId }).orderBy('id').select('id');
  return rows.map(({ id }) => id);
}

export const existsForClient = async (db: Knex, clientId: number): Promise<boolean> =>
  (await db<Row>('invoice').where({ client_id: clientId }).first('id')) !== undefined;

export const existsInCurrency = async (db: Knex, currency: string): Promise<boolean> =>
  (await db<Row>('invoice').where({ currency }).first('id')) !== undefined;

async function withLines(db: Knex, row: Row | undefined): Promise<Invoice | undefined> {
  return row && (await complete(db, [row]))[0];
}

const SELLER: Readonly<Record<keyof Seller, keyof Row>> = {
  company: 'seller_company',
  vat: 'seller_company_vat',
  number: 'seller_company_number',
  address: 'seller_address',
  phone: 'seller_phone',
  email: 'seller_email',
};

const BUYER: Readonly<Record<keyof Buyer, keyof Row>> = {
  firstName: 'buyer_first_name',
  lastName: 'buyer_last_name',
  company: 'buyer_company',
  vat: 'buyer_company_vat',
  number: 'buyer_company_number',
  address: 'buyer_address',
  city: 'buyer_city',
  state: 'buyer_state',
  country: 'buyer_country',
  zip: 'buyer_zip',
  phone: 'buyer_phone',
  phoneCc: 'buyer_phone_cc',
  email: 'buyer_email',
};

type Plain = Omit<InvoiceHead, 'id' | 'seller' | 'buyer' | 'credit' | 'refund' | 'baseIncome' | 'baseRefund'>;

const COLUMN: Readonly<Record<keyof Plain, keyof Row>> = {
  clientId: 'client_id',
  serie: 'serie',
  nr: 'nr',
  hash: 'hash',
  hashExpiresAt: 'hash_expires_at',
  currency: 'currency',
  currencyRate: 'currency_rate',
  status: 'status',
  isApproved: 'approved',
  refundOf: 'refund_of',
  gatewayId: 'gateway_id',
  taxName: 'taxname',
  taxRate: 'taxrate',
  notes: 'notes',
  text1: 'text_1',
  text2: 'text_2',
  dueAt: 'due_at',
  remindedAt: 'reminded_at',
  paidAt: 'paid_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};

/** Members that are not named stay out of the row; `undefined` is null. */
export function toRow({
  seller,
  buyer,
  credit,
  refund,
  baseIncome,
  baseRefund,
  ...plain
}: InvoiceChange): Record<string, unknown> {
  const base = baseIncome ?? baseRefund;
  return {
    ...renamed(plain, COLUMN),
    ...renamed(seller ?? {}, SELLER),
    ...renamed(buyer ?? {}, BUYER),
    ...(credit && { credit_amount: credit.amount }),
    ...(refund && { refund_amount: refund.amount }),
    ...(base && { base_currency: base.currency }),
    ...(baseIncome && { base_income_amount: baseIncome.amount }),
    ...(baseRefund && { base_refund_amount: baseRefund.amount }),
  };
}

const renamed = <M extends object>(members: M, columns: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).flatMap(([member, value]) => {
      const column = columns[member];
      return column === undefined ? [] : [[column, (value as unknown) ?? null]];
    }),
  );

export function toHead(row: Row): InvoiceHead {
  return {
    id: row.id,
    clientId: row.client_id ?? undefined,
    serie: row.serie ?? undefined,
    nr: row.nr ?? undefined,
    hash: row.hash,
    hashExpiresAt: toOptionalDate(row.hash_expires_at),
    currency: row.currency,
    currencyRate: row.currency_rate ?? undefined,
    status: row.status,
    isApproved: toBoolean(row.approved),
    refundOf: row.refund_of ?? undefined,
    gatewayId: row.gateway_id ?? undefined,
    taxName: row.taxname ?? undefined,
    taxRate: row.taxrate ?? undefined,
    notes: row.notes ?? undefined,
    text1: row.text_1 ?? undefined,
    text2: row.text_2 ?? undefined,
    seller: parties(row, SELLER),
    buyer: parties(row, BUYER),
    credit: money(Number(row.credit_amount), row.currency),
    refund: money(Number(row.refund_amount), row.currency),
    baseIncome: based(row, row.base_income_amount),
    baseRefund: based(row, row.base_refund_amount),
    dueAt: toOptionalDate(row.due_at),
    remindedAt: toOptionalDate(row.reminded_at),
    paidAt: toOptionalDate(row.paid_at),
    createdAt: toDate(row.created_at),
    updatedAt: toDate(row.updated_at),
  };
}

const based = ({ base_currency }: Row, amount: number | string | null): Money | undefined =>
  amount === null || base_currency === null ? undefined : money(Number(amount), base_currency);

const parties = <K extends string>(row: Row, columns: Readonly<Record<K, keyof Row>>): Record<K, string | undefined> =>
  Object.fromEntries(
    (Object.entries(columns) as [K, keyof Row][]).map(([member, column]) => [
      member,
      (row[column] as string | null) ?? undefined,
    ]),
  ) as Record<K, string | undefined>;

/** Those of `ids` that have this status, with the day they are due. */
export async function listByStatus(
  db: Knex,
  ids: readonly number[],
  status: string,
): Promise<ReadonlyMap<number, Date | undefined>> {
  if (ids.length === 0) return new Map();
  const rows = await db<Row>('invoice')
    .whereIn('id', [...ids])
    .where({ status })
    .select('id', 'due_at');
  return new Map(rows.map(({ id, due_at }) => [id, toOptionalDate(due_at)]));
}

/** In chunks by id. */
export async function listHeadsAfter(db: Knex, id: number, limit: number): Promise<InvoiceHead[]> {
  return (await db<Row>('invoice').where('id', '>', id).orderBy('id').limit(limit)).map(toHead);
}

/** Whole ones in chunks by id, of one status or all. */
export async function listAfter(
  db: Knex,
  {
    status,
    afterId,
    limit,
    clientId,
  }: { status?: string; afterId: number; limit: number; clientId?: number | undefined },
): Promise<Invoice[]> {
  const query = db<Row>('invoice').where('id', '>', afterId);
  if (status !== undefined) void query.where({ status });
  if (clientId !== undefined) void query.where({ client_id: clientId });
  return complete(db, await query.orderBy('id').limit(limit));
}
