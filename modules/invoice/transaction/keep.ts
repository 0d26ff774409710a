import { atomic, type Context } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { invalidInput } from '#core/error';
import type { PaymentNotice } from '#core/gateway';
import { transactionBeingCreated, transactionCreated } from '../contract.ts';
import type { AskedPayment } from '../payment/repository.ts';
import * as transactions from './repository.ts';
import { keyOf, type KeptCall, type Transaction } from './repository.ts';

/** How a notice came to us, and what is known of it besides. */
export interface Origin {
  readonly call?: KeptCall | undefined;
  readonly callHash?: string | undefined;
  readonly ip?: string | undefined;
  /** The request it answers. */
  readonly asked?: AskedPayment | undefined;
}

/** Words of the wire for what a notice is about. */
const TYPES = {
  payment: 'payment',
  refund: 'refund',
  subscription_start: 'subscription_create',
  subscription_end: 'subscription_cancel',
} as const satisfies Record<PaymentNotice['kind'], string>;

/** What a later word may take the place of: a payment does not become pending again. */
const RANK = { pending: 0, failed: 1, succeeded: 2 } as const;

/**
 * Stores what a gateway says before anything is done about it. The same payment is one row, however often it is told of
 * and by however many calls at once: the unique index decides. Answers the row's id.
 */
export async function keepNotice(
  ctx: Context,
  gatewayId: number,
  notice: PaymentNotice,
  origin: Origin,
): Promise<number> {
  const txnKey = keyOf(notice.kind, checked(notice.externalId));
  const known = await transactions.findByKey(ctx.db, gatewayId, txnKey);
  if (known !== undefined) return refine(ctx, known.id, notice);
  try {
    return await atomic(ctx, async (tx) => {
      const invoiceId = origin.asked?.invoiceId ?? notice.invoiceId;
      const sent = { source: 'ipn', invoice_id: invoiceId, gateway_id: gatewayId, txn_id: notice.externalId };
      await tx.ask(transactionBeingCreated, { sent });
      const row = {
        ...told(notice),
        gatewayId,
        txnKey,
        invoiceId,
        type: TYPES[notice.kind],
        status: 'received',
        ip: origin.ip,
        note: notice.note,
        call: origin.call,
        callHash: origin.callHash,
      };
      const id = await transactions.insert(tx.db, row, tx.now);
      await tx.emit(transactionCreated, { transactionId: id });
      return id;
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const winner = await transactions.findByKey(ctx.db, gatewayId, txnKey);
    if (winner === undefined) throw error;
    return refine(ctx, winner.id, notice);
  }
}

/** The same payment, told of again: what is not done yet takes the newer word. */
const refine = (ctx: Context, id: number, notice: PaymentNotice): Promise<number> =>
  atomic(ctx, async (tx) => {
    const row = await transactions.findForUpdate(tx.db, id);
    if (row === undefined || isDone(row)) return id;
    if (row.notice !== undefined && RANK[row.notice.status] > RANK[notice.status]) return id;
    const change = { ...told(notice), type: row.type ?? TYPES[notice.kind], status: 'received', error: undefined };
    await transactions.update(
      tx.db,
      id,
      { ...change, errorCode: undefined, invoiceId: row.invoiceId ?? notice.invoiceId },
      tx.now,
    );
    return id;
  });

/** Nothing more is booked for it, whatever is said. */
export const isDone = ({ booking, status, deletedAt }: Transaction): boolean =>
  booking !== undefined || status === 'processed' || deletedAt !== undefined;

export const told = (notice: PaymentNotice): transactions.TransactionChange => ({
  txnId: notice.externalId,
  txnStatus: (notice.rawStatus ?? notice.status).slice(0, 255),
  subscriptionId: notice.subscriptionId,
  period: notice.period,
  notice,
  ...(notice.amount && { amount: notice.amount }),
});

function checked(externalId: string): string {
  if (externalId.trim() === '' || externalId.length > 255)
    throw invalidInput('payment.external_id', 'The payment gateway gave no usable ID of the payment.');
  return externalId;
}
