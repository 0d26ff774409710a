import { atomic, type Context } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { AppError, conflict, invalidInput, messageOf } from '#core/error';
import type { PaymentNotice } from '#core/gateway';
import { zero } from '#core/money';
import { paymentRefunded, transactionProcessed, type PaymentRefund, type RefundedPayment } from '../contract.ts';
import type { InstalledGateways, OpenGateway } from '../gateway/service.ts';
import * as transactions from '../transaction/repository.ts';
import { keyOf, type Transaction } from '../transaction/repository.ts';
import { inTime } from './patience.ts';
import { plainNotifyOf } from './payable.ts';

export type PaymentRefunds = ReturnType<typeof createPaymentRefunds>;

/** Pays back at the gateway: the intention is committed, then the gateway asked, then its answer committed. */
export function createPaymentRefunds({ gateways, baseUrl }: { gateways: InstalledGateways; baseUrl: string }) {
  /** The payment of an invoice whose gateway can pay back. */
  async function refundable(
    ctx: Context,
    invoiceId: number,
  ): Promise<{ payment: Transaction; gateway: OpenGateway } | undefined> {
    for (const payment of await transactions.listBookedOf(ctx.db, invoiceId)) {
      const stored = await gateways.find(ctx, payment.gatewayId ?? 0);
      const gateway = stored && gateways.open(stored);
      if (gateway?.adapter.refund !== undefined && payment.amount !== undefined) return { payment, gateway };
    }
    return undefined;
  }

  /** The row of this refund: the one made when it was asked for first, or a new one within what was paid. */
  async function intend(ctx: Context, payment: Transaction, refund: PaymentRefund): Promise<Transaction> {
    const gatewayId = payment.gatewayId ?? 0;
    const requestKey = keyOf('request', refund.key);
    const known = await transactions.findByRequest(ctx.db, gatewayId, requestKey);
    if (known !== undefined && known.status !== 'error') return known;
    try {
      const id = await atomic(ctx, async (tx) => {
        const parent = await transactions.findForUpdate(tx.db, payment.id);
        const returned = await transactions.sumRefundsOf(tx.db, payment.id);
        const paid = parent?.amount ?? zero(refund.amount.currency);
        if (refund.amount.currency !== paid.currency || refund.amount.amount <= 0)
          throw invalidInput('payment.refund_amount', 'The amount must be above zero, in the currency of the payment.');
        if (returned + refund.amount.amount > paid.amount)
          throw conflict('payment.refund_too_much', 'More cannot be paid back than was paid');
        if (known !== undefined) {
          await transactions.update(
            tx.db,
            known.id,
            { status: 'processing', amount: refund.amount, error: undefined },
            tx.now,
          );
          return known.id;
        }
        return transactions.insert(
          tx.db,
          {
            invoiceId: payment.invoiceId,
            gatewayId,
            parentId: payment.id,
            requestKey,
            amount: refund.amount,
            type: 'refund',
            status: 'processing',
            note: refund.reason,
            ip: tx.ip,
          },
          tx.now,
        );
      });
      const row = await transactions.findById(ctx.db, id);
      if (row !== undefined) return row;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    const winner = await transactions.findByRequest(ctx.db, gatewayId, requestKey);
    if (winner === undefined) throw new Error('The refund was not stored.');
    return winner;
  }

  /** The gateway may have told of it already: then that row is the refund, and this one points to it. */
  const conclude = (ctx: Context, row: Transaction, notice: PaymentNotice): Promise<RefundedPayment> =>
    atomic(ctx, async (tx) => {
      const current = await transactions.findForUpdate(tx.db, row.id);
      const gatewayId = row.gatewayId ?? 0;
      const isDone = notice.status === 'succeeded';
      const answer = { transactionId: row.id, gatewayId, isDone };
      if (current === undefined || current.status === 'processed') return { ...answer, isDone: true };
      const txnKey = keyOf('refund', notice.externalId);
      const twin = await transactions.findByKey(tx.db, gatewayId, txnKey);
      const words = {
        txnId: notice.externalId,
        txnStatus: notice.rawStatus ?? notice.status,
        notice,
        status: isDone ? 'processed' : 'received',
        error: undefined,
      };
      if (twin !== undefined && twin.id !== row.id) {
        await transactions.update(
          tx.db,
          twin.id,
          { txnKey: undefined, parentId: undefined, deletedAt: tx.now },
          tx.now,
        );
      }
      await transactions.update(tx.db, row.id, { ...words, txnKey }, tx.now);
      if (isDone) {
        await tx.emit(paymentRefunded, {
          transactionId: row.id,
          ...(row.invoiceId !== undefined && { invoiceId: row.invoiceId }),
        });
        await tx.emit(transactionProcessed, { transactionId: row.id });
      }
      await tx.record(`Refund #${row.id} at the payment gateway: ${notice.status}`);
      return answer;
    });

  const giveUp = (ctx: Context, row: Transaction, error: unknown): Promise<void> =>
    atomic(ctx, async (tx) => {
      const current = await transactions.findForUpdate(tx.db, row.id);
      if (current?.status !== 'processing') return;
      await transactions.update(tx.db, row.id, { status: 'error', error: messageOf(error) }, tx.now);
    });

  return {
    canRefund: async (ctx: Context, invoiceId: number): Promise<boolean> =>
      (await refundable(ctx, invoiceId)) !== undefined,

    async refund(ctx: Context, refund: PaymentRefund): Promise<RefundedPayment> {
      const found = await refundable(ctx, refund.invoiceId);
      if (found === undefined)
        throw conflict('payment.no_refund', 'What was paid for this invoice cannot be paid back through its gateway.');
      const { payment, gateway } = found;
      const row = await intend(ctx, payment, refund);
      if (row.status === 'processed') return { transactionId: row.id, gatewayId: row.gatewayId ?? 0, isDone: true };
      const { adapter, config } = gateway;
      const request = {
        reference: payment.notice?.reference ?? '',
        externalId: payment.txnId,
        amount: row.amount ?? refund.amount,
        paid: payment.amount ?? refund.amount,
        key: refund.key,
        reason: refund.reason,
        plainNotify: plainNotifyOf(baseUrl, row.gatewayId ?? 0),
      };
      let notice: PaymentNotice | undefined;
      try {
        notice = await inTime(ctx, adapter.title, async () => adapter.refund?.(ctx, request, config));
      } catch (error) {
        // Whether it was paid back is not known unless the gateway itself refused: it stays, and counts, until asked again.
        if (error instanceof AppError && error.kind !== 'unavailable') await giveUp(ctx, row, error);
        throw error;
      }
      if (notice === undefined || notice.status === 'failed') {
        const refusal = conflict(
          'payment.refund_failed',
          `The payment gateway did not pay back: ${notice?.rawStatus ?? 'failed'}`,
        );
        await giveUp(ctx, row, refusal);
        throw refusal;
      }
      return conclude(ctx, row, notice);
    },
  };
}
