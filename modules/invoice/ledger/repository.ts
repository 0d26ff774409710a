import type { Knex } from 'knex';
import type { Tx } from '#core/context';
import { toDate, type StoredDate } from '#core/db/columns';
import { money, type Money } from '#core/money';
import type { PaidPart, Payment } from '../contract.ts';

/** A row of the ledger of payments; below zero when money went back. */
export interface LedgerEntry extends Payment {
  readonly invoiceId: number;
  readonly clientId: number | undefined;
  readonly amount: Money;
}

export async function book(
  tx: Tx,
  { invoiceId, clientId, amount, source, gatewayId, transactionId }: LedgerEntry,
): Promise<void> {
  await tx.db('invoice_payment').insert({
    invoice_id: invoiceId,
    client_id: clientId ?? null,
    source,
    gateway_id: gatewayId ?? null,
    transaction_id: transactionId ?? null,
    amount: amount.amount,
    currency: amount.currency,
    created_at: tx.now,
  });
}

interface Row {
  id: number | string;
  invoice_id: number | string;
  source: Payment['source'];
  gateway_id: number | string | null;
  transaction_id: number | string | null;
  amount: number | string;
  currency: string;
  created_at: StoredDate;
}

/** Every payment of several invoices, oldest first. */
export async function listOf(
  db: Knex,
  invoiceIds: readonly number[],
): Promise<ReadonlyMap<number, readonly PaidPart[]>> {
  const parts = new Map<number, PaidPart[]>();
  if (invoiceIds.length === 0) return parts;
  const rows = (await db('invoice_payment')
    .whereIn('invoice_id', [...invoiceIds])
    .orderBy('id')) as Row[];
  for (const row of rows) {
    const part: PaidPart = {
      id: Number(row.id),
      invoiceId: Number(row.invoice_id),
      source: row.source,
      gatewayId: row.gateway_id === null ? undefined : Number(row.gateway_id),
      transactionId: row.transaction_id === null ? undefined : Number(row.transaction_id),
      amount: money(Number(row.amount), row.currency),
      createdAt: toDate(row.created_at),
    };
    parts.set(part.invoiceId, [...(parts.get(part.invoiceId) ?? []), part]);
  }
  return parts;
}

/** What was paid for each of several invoices, in minor units of its currency. */
export async function sumOf(db: Knex, invoiceIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (invoiceIds.length === 0) return new Map();
  const rows = (await db('invoice_payment')
    .whereIn('invoice_id', [...invoiceIds])
    .groupBy('invoice_id')
    .select('invoice_id')
    .sum({ total: 'amount' })) as { invoice_id: number; total: number | string }[];
  return new Map(rows.map(({ invoice_id, total }) => [invoice_id, Number(total)]));
}
