import { isIPv4 } from 'node:net';
import { conflict } from '#core/error';
import { gateway, type Gateway, type PaymentRequest } from '#core/gateway';
import { VENDOR_PATIENCE_MS } from '#core/vendor';
import { createClient, isDone, reasonOf } from './client.ts';
import { merchantOf, QqPayConfig } from './merchant.ts';
import { paymentIn, provenNotice } from './notice.ts';
import { refund } from './refund.ts';
import { writeXml } from './xml.ts';

/** States in which a payment could still be made. */
const OPEN = ['NOTPAY', 'USERPAYING'];
const LONGEST_TITLE_BYTES = 127;

interface Options {
  /** How long QQ wallet may take to answer. */
  readonly patienceMs?: number;
}

/** QQ wallet by its interface of signed XML, with a QR code to scan. */
export function qqPayGateway({ patienceMs = VENDOR_PATIENCE_MS }: Options = {}): Gateway {
  const client = createClient(patienceMs);
  return gateway({
    code: 'QQWallet',
    title: 'QQ wallet',
    description: 'Shows a code that the payer scans with QQ. Takes yuan only.',
    takesOneTimePayments: true,
    takesSubscriptions: false,
    currencies: ['CNY'],
    config: QqPayConfig,

    check: (config) => void merchantOf(config),

    async createPayment(_ctx, request, config) {
      const answer = await client.ask(merchantOf(config), 'unified_order', orderOf(request));
      const code = answer['code_url'];
      if (isDone(answer) && code) return { kind: 'code', text: code };
      if (answer['err_code'] === 'ORDERPAID')
        throw conflict('payment.made', 'This payment was made already and is about to be booked.');
      throw conflict('qqpay.refused', `QQ wallet did not take the payment: ${reasonOf(answer)}`);
    },

    async verify(ctx, { raw }, config) {
      provenNotice(raw, merchantOf(config), ctx.now);
    },
    async receive(ctx, { raw }, config) {
      const notice = paymentIn(provenNotice(raw, merchantOf(config), ctx.now));
      return notice === undefined ? [] : [notice];
    },
    acknowledge: (_call, isAccepted) => ({
      status: 200,
      headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' },
      body: writeXml({ return_code: isAccepted ? 'SUCCESS' : 'FAIL' }),
    }),

    async query(_ctx, { reference }, config) {
      const answer = await client.ask(merchantOf(config), 'order_query', { out_trade_no: reference });
      const notice = isDone(answer) ? paymentIn(answer) : undefined;
      return notice?.reference === reference ? notice : undefined;
    },

    refund: (_ctx, request, config) => refund(client, merchantOf(config), request),

    /** What is paid, closed or unknown there needs no closing. */
    async close(_ctx, { reference }, config) {
      const merchant = merchantOf(config);
      const answer = await client.ask(merchant, 'close_order', { out_trade_no: reference });
      if (isDone(answer)) return;
      const { trade_state: state = '' } = await client.ask(merchant, 'order_query', { out_trade_no: reference });
      if (OPEN.includes(state)) throw new Error(`QQ wallet did not close a payment: ${reasonOf(answer)}`);
    },
  });
}

function orderOf({ reference, amount, invoice, payerIp, urls }: PaymentRequest): Record<string, string> {
  if (amount.currency !== 'CNY') throw conflict('qqpay.currency', 'QQ wallet takes CNY only.');
  return {
    out_trade_no: reference,
    body: titleOf(invoice.title),
    fee_type: 'CNY',
    total_fee: String(amount.amount),
    spbill_create_ip: payerIp !== undefined && isIPv4(payerIp) ? payerIp : '127.0.0.1',
    trade_type: 'NATIVE',
    notify_url: urls.plainNotify,
  };
}

/** What XML may hold, cut between letters. */
function titleOf(text: string): string {
  let title = '';
  for (const letter of text.replaceAll(/[\p{Cc}\p{Cs}\p{Co}\p{Cn}]+/gu, ' ')) {
    if (Buffer.byteLength(title + letter) > LONGEST_TITLE_BYTES) break;
    title += letter;
  }
  return title.trim();
}
