import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';
import type { NewLine } from './contract.ts';
import type { LedgerEntry } from './ledger/repository.ts';
import { toRow as toLineRow } from './line/repository.ts';
import { toRow as toInvoiceRow, type InvoiceHead } from './repository.ts';
import { toRow as toTransactionRow, type NewTransaction } from './transaction/repository.ts';

/** Writes of the demo: many rows at once, with ids of its own choosing. */

type Timed<T> = T & { readonly at: Date };

export const nextInvoiceId = (db: Knex): Promise<number> => nextId(db, 'invoice');
export const nextTransactionId = (db: Knex): Promise<number> => nextId(db, 'transaction');

export const insertInvoices = (db: Knex.Transaction, list: readonly InvoiceHead[]): Promise<void> =>
  insertMany(
    db,
    'invoice',
    list.map(({ id, ...invoice }) => ({
      base_currency: null,
      base_income_amount: null,
      base_refund_amount: null,
      ...toInvoiceRow(invoice),
      id,
    })),
  );

export const insertLines = (
  db: Knex.Transaction,
  list: readonly Timed<{ readonly invoiceId: number; readonly line: NewLine; readonly attempts: number }>[],
): Promise<void> =>
  insertMany(
    db,
    'invoice_item',
    list.map(({ invoiceId, line, attempts, at }) => ({ ...toLineRow(invoiceId, line, at), attempts })),
  );

export const insertNumbers = (
  db: Knex.Transaction,
  list: readonly Timed<{ readonly serie: string; readonly number: number; readonly invoiceId: number; readonly isFirst: boolean }>[], // prettier-ignore
): Promise<void> =>
  insertMany(
    db,
    'invoice_number',
    list.map(({ serie, number, invoiceId, isFirst, at }) => ({
      serie,
      number,
      invoice_id: invoiceId,
      is_first: isFirst,
      created_at: at,
    })),
  );

export const insertPayments = (db: Knex.Transaction, list: readonly Timed<LedgerEntry>[]): Promise<void> =>
  insertMany(
    db,
    'invoice_payment',
    list.map(({ invoiceId, clientId, source, gatewayId, transactionId, amount, at }) => ({
      invoice_id: invoiceId,
      client_id: clientId ?? null,
      source,
      gateway_id: gatewayId ?? null,
      transaction_id: transactionId ?? null,
      amount: amount.amount,
      currency: amount.currency,
      created_at: at,
    })),
  );

export const insertTransactions = (
  db: Knex.Transaction,
  list: readonly Timed<NewTransaction & { readonly id: number }>[],
): Promise<void> =>
  insertMany(
    db,
    'transaction',
    list.map(({ id, at, ...transaction }) => ({
      id,
      ...toTransactionRow(transaction),
      created_at: at,
      updated_at: at,
    })),
  );

export async function findFirstGateway(db: Knex): Promise<{ id: number; title: string } | undefined> {
  const row = (await db('pay_gateway').orderBy('id').first('id', 'name')) as { id: number; name: string } | undefined;
  return row && { id: row.id, title: row.name };
}

export async function countInvoices(db: Knex): Promise<number> {
  const [row] = await db('invoice').count({ total: '*' });
  return Number(row?.['total'] ?? 0);
}
