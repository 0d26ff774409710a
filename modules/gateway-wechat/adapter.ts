import { createHash } from 'node:crypto';
import { conflict, forbidden, invalidInput } from '#core/error';
import { gateway, type Gateway, type PaymentRequest } from '#core/gateway';
import { shortened } from '#core/text';
import { createClient, type Answer, type Fields } from './client.ts';
import { merchantOf, WAYS, WechatConfig, type Merchant } from './merchant.ts';
import { CURRENCY, noticeIn, paymentOf, refundOf, textIn } from './notice.ts';
import { isSigned } from './signature.ts';

/** The same words with and without a line between them, as the vendor's pages have them. */
const UNKNOWN = ['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'RESOURCE_NOT_EXISTS'];
const PAID = ['ORDER_PAID', 'ORDERPAID'];
const CLOSED = ['ORDER_CLOSED', 'ORDERCLOSED'];

interface Options {
  /** How long WeChat Pay may take to answer. */
  readonly patienceMs?: number;
}

/** https://pay.weixin.qq.com/doc/v3: a merchant of one's own, version 3 of the API, in yuan. */
export function wechatGateway({ patienceMs }: Options = {}): Gateway {
  const client = createClient(patienceMs);

  return gateway({
    code: 'WechatPay',
    title: 'WeChat Pay',
    description: 'Payments in yuan through WeChat Pay: by a QR code, or in the browser of a phone.',
    takesOneTimePayments: true,
    takesSubscriptions: false,
    currencies: [CURRENCY],
    config: WechatConfig,

    check: (config) => void merchantOf(config),

    async createPayment(ctx, request, config) {
      const merchant = merchantOf(config);
      const way = WAYS.find((one) => one === (request.channel ?? merchant.way));
      if (way === undefined) throw invalidInput('payment.channel', 'There is no such way to pay.');
      const order = orderOf(request, merchant);
      if (way === 'qr') {
        const text = textIn(done(await client.post(ctx, merchant, '/v3/pay/transactions/native', order)), 'code_url');
        if (text === undefined) throw new Error('WeChat Pay answered with no code');
        return { kind: 'code', text };
      }
      const scene = { payer_client_ip: request.payerIp ?? '127.0.0.1', h5_info: { type: 'Wap' } };
      const answer = await client.post(ctx, merchant, '/v3/pay/transactions/h5', { ...order, scene_info: scene });
      const url = textIn(done(answer), 'h5_url');
      if (url === undefined || !URL.canParse(url)) throw new Error('WeChat Pay answered with no page');
      const page = new URL(url);
      page.searchParams.set('redirect_url', request.urls.back);
      return { kind: 'redirect', url: page.href };
    },

    async verify(ctx, { method, headers, raw }, config) {
      const { platformKeys } = merchantOf(config);
      if (method !== 'POST' || !isSigned(platformKeys, (name) => headers[name], raw, ctx.now))
        throw forbidden('wechat.signature', 'The signature of WeChat Pay is missing, wrong or too old.');
    },

    async receive(_ctx, { raw }, config) {
      const notice = noticeIn(raw, merchantOf(config));
      return notice === undefined ? [] : [notice];
    },

    acknowledge: (_call, isAccepted) => ({
      status: isAccepted ? 200 : 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(isAccepted ? { code: 'SUCCESS' } : { code: 'FAIL', message: 'It was not accepted.' }),
    }),

    async query(ctx, { reference }, config) {
      const merchant = merchantOf(config);
      const answer = await client.get(ctx, merchant, `${tradePath(reference)}?mchid=${merchant.mchId}`);
      if (answer.refusal !== undefined && UNKNOWN.includes(answer.refusal)) return undefined;
      const trade = done(answer);
      if (trade['out_trade_no'] !== reference || trade['mchid'] !== merchant.mchId)
        throw new Error('WeChat Pay answered about another trade');
      return paymentOf(trade);
    },

    async refund(ctx, { reference, amount, paid, key, reason, plainNotify }, config) {
      if (amount.currency !== CURRENCY) throw otherCurrency();
      const refundNo = createHash('sha256').update(`${reference}\n${key}`).digest('hex');
      const answer = await client.post(ctx, merchantOf(config), '/v3/refund/domestic/refunds', {
        out_trade_no: reference,
        out_refund_no: refundNo,
        ...(reason !== undefined && reason !== '' && { reason: shortened(reason, 80) }),
        notify_url: plainNotify,
        amount: { refund: amount.amount, total: paid.amount, currency: CURRENCY },
      });
      if (answer.refusal !== undefined)
        throw conflict('payment.refund_failed', `WeChat Pay did not pay back: ${answer.refusal}`);
      const { fields } = answer;
      if (fields['out_refund_no'] !== refundNo || fields['out_trade_no'] !== reference)
        throw new Error('WeChat Pay answered about another refund');
      return refundOf(fields, textIn(fields, 'status'));
    },

    /** What was paid or closed meanwhile, or never begun, stays as it is. */
    async close(ctx, { reference }, config) {
      const merchant = merchantOf(config);
      const path = `${tradePath(reference)}/close`;
      const { refusal } = await client.post(ctx, merchant, path, { mchid: merchant.mchId });
      if (refusal !== undefined && ![...UNKNOWN, ...PAID, ...CLOSED].includes(refusal))
        throw new Error(`WeChat Pay did not close the trade: ${refusal}`);
    },
  });
}

function orderOf({ reference, amount, invoice, urls }: PaymentRequest, { appId, mchId }: Merchant) {
  if (amount.currency !== CURRENCY) throw otherCurrency();
  return {
    appid: appId,
    mchid: mchId,
    description: shortened(invoice.title, 127),
    out_trade_no: reference,
    // It calls no address with a query.
    notify_url: urls.plainNotify,
    amount: { total: amount.amount, currency: CURRENCY },
  };
}

const tradePath = (reference: string): string => `/v3/pay/transactions/out-trade-no/${encodeURIComponent(reference)}`;

function done({ refusal, fields }: Answer): Fields {
  if (refusal !== undefined && PAID.includes(refusal))
    throw conflict('payment.made', 'This payment was made already and is about to be booked.');
  if (refusal !== undefined) throw new Error(`WeChat Pay refused: ${refusal}`);
  return fields;
}

const otherCurrency = () => conflict('payment.currency_off', `WeChat Pay takes ${CURRENCY} only`);
