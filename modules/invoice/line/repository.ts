import type { Knex } from 'knex';
import { toBoolean, toDate, type StoredDate } from '#core/db/columns';
import { money } from '#core/money';
import type { InvoiceLine, LineStatus, NewLine } from '../contract.ts';

export interface LineRow {
  id: number;
  invoice_id: number;
  type: string;
  rel_id: string | null;
  payload: string | null;
  task: string;
  status: string;
  title: string;
  period: string | null;
  quantity: number;
  unit: string | null;
  price_amount: number | string;
  charged: number | boolean;
  taxed: number | boolean;
  attempts: number;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const ROWS_PER_INSERT = 100;

/** Lines of several invoices, by invoice, each by id. */
export async function listOf(
  db: Knex,
  invoices: readonly { id: number; currency: string }[],
): Promise<ReadonlyMap<number, InvoiceLine[]>> {
  const found = new Map<number, InvoiceLine[]>();
  if (invoices.length === 0) return found;
  const currencyOf = new Map(invoices.map(({ id, currency }) => [id, currency]));
  const rows = await db<LineRow>('invoice_item')
    .whereIn('invoice_id', [...currencyOf.keys()])
    .orderBy(['invoice_id', 'id']);
  for (const row of rows) {
    const line = toLine(row, currencyOf.get(row.invoice_id) ?? '');
    const list = found.get(row.invoice_id);
    if (list === undefined) found.set(row.invoice_id, [line]);
    else list.push(line);
  }
  return found;
}

export async function insertAll(
  db: Knex.Transaction,
  invoiceId: number,
  lines: readonly NewLine[],
  now: Date,
): Promise<void> {
  for (let start = 0; start < lines.length; start += ROWS_PER_INSERT) {
    await db('invoice_item').insert(
      lines.slice(start, start + ROWS_PER_INSERT).map((line) => toRow(invoiceId, line, now)),
    );
  }
}

/** Those of a new invoice, as they were stored. The id of a single one is told; those of several are read. */
export async function insertFirst(
  db: Knex.Transaction,
  invoice: { id: number; currency: string },
  lines: readonly NewLine[],
  now: Date,
): Promise<InvoiceLine[]> {
  const [only] = lines;
  if (only === undefined) return [];
  if (lines.length > 1) {
    await insertAll(db, invoice.id, lines, now);
    return (await listOf(db, [invoice])).get(invoice.id) ?? [];
  }
  const row = toRow(invoice.id, only, now);
  const [id] = await db('invoice_item').insert(row);
  return [toLine({ ...row, id: Number(id), attempts: 0 }, invoice.currency)];
}

/** The line with the currency of its invoice. */
export async function find(db: Knex, id: number): Promise<InvoiceLine | undefined> {
  const row = (await db('invoice_item')
    .join('invoice', 'invoice.id', 'invoice_item.invoice_id')
    .where('invoice_item.id', id)
    .first('invoice_item.*', 'invoice.currency')) as (LineRow & { currency: string }) | undefined;
  return row && toLine(row, row.currency);
}

/** Its status as nobody else can change it until the transaction ends. */
export const statusForUpdate = async (db: Knex.Transaction, id: number): Promise<string | undefined> =>
  (await db<LineRow>('invoice_item').where({ id }).forUpdate().first('status'))?.status;

export interface LineChange {
  readonly title?: string | undefined;
  readonly price?: number | undefined;
  readonly quantity?: number | undefined;
  readonly isTaxed?: boolean | undefined;
  readonly isCharged?: boolean | undefined;
  readonly status?: LineStatus | undefined;
  readonly attempts?: number | undefined;
}

export async function update(db: Knex.Transaction, id: number, change: LineChange, now: Date): Promise<void> {
  const columns = {
    title: change.title,
    price_amount: change.price,
    quantity: change.quantity,
    taxed: change.isTaxed,
    charged: change.isCharged,
    status: change.status,
    attempts: change.attempts,
  };
  const named = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  await db('invoice_item')
    .where({ id })
    .update({ ...named, updated_at: now });
}

/** What was waiting for the payment waits for its task now. */
export async function awaitTasks(db: Knex.Transaction, invoiceId: number, now: Date): Promise<void> {
  await db('invoice_item')
    .where({ invoice_id: invoiceId })
    .whereNotIn('status', ['executed', 'failed'])
    .update({ status: 'pending_setup', updated_at: now });
}

export const remove = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db('invoice_item').where({ id }).del());

/** Lines of an order that were never paid. */
export const removePendingOf = async (db: Knex.Transaction, orderId: number): Promise<void> =>
  void (await db('invoice_item')
    .where({ rel_id: String(orderId), status: 'pending_payment' })
    .whereIn('type', ['order', 'custom'])
    .del());

export type FailedLine = InvoiceLine & { readonly currency: string };

export async function listFailed(db: Knex): Promise<FailedLine[]> {
  const rows = (await db('invoice_item')
    .join('invoice', 'invoice.id', 'invoice_item.invoice_id')
    .where('invoice_item.status', 'failed')
    .orderBy('invoice_item.id', 'desc')
    .limit(1000)
    .select('invoice_item.*', 'invoice.currency')) as (LineRow & { currency: string })[];
  return rows.map((row) => ({ ...toLine(row, row.currency), currency: row.currency }));
}

/** Invoices that are paid, at the latest at `paidUntil`, and have lines whose task was not done; by id, after `afterId`. */
export async function listInvoicesToRun(
  db: Knex,
  { paidUntil, afterId, limit }: { paidUntil: Date; afterId: number; limit: number },
): Promise<number[]> {
  const rows = (await db('invoice_item')
    .join('invoice', 'invoice.id', 'invoice_item.invoice_id')
    .whereIn('invoice_item.status', ['pending_setup', 'pending_payment'])
    .where('invoice.status', 'paid')
    .where((time) => void time.whereNull('invoice.paid_at').orWhere('invoice.paid_at', '<=', paidUntil))
    .where('invoice.id', '>', afterId)
    .distinct('invoice.id')
    .orderBy('invoice.id')
    .limit(limit)) as { id: number }[];
  return rows.map(({ id }) => id);
}

/** Orders among `ids` with a line on an invoice of this status; with `task`, only such lines, not executed yet. */
export async function listOrdersOn(
  db: Knex,
  ids: readonly number[],
  { status, openTask }: { status: string; openTask?: string },
): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const query = db('invoice_item')
    .join('invoice', 'invoice.id', 'invoice_item.invoice_id')
    .where({ 'invoice_item.type': 'order', 'invoice.status': status })
    .whereIn('invoice_item.rel_id', ids.map(String))
    .distinct('invoice_item.rel_id');
  if (openTask !== undefined)
    void query.where('invoice_item.task', openTask).whereNotIn('invoice_item.status', ['executed', 'failed']);
  return new Set(((await query) as { rel_id: string }[]).map(({ rel_id }) => Number(rel_id)));
}

/** The first invoice of each of these orders, by order. */
export async function listFirstInvoices(db: Knex, orderIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (orderIds.length === 0) return new Map();
  const rows = (await db('invoice_item')
    .where({ type: 'order' })
    .whereIn('rel_id', orderIds.map(String))
    .groupBy('rel_id')
    .select('rel_id')
    .min({ first: 'invoice_id' })) as { rel_id: string; first: number | string }[];
  return new Map(rows.map(({ rel_id, first }) => [Number(rel_id), Number(first)]));
}

export const toRow = (invoiceId: number, line: NewLine, now: Date): Omit<LineRow, 'id' | 'attempts'> => {
  const isHook = line.type === 'hook_call';
  return {
    invoice_id: invoiceId,
    type: line.type ?? 'custom',
    rel_id: isHook ? null : (line.relId ?? null),
    payload: isHook ? (line.relId ?? null) : null,
    task: line.task ?? 'void',
    status: line.status ?? 'pending_payment',
    title: line.title,
    period: line.period ?? null,
    quantity: line.quantity ?? 1,
    unit: line.unit ?? null,
    price_amount: line.price.amount,
    charged: line.isCharged ?? false,
    taxed: line.isTaxed ?? false,
    created_at: now,
    updated_at: now,
  };
};

const toLine = (row: LineRow, currency: string): InvoiceLine => ({
  id: row.id,
  invoiceId: row.invoice_id,
  type: row.type,
  relId: row.rel_id ?? row.payload ?? undefined,
  task: row.task,
  status: row.status,
  title: row.title,
  period: row.period ?? undefined,
  quantity: Number(row.quantity),
  unit: row.unit ?? undefined,
  price: money(Number(row.price_amount), currency),
  isTaxed: toBoolean(row.taxed),
  isCharged: toBoolean(row.charged),
  attempts: row.attempts,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
