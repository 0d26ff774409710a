import type { Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { conflict, type AppError } from '#core/error';
import { transactionCreated, type Invoice } from '../contract.ts';
import { totalsOf } from '../totals.ts';
import { callHashOf, keptCall } from './call.ts';
import * as transactions from './repository.ts';
import { keyOf } from './repository.ts';

/**
 * Keeps what staff received when they say that an invoice was paid (invoicing spec 6.6). It is processed at once: the
 * invoice is settled beside it and no balance moves. Answers the id of the row.
 */
export async function enterPayment(
  tx: Tx,
  invoice: Pick<Invoice, 'id' | 'currency' | 'lines' | 'taxRate' | 'credit'>,
  gateway: { readonly id: number; readonly title: string },
  txnId: string,
): Promise<number> {
  const txnKey = keyOf('payment', txnId);
  const known = await transactions.findByKey(tx.db, gateway.id, txnKey);
  if (known !== undefined && (known.invoiceId !== invoice.id || known.deletedAt !== undefined)) throw alreadyUsed();
  if (known?.booking !== undefined) return known.id;
  const words = {
    status: 'processed',
    booking: 'entered',
    amount: totalsOf(invoice).total,
    note: `${gateway.title} transaction No: ${txnId}`,
    error: undefined,
  } as const;
  if (known !== undefined) {
    await transactions.update(tx.db, known.id, words, tx.now);
    return known.id;
  }
  const post = { invoice_id: invoice.id, txn_id: txnId };
  const call = keptCall({ get: null, post, raw: null, server: null }, 'admin');
  const row = {
    invoiceId: invoice.id,
    gatewayId: gateway.id,
    txnId,
    txnKey,
    call,
    callHash: callHashOf(call),
    ip: tx.ip,
  };
  try {
    const id = await transactions.insert(tx.db, { ...row, ...words }, tx.now);
    await tx.emit(transactionCreated, { transactionId: id });
    return id;
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyUsed() : error;
  }
}

const alreadyUsed = (): AppError =>
  conflict('transaction.used', 'Transaction ID is already associated with another invoice.');
