import { createHash } from 'node:crypto';
import { DAY, MINUTE } from '#core/clock';
import type { Context } from '#core/context';
import { conflict, forbidden, invalidInput } from '#core/error';
import { gateway, type Gateway, type GatewayCall, type PaymentNotice, type PaymentRequest } from '#core/gateway';
import { toDecimal } from '#core/money';
import { shortened } from '#core/text';
import { createClient, pageUrl, type Answer } from './client.ts';
import { AlipayConfig, merchantOf, WAYS, type Merchant } from './merchant.ts';
import { amountIn, CURRENCY, noticeOf, refundNotice, textIn, type RefundedTrade } from './notice.ts';
import { isSigned, parseTime, type Fields } from './signature.ts';

/** Alipay repeats itself for a little more than a day. */
const TOLD_WITHIN_MS = 3 * DAY;
const CLOCKS_DIFFER_MS = 15 * MINUTE;

const PAGES = {
  web: { method: 'alipay.trade.page.pay', product: 'FAST_INSTANT_TRADE_PAY' },
  h5: { method: 'alipay.trade.wap.pay', product: 'QUICK_WAP_WAY' },
} as const;

interface Options {
  /** How long Alipay may take to answer. */
  readonly patienceMs?: number;
}

/** https://opendocs.alipay.com: trades of one's own app, with keys (not certificates), in yuan. */
export function alipayGateway({ patienceMs }: Options = {}): Gateway {
  const client = createClient(patienceMs);

  /** How a refund stands: the answer to the request itself says that only when money moved just then. */
  async function refundOf(ctx: Context, merchant: Merchant, trade: RefundedTrade): Promise<PaymentNotice | undefined> {
    const content = { out_trade_no: trade.reference, out_request_no: trade.requestNo };
    const { refusal, fields } = await client.ask(ctx, merchant, 'alipay.trade.fastpay.refund.query', content);
    if (refusal !== undefined || fields['refund_status'] !== 'REFUND_SUCCESS') return undefined;
    return refundNotice(trade, amountIn(fields, 'refund_amount'), true);
  }

  return gateway({
    code: 'Alipay',
    title: 'Alipay',
    description: 'Payments in yuan through Alipay: on its web page, its page for phones, or by a QR code.',
    takesOneTimePayments: true,
    takesSubscriptions: false,
    currencies: [CURRENCY],
    config: AlipayConfig,

    check: (config) => void merchantOf(config),

    async createPayment(ctx, request, config) {
      const merchant = merchantOf(config);
      const way = WAYS.find((one) => one === (request.channel ?? merchant.way));
      if (way === undefined) throw invalidInput('payment.channel', 'There is no such way to pay.');
      const content = tradeOf(request, merchant);
      const notify = { notify_url: request.urls.notify };
      if (way !== 'qr') {
        const { method, product } = PAGES[way];
        const page = { ...content, product_code: product, ...(way === 'h5' && { quit_url: request.urls.cancel }) };
        const more = { ...notify, return_url: request.urls.back };
        return { kind: 'redirect', url: pageUrl(ctx, merchant, method, page, more) };
      }
      const answer = await client.ask(ctx, merchant, 'alipay.trade.precreate', content, notify);
      const text = textIn(done(answer), 'qr_code');
      if (text === undefined || answer.fields['out_trade_no'] !== request.reference)
        throw new Error('Alipay answered with another code or none');
      return { kind: 'code', text };
    },

    async verify(ctx, call, config) {
      const { appId, sellerId, alipayKey } = merchantOf(config);
      const fields = fieldsIn(call);
      const told = parseTime(fields?.['notify_time'] ?? '');
      if (fields === undefined || told === undefined || !isSigned(fields, alipayKey))
        throw forbidden('alipay.signature', 'The signature of Alipay is missing or wrong.');
      if (fields['app_id'] !== appId || (sellerId !== undefined && fields['seller_id'] !== sellerId))
        throw forbidden('alipay.merchant', 'Alipay says this to somebody else.');
      const age = ctx.now.getTime() - told.getTime();
      if (age > TOLD_WITHIN_MS || age < -CLOCKS_DIFFER_MS)
        throw forbidden('alipay.stale', 'Alipay said this too long ago.');
    },

    async receive(ctx, call, config) {
      const fields = fieldsIn(call) ?? {};
      const [tradeNo, reference, requestNo] = ['trade_no', 'out_trade_no', 'out_biz_no'].map((name) =>
        textIn(fields, name),
      );
      const isRefund = textIn(fields, 'gmt_refund') !== undefined;
      const notice =
        isRefund && tradeNo !== undefined && reference !== undefined && requestNo !== undefined
          ? await refundOf(ctx, merchantOf(config), { tradeNo, reference, requestNo })
          : noticeOf(fields);
      return notice === undefined ? [] : [notice];
    },

    acknowledge: (_call, isAccepted) => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: isAccepted ? 'success' : 'fail',
    }),

    async query(ctx, { reference }, config) {
      const content = { out_trade_no: reference };
      const answer = await client.ask(ctx, merchantOf(config), 'alipay.trade.query', content);
      if (answer.refusal === 'ACQ.TRADE_NOT_EXIST') return undefined;
      if (done(answer)['out_trade_no'] !== reference) throw new Error('Alipay answered about another trade');
      return noticeOf(answer.fields);
    },

    async refund(ctx, { reference, amount, key, reason }, config) {
      const merchant = merchantOf(config);
      if (amount.currency !== CURRENCY) throw otherCurrency();
      const requestNo = createHash('sha256').update(`${reference}\n${key}`).digest('hex');
      const answer = await client.ask(ctx, merchant, 'alipay.trade.refund', {
        out_trade_no: reference,
        refund_amount: toDecimal(amount),
        out_request_no: requestNo,
        refund_reason: reason && shortened(reason, 256),
      });
      if (answer.refusal !== undefined)
        throw conflict('payment.refund_failed', `Alipay did not pay back: ${answer.refusal}`);
      const tradeNo = textIn(answer.fields, 'trade_no');
      if (tradeNo === undefined || answer.fields['out_trade_no'] !== reference)
        throw new Error('Alipay answered about another trade');
      const trade = { tradeNo, reference, requestNo };
      if (answer.fields['fund_change'] === 'Y') return refundNotice(trade, amount, true);
      return (await refundOf(ctx, merchant, trade)) ?? refundNotice(trade, amount, false);
    },

    /** What was paid or closed meanwhile, or never begun, stays as it is. */
    async close(ctx, { reference }, config) {
      const content = { out_trade_no: reference };
      const { refusal } = await client.ask(ctx, merchantOf(config), 'alipay.trade.close', content);
      const isOver = ['ACQ.TRADE_NOT_EXIST', 'ACQ.TRADE_STATUS_ERROR', 'ACQ.REASON_TRADE_STATUS_INVALID'];
      if (refusal !== undefined && !isOver.includes(refusal))
        throw new Error(`Alipay did not close the trade: ${refusal}`);
    },
  });
}

function tradeOf({ reference, amount, invoice }: PaymentRequest, { sellerId }: Merchant) {
  if (amount.currency !== CURRENCY) throw otherCurrency();
  return {
    out_trade_no: reference,
    total_amount: toDecimal(amount),
    // Alipay takes none of these in a title.
    subject: shortened(invoice.title.replaceAll(/[/=&]/g, ' '), 256),
    ...(sellerId !== undefined && { seller_id: sellerId }),
  };
}

/** Form fields as they came: each once, all of them text. Undefined for anything else. */
function fieldsIn({ method, raw }: GatewayCall): Fields | undefined {
  const pairs = [...new URLSearchParams(raw)];
  const fields = new Map(pairs);
  return method === 'POST' && fields.size === pairs.length ? Object.fromEntries(fields) : undefined;
}

function done({ refusal, fields }: Answer): Answer['fields'] {
  if (refusal === 'ACQ.TRADE_HAS_SUCCESS')
    throw conflict('payment.made', 'This payment was made already and is about to be booked.');
  if (refusal !== undefined) throw new Error(`Alipay refused: ${refusal}`);
  return fields;
}

const otherCurrency = () => conflict('payment.currency_off', `Alipay takes ${CURRENCY} only`);
