import type { Knex } from 'knex';
import type { Invoice } from './contract.ts';
import { listByIds, toHead, type InvoiceHead, type Row } from './repository.ts';

/** What the panel asks of invoices at a glance; each by an index. */

/** By the number as it is printed or kept, or by the id. */
export async function findByNumber(db: Knex, text: string, limit: number): Promise<Invoice[]> {
  const digits = /^\D{0,20}(\d{1,15})$/.exec(text)?.[1];
  const numbers = [...new Set([text, ...(digits === undefined ? [] : [digits, String(Number(digits))])])];
  const byNumber = (await db('invoice').whereIn('nr', numbers).orderBy('id', 'desc').limit(limit).select('id')) as Id[];
  const byId = /^\d{1,15}$/.test(text) ? ((await db('invoice').where({ id: Number(text) }).select('id')) as Id[]) : []; // prettier-ignore
  return listByIds(db, [...new Set([...byId, ...byNumber].map(({ id }) => id))].slice(0, limit));
}

/** Approved ones that nobody paid, and those of them that were due before `today`. */
export async function countOpen(db: Knex, today: Date): Promise<{ open: number; overdue: number }> {
  const [row] = (await open(db)
    .count({ open: '*' })
    .select(db.raw('sum(case when ?? < ? then 1 else 0 end) as ??', ['due_at', today, 'overdue']))) as {
    open: number | string;
    overdue: number | string | null;
  }[];
  return { open: Number(row?.open ?? 0), overdue: Number(row?.overdue ?? 0) };
}

/** The longest overdue first. */
export async function listOverdue(db: Knex, today: Date, limit: number): Promise<Invoice[]> {
  const rows = (await open(db).where('due_at', '<', today).orderBy('due_at').limit(limit).select('id')) as Id[];
  const found = new Map((await listByIds(db, rows.map(({ id }) => id))).map((one) => [one.id, one])); // prettier-ignore
  return rows.flatMap(({ id }) => found.get(id) ?? []);
}

interface Span {
  readonly before: Date | undefined;
  readonly limit: number;
}

/** A client's latest invoices, without their lines. */
export const listMadeOf = (db: Knex, clientId: number, span: Span): Promise<InvoiceHead[]> =>
  listOf(db, clientId, 'created_at', span);

/** The same by the time of their payment. */
export const listPaidOf = (db: Knex, clientId: number, span: Span): Promise<InvoiceHead[]> =>
  listOf(db, clientId, 'paid_at', span);

async function listOf(
  db: Knex,
  clientId: number,
  column: 'created_at' | 'paid_at',
  { before, limit }: Span,
): Promise<InvoiceHead[]> {
  const query = db('invoice').where({ client_id: clientId }).whereNotNull(column);
  if (before !== undefined) void query.where(column, '<', before);
  return ((await query.orderBy(column, 'desc').limit(limit)) as Row[]).map(toHead);
}

const open = (db: Knex): Knex.QueryBuilder => db('invoice').where({ status: 'unpaid', approved: true });

interface Id {
  readonly id: number;
}
