import type { Knex } from 'knex';
import type { Tx } from '#core/context';
import type { Money } from '#core/money';
import type { Payment } from '../contract.ts';

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
