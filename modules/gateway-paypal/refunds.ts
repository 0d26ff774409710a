import { createHash } from 'node:crypto';
import { atomic, type Context } from '#core/context';
import { conflict } from '#core/error';
import type { PaymentNotice, RefundRequest } from '#core/gateway';
import { money } from '#core/money';
import { shareOf, worded } from './charge.ts';
import type { Client } from './client.ts';
import type { Merchant } from './merchant.ts';
import { isNumber, refundIn, textIn } from './notice.ts';
import * as orders from './repository.ts';
import type { PayPalOrder } from './repository.ts';
import * as refunds from './repository-refund.ts';
import type { PayPalRefund } from './repository-refund.ts';

export type Refunds = ReturnType<typeof createRefunds>;

/** Pays back what PayPal took, in its currency; all parts together are exactly the whole. */
export function createRefunds(client: Client) {
  /** The row of this refund, made when it was asked for first. */
  const intend = (ctx: Context, order: PayPalOrder, key: string, { amount }: RefundRequest): Promise<PayPalRefund> =>
    atomic(ctx, async (tx) => {
      await orders.findForUpdate(tx.db, order.id);
      const known = await refunds.findByKey(tx.db, key);
      if (known !== undefined) return known;
      const before = await refunds.listOf(tx.db, order.id);
      const due = before.reduce((sum, one) => sum + one.due, 0) + amount.amount;
      const charged = before.reduce((sum, one) => sum + one.charged, 0);
      const upToNow = isConverted(order)
        ? shareOf(order.charged, money(due, order.due.currency), order.due).amount
        : due;
      const part = upToNow - charged;
      worded(money(part, order.charged.currency));
      if (part <= 0) throw conflict('paypal.refund_too_small', 'This is less than PayPal can pay back.');
      await refunds.insert(tx.db, { orderId: order.id, key, due: amount.amount, charged: part }, tx.now);
      const made = await refunds.findByKey(tx.db, key);
      if (made === undefined) throw new Error('The refund was not stored.');
      return made;
    });

  return {
    async refund(ctx: Context, merchant: Merchant, request: RefundRequest): Promise<PaymentNotice> {
      const { externalId = '', reference, amount } = request;
      const order = await orders.find(ctx.db, merchant.gatewayId, reference);
      if (order === undefined || !isNumber(externalId) || amount.currency !== order.due.currency)
        throw conflict('paypal.unknown', 'PayPal has no such payment to pay back.');
      const key = createHash('sha256').update(`${reference}\n${request.key}`).digest('hex');
      const row = await intend(ctx, order, key, request);
      const { refusal, words } =
        row.refundId !== undefined
          ? await client.get(ctx, merchant, `/v2/payments/refunds/${row.refundId}`)
          : await client.post(
              ctx,
              merchant,
              `/v2/payments/captures/${externalId}/refund`,
              { amount: worded(money(row.charged, order.charged.currency)), custom_id: reference },
              `${key.slice(0, 40)}-${row.charged}`,
            );
      if (refusal !== undefined) {
        await atomic(ctx, (tx) => refunds.remove(tx.db, row.id));
        throw conflict('paypal.refused', `PayPal did not pay back: ${refusal.issue}`);
      }
      const notice = refundIn(words, order, money(row.due, order.due.currency));
      if (notice === undefined) throw new Error('PayPal answered with no refund');
      if (notice.status === 'failed') await atomic(ctx, (tx) => refunds.remove(tx.db, row.id));
      else await atomic(ctx, (tx) => refunds.setRefundId(tx.db, row.id, notice.externalId));
      return notice;
    },

    /** A refund that PayPal told of, also one that was made on its own pages. */
    async read(ctx: Context, merchant: Merchant, refundId: string): Promise<PaymentNotice | undefined> {
      const { refusal, words } = await client.get(ctx, merchant, `/v2/payments/refunds/${refundId}`);
      if (refusal !== undefined) return undefined;
      const reference = textIn(words, 'custom_id') || (await referenceOf(ctx, merchant, words));
      const order = reference === '' ? undefined : await orders.find(ctx.db, merchant.gatewayId, reference);
      if (order === undefined) return undefined;
      const known = await refunds.findByRefundId(ctx.db, order.id, refundId);
      return refundIn(words, order, known && money(known.due, order.due.currency));
    },
  };

  /** Of the capture that was paid back. */
  async function referenceOf(ctx: Context, merchant: Merchant, refund: object): Promise<string> {
    const [, captureId = ''] = /\/v2\/payments\/captures\/([A-Z0-9]{1,64})"/.exec(JSON.stringify(refund)) ?? [];
    if (captureId === '') return '';
    const { refusal, words } = await client.get(ctx, merchant, `/v2/payments/captures/${captureId}`);
    return refusal === undefined ? textIn(words, 'custom_id') : '';
  }
}

const isConverted = ({ due, charged }: PayPalOrder): boolean => due.currency !== charged.currency;
