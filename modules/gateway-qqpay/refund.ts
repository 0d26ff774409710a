import { createHash } from 'node:crypto';
import { conflict } from '#core/error';
import type { PaymentNotice, RefundRequest } from '#core/gateway';
import { isDone, reasonOf, type Client } from './client.ts';
import { refunderOf, type Merchant } from './merchant.ts';
import { amountIn } from './notice.ts';

/** Refusals after which nobody knows whether the money went back. */
const UNSURE = ['SYSTEMERROR', 'BIZERR_NEED_RETRY', 'FREQUENCY_LIMITED'];

/** Pays back once, whatever is asked twice: QQ wallet knows a refund by our number for it. */
export async function refund(client: Client, merchant: Merchant, request: RefundRequest): Promise<PaymentNotice> {
  const { externalId, reference, amount, key } = request;
  const { password } = refunderOf(merchant);
  if (amount.currency !== 'CNY') throw conflict('qqpay.currency', 'QQ wallet takes CNY only.');
  const number = createHash('sha256').update(`${reference}:${key}`).digest('hex').slice(0, 32);
  const answer = await client.ask(merchant, 'refund', {
    ...(externalId === undefined ? { out_trade_no: reference } : { transaction_id: externalId }),
    out_refund_no: number,
    refund_fee: String(amount.amount),
    op_user_id: merchant.operator,
    op_user_passwd: createHash('md5').update(password).digest('hex'),
  });
  const known = await stateOf(client, merchant, number, request);
  if (known !== undefined) return known;
  if (isDone(answer)) throw new Error('QQ wallet took the refund, but does not know it yet');
  const reason = reasonOf(answer);
  if (UNSURE.includes(answer['err_code'] ?? '')) throw new Error(`QQ wallet could not pay back: ${reason}`);
  throw conflict('qqpay.refused', `QQ wallet did not pay back: ${reason}`);
}

/** Taking a refund is not yet paying it back, which may last days where a bank is asked. */
async function stateOf(
  client: Client,
  merchant: Merchant,
  number: string,
  { reference, amount }: RefundRequest,
): Promise<PaymentNotice | undefined> {
  const answer = await client.ask(merchant, 'refund_query', { out_refund_no: number });
  const { refund_id_0: id, refund_status_0: state = '' } = answer;
  if (!isDone(answer) || !id || answer['out_refund_no_0'] !== number) return undefined;
  return {
    kind: 'refund',
    externalId: id,
    status: state === 'SUCCESS' ? 'succeeded' : ['FAIL', 'CHANGE'].includes(state) ? 'failed' : 'pending',
    rawStatus: state,
    reference,
    amount: amountIn(answer['refund_fee_0'], answer['fee_type']) ?? amount,
  };
}
