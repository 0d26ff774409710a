import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { toBoolean, toDate, toObject, toOptionalDate, type StoredDate } from '#core/db/columns';
import { latestFirst, paginateByKey, whereContains, type Page } from '#core/db/paginate';
import type { PaymentNotice } from '#core/gateway';
import { sortingBy, type ListRequest } from '#core/listing';
import { money, type Money } from '#core/money';

/** The call a transaction came with, as far as it may be kept. */
export interface KeptCall {
  readonly source: 'ipn' | 'admin' | 'client';
  readonly get: Readonly<Record<string, unknown>> | null;
  readonly post: Readonly<Record<string, unknown>> | null;
  readonly raw: string | null;
  readonly server: Readonly<Record<string, unknown>> | null;
}

/** How the money of a transaction came into the books, once. */
export type Booking = 'ledger' | 'entered';

export interface Transaction {
  readonly id: number;
  readonly invoiceId: number | undefined;
  readonly gatewayId: number | undefined;
  readonly txnId: string | undefined;
  readonly txnKey: string | undefined;
  readonly requestKey: string | undefined;
  readonly txnStatus: string | undefined;
  readonly subscriptionId: string | undefined;
  readonly period: string | undefined;
  readonly amount: Money | undefined;
  readonly currency: string | undefined;
  readonly type: string | undefined;
  readonly status: string;
  readonly ip: string | undefined;
  readonly error: string | undefined;
  readonly errorCode: number | undefined;
  readonly note: string | undefined;
  readonly validatesIpn: boolean;
  readonly call: KeptCall | undefined;
  readonly callHash: string | undefined;
  readonly notice: PaymentNotice | undefined;
  readonly booking: Booking | undefined;
  readonly balanceLineId: number | undefined;
  readonly parentId: number | undefined;
  readonly deletedAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewTransaction = Partial<Omit<Transaction, 'id' | 'createdAt' | 'updatedAt'>> & { readonly status: string };
export type TransactionChange = Partial<Omit<Transaction, 'id' | 'createdAt' | 'updatedAt'>>;

export interface TransactionFilter {
  readonly id?: number | undefined;
  readonly invoiceId?: number | undefined;
  readonly invoiceHash?: string | undefined;
  readonly gatewayId?: number | undefined;
  readonly clientId?: number | undefined;
  readonly status?: string | undefined;
  readonly currency?: string | undefined;
  readonly type?: string | undefined;
  readonly txnId?: string | undefined;
  readonly search?: string | undefined;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
}

interface Row {
  id: number;
  invoice_id: number | null;
  gateway_id: number | null;
  txn_id: string | null;
  txn_key: string | null;
  request_key: string | null;
  txn_status: string | null;
  s_id: string | null;
  s_period: string | null;
  txn_amount: number | string | null;
  currency: string | null;
  type: string | null;
  status: string;
  ip: string | null;
  error: string | null;
  error_code: number | null;
  note: string | null;
  validate_ipn: number | boolean;
  ipn: string | null;
  ipn_hash: string | null;
  notice: string | null;
  booking: Booking | null;
  balance_line_id: number | null;
  parent_id: number | null;
  deleted_at: StoredDate | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

/** What is the same payment, and what the same refund: the judge is a unique index. */
export const keyOf = (kind: string, id: string): string => createHash('sha256').update(`${kind}:${id}`).digest('hex');

const standing = (db: Knex) => db<Row>('transaction').whereNull('deleted_at');

export async function findById(db: Knex, id: number): Promise<Transaction | undefined> {
  const row = await standing(db).where({ id }).first();
  return row && toTransaction(row);
}

/** Deleted ones too: what was booked stays booked. */
export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Transaction | undefined> {
  const row = await db<Row>('transaction').where({ id }).forUpdate().first();
  return row && toTransaction(row);
}

/** Deleted ones too. */
export async function findByKey(db: Knex, gatewayId: number, txnKey: string): Promise<Transaction | undefined> {
  const row = await db<Row>('transaction').where({ gateway_id: gatewayId, txn_key: txnKey }).first();
  return row && toTransaction(row);
}

export async function findByRequest(db: Knex, gatewayId: number, requestKey: string): Promise<Transaction | undefined> {
  const row = await db<Row>('transaction').where({ gateway_id: gatewayId, request_key: requestKey }).first();
  return row && toTransaction(row);
}

/** The first that came with the same words, of those without an id of their own. */
export async function findByCall(
  db: Knex,
  gatewayId: number | undefined,
  callHash: string,
): Promise<Transaction | undefined> {
  const query = standing(db).where({ ipn_hash: callHash }).whereNull('txn_key').orderBy('id');
  const row = await (
    gatewayId === undefined ? query.whereNull('gateway_id') : query.where({ gateway_id: gatewayId })
  ).first();
  return row && toTransaction(row);
}

/** The payment that was booked for an invoice through a gateway, the newest first. */
export async function listBookedOf(db: Knex, invoiceId: number): Promise<Transaction[]> {
  const rows = await standing(db)
    .where({ invoice_id: invoiceId, booking: 'ledger', type: 'payment' })
    .orderBy('id', 'desc');
  return rows.map(toTransaction);
}

/** What was paid back of a payment or is about to be, in minor units. */
export async function sumRefundsOf(db: Knex, parentId: number): Promise<number> {
  const [row] = (await db<Row>('transaction')
    .where({ parent_id: parentId, type: 'refund' })
    .whereNot({ status: 'error' })
    .sum({ total: 'txn_amount' })) as { total: number | string | null }[];
  return Number(row?.total ?? 0);
}

export const listPage = (db: Knex, filter: TransactionFilter, request: ListRequest): Promise<Page<Transaction>> =>
  paginateByKey<Row, Transaction>(
    { db, query: narrowed(db, filter), count: isNarrow(filter) ? undefined : () => countStanding(db) },
    sortingBy(request.sort, SORTABLE, 'transaction.id') ?? latestFirst('transaction.id'),
    request,
    (ids) => db('transaction').whereIn('transaction.id', ids),
    toTransaction,
  );

const SORTABLE = {
  id: 'transaction.id',
  status: 'transaction.status',
  type: 'transaction.type',
  created_at: 'transaction.created_at',
};

const isNarrow = (filter: TransactionFilter): boolean => Object.values(filter).some((value) => value !== undefined);

/** Hardly any is deleted, and those are found by their index. */
async function countStanding(db: Knex): Promise<number> {
  const deleted = db('transaction').whereNotNull('deleted_at').count('*');
  const [row] = (await db.select(db.raw('(?) - (?) as total', [db('transaction').count('*'), deleted]))) as { total: number | string }[]; // prettier-ignore
  return Number(row?.total ?? 0);
}

function narrowed(db: Knex, filter: TransactionFilter): Knex.QueryBuilder {
  const { clientId, invoiceHash, search, from, before } = filter;
  // One client or invoice has few of them: a database that does not know would rather go by status, or what is not deleted.
  const isOfFew = [clientId, invoiceHash, filter.invoiceId].some((value) => value !== undefined);
  const query = db('transaction');
  if (isOfFew) void query.whereRaw('(?? is null) = 1', ['transaction.deleted_at']);
  else void query.whereNull('transaction.deleted_at');
  const equal = {
    id: filter.id,
    invoice_id: filter.invoiceId,
    gateway_id: filter.gatewayId,
    status: isOfFew ? undefined : filter.status,
    currency: filter.currency,
    type: filter.type,
    txn_id: filter.txnId,
  };
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) void query.where(`transaction.${column}`, value);
  if (isOfFew && filter.status !== undefined)
    void query.whereRaw("coalesce(??, '') = ?", ['transaction.status', filter.status]);
  if (clientId !== undefined)
    void query.whereIn('transaction.invoice_id', db('invoice').where({ client_id: clientId }).select('id'));
  if (invoiceHash !== undefined)
    void query.whereIn('transaction.invoice_id', db('invoice').where({ hash: invoiceHash }).select('id'));
  if (from !== undefined) void query.where('transaction.created_at', '>=', from);
  if (before !== undefined) void query.where('transaction.created_at', '<', before);
  if (search !== undefined)
    void query.where((any) => {
      void whereContains(any, 'transaction.note', search);
      for (const column of ['transaction.txn_id', 'transaction.ipn'])
        void any.orWhere((one) => void whereContains(one, column, search));
      if (/^\d{1,15}$/.test(search)) void any.orWhere('transaction.invoice_id', Number(search));
    });
  return query;
}

export async function countByStatus(db: Knex): Promise<ReadonlyMap<string, number>> {
  const rows = (await db('transaction')
    .whereNull('deleted_at')
    .groupBy('status')
    .select('status')
    .count({ total: '*' })) as unknown as { status: string; total: number | string }[];
  return new Map(rows.map(({ status, total }) => [status, Number(total)]));
}

/** Received, or taken up and not touched since `stale`; below `beforeId`, highest first. */
export async function listToProcess(db: Knex, stale: Date, beforeId: number, limit: number): Promise<number[]> {
  const rows = await standing(db)
    .where('id', '<', beforeId)
    .where((due) => {
      void due.where({ status: 'received' }).orWhere((stuck) => {
        void stuck.where({ status: 'processing' }).where('updated_at', '<', stale);
      });
    })
    .orderBy('id', 'desc')
    .limit(limit)
    .select('id');
  return rows.map(({ id }) => id);
}

/** Calls of gateways that were kept in a time and whose processing never ended. */
export async function listUnfinished(
  db: Knex,
  { from, until }: { readonly from: Date; readonly until: Date },
  limit: number,
): Promise<number[]> {
  const rows = await standing(db)
    .whereIn('status', ['received', 'processing'])
    .where('updated_at', '>=', from)
    .where('updated_at', '<', until)
    .whereNotNull('notice')
    .whereNull('booking')
    .whereNot('notice', 'like', '%"status":"pending"%')
    .orderBy('id')
    .limit(limit)
    .select('id');
  return rows.map(({ id }) => id);
}

/** Takes it up unless somebody else has, in a single statement. */
export async function claim(db: Knex.Transaction, id: number, stale: Date, now: Date): Promise<boolean> {
  const taken = await db<Row>('transaction')
    .where({ id })
    .whereNull('deleted_at')
    .where((free) => {
      void free.whereIn('status', ['received', 'error']).orWhere((stuck) => {
        void stuck.where({ status: 'processing' }).where('updated_at', '<=', stale);
      });
    })
    .update({ status: 'processing', updated_at: now });
  return taken === 1;
}

export async function insert(db: Knex.Transaction, transaction: NewTransaction, now: Date): Promise<number> {
  const [id] = await db('transaction').insert({ ...toRow(transaction), created_at: now, updated_at: now });
  return Number(id);
}

/** Writes the members that are named, `undefined` as null. */
export async function update(db: Knex.Transaction, id: number, change: TransactionChange, now: Date): Promise<void> {
  await db('transaction')
    .where({ id })
    .update({ ...toRow(change), updated_at: now });
}

/** Payments that are booked and whose line of the balance has no number, and those done twice, for the doctor. */
export async function listUnbooked(db: Knex, limit: number): Promise<number[]> {
  const rows = await db<Row>('transaction')
    .where({ booking: 'ledger' })
    .whereNull('balance_line_id')
    .orderBy('id')
    .limit(limit)
    .select('id');
  return rows.map(({ id }) => id);
}

/** Payments that a gateway vouched for and that are over without being in the books. */
export async function listLost(db: Knex, limit: number): Promise<number[]> {
  const rows = await db<Row>('transaction')
    .where({ status: 'processed', type: 'payment' })
    .whereNull('booking')
    .whereNull('deleted_at')
    .whereNotNull('notice')
    .orderBy('id')
    .limit(limit);
  return rows.map(toTransaction).flatMap(({ id, notice }) => (notice?.status === 'succeeded' ? [id] : []));
}

export async function listLines(
  db: Knex,
  afterId: number,
  limit: number,
): Promise<readonly { id: number; lineId: number }[]> {
  const rows = await db<Row>('transaction')
    .where({ booking: 'ledger' })
    .whereNotNull('balance_line_id')
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .select('id', 'balance_line_id');
  return rows.map(({ id, balance_line_id }) => ({ id, lineId: Number(balance_line_id) }));
}

/** Ids of payments at a gateway that more than one booked transaction has. */
export async function listDoubles(db: Knex, limit: number): Promise<readonly { gatewayId: number; txnId: string }[]> {
  const rows = (await db('transaction')
    .whereNotNull('booking')
    .whereNotNull('txn_id')
    .whereNot({ txn_id: '' })
    .groupBy('gateway_id', 'txn_id', 'type')
    .having(db.raw('count(distinct txn_key)'), '>', 1)
    .limit(limit)
    .select('gateway_id', 'txn_id')) as { gateway_id: number; txn_id: string }[];
  return rows.map(({ gateway_id, txn_id }) => ({ gatewayId: gateway_id, txnId: txn_id }));
}

const COLUMNS = {
  invoiceId: 'invoice_id',
  gatewayId: 'gateway_id',
  txnId: 'txn_id',
  txnKey: 'txn_key',
  requestKey: 'request_key',
  txnStatus: 'txn_status',
  subscriptionId: 's_id',
  period: 's_period',
  currency: 'currency',
  type: 'type',
  status: 'status',
  ip: 'ip',
  error: 'error',
  errorCode: 'error_code',
  note: 'note',
  validatesIpn: 'validate_ipn',
  callHash: 'ipn_hash',
  booking: 'booking',
  balanceLineId: 'balance_line_id',
  parentId: 'parent_id',
  deletedAt: 'deleted_at',
} as const satisfies Partial<Record<keyof Transaction, keyof Row>>;

export function toRow(change: TransactionChange): Record<string, unknown> {
  const plain = Object.entries(COLUMNS).flatMap(([member, column]) =>
    member in change ? [[column, (change[member as keyof typeof COLUMNS] as unknown) ?? null]] : [],
  );
  return {
    ...(Object.fromEntries(plain) as Record<string, unknown>),
    ...('amount' in change && { txn_amount: change.amount?.amount ?? null }),
    ...(change.amount && { currency: change.amount.currency }),
    ...('call' in change && { ipn: change.call === undefined ? null : JSON.stringify(change.call) }),
    ...('notice' in change && { notice: change.notice === undefined ? null : JSON.stringify(change.notice) }),
  };
}

const toTransaction = (row: Row): Transaction => ({
  id: row.id,
  invoiceId: row.invoice_id ?? undefined,
  gatewayId: row.gateway_id ?? undefined,
  txnId: row.txn_id ?? undefined,
  txnKey: row.txn_key ?? undefined,
  requestKey: row.request_key ?? undefined,
  txnStatus: row.txn_status ?? undefined,
  subscriptionId: row.s_id ?? undefined,
  period: row.s_period ?? undefined,
  amount: row.txn_amount === null || row.currency === null ? undefined : money(Number(row.txn_amount), row.currency),
  currency: row.currency ?? undefined,
  type: row.type ?? undefined,
  status: row.status,
  ip: row.ip ?? undefined,
  error: row.error ?? undefined,
  errorCode: row.error_code ?? undefined,
  note: row.note ?? undefined,
  validatesIpn: toBoolean(row.validate_ipn),
  call: row.ipn === null ? undefined : (toObject(row.ipn) as unknown as KeptCall), // written by this repository only
  callHash: row.ipn_hash ?? undefined,
  notice: row.notice === null ? undefined : (toObject(row.notice) as unknown as PaymentNotice),
  booking: row.booking ?? undefined,
  balanceLineId: row.balance_line_id ?? undefined,
  parentId: row.parent_id ?? undefined,
  deletedAt: toOptionalDate(row.deleted_at),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
