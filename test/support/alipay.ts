import assert from 'node:assert/strict';
import { sign, verify } from 'node:crypto';
import type { TestApp } from './app.ts';
import { buildGateway } from './build/payment.ts';
import { createVendor, keyPair, type Heard, type Said } from './vendor.ts';

/** Plays Alipay: proves what it is asked, keeps the trades, and signs what it says. */

export const APP_ID = '2021000000000031';
export const SELLER_ID = '2088000000000031';

type Fields = Record<string, string>;

interface Trade {
  readonly tradeNo: string;
  readonly total: string;
  status: string;
  readonly refunds: Map<string, string>;
}

export interface AskedOf {
  readonly method: string;
  readonly fields: Fields;
  readonly content: Fields;
}

const textOf = (fields: Fields): string =>
  Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&');

export function createAlipay() {
  const vendor = createVendor();
  const [shop, alipay] = [keyPair(), keyPair()];
  const trades = new Map<string, Trade>();
  const asked: AskedOf[] = [];
  let instead: ((one: AskedOf) => Said | 'hang' | object | undefined) | undefined;

  const signed = (fields: Fields, key = alipay.privateKey): Fields => ({
    ...fields,
    sign_type: 'RSA2',
    sign: sign('sha256', Buffer.from(textOf(fields)), key).toString('base64'),
  });

  /** Whoever asks must be the shop, at this very time. */
  function proven({ sign: signature = '', ...fields }: Fields): AskedOf {
    assert.ok(
      verify('sha256', Buffer.from(textOf(fields)), shop.publicKey, Buffer.from(signature, 'base64')),
      'the shop signed it',
    );
    assert.deepEqual([fields['app_id'], fields['sign_type'], fields['charset']], [APP_ID, 'RSA2', 'utf-8']);
    assert.match(fields['timestamp'] ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    return { method: fields['method'] ?? '', fields, content: JSON.parse(fields['biz_content'] ?? '{}') as Fields };
  }

  const tradeOf = (content: Fields): Trade => {
    const reference = content['out_trade_no'] ?? '';
    const trade = trades.get(reference) ?? {
      tradeNo: `2026${String(trades.size + 1).padStart(24, '0')}`,
      total: content['total_amount'] ?? '',
      status: 'WAIT_BUYER_PAY',
      refunds: new Map<string, string>(),
    };
    trades.set(reference, trade);
    return trade;
  };

  const no = (sub_code: string) => ({ code: '40004', msg: 'Business Failed', sub_code, sub_msg: '…' });

  function outcomeOf({ method, content }: AskedOf): object {
    const reference = content['out_trade_no'] ?? '';
    const trade = trades.get(reference);
    const ok = { code: '10000', msg: 'Success', out_trade_no: reference };
    switch (method) {
      case 'alipay.trade.precreate':
        return { ...ok, qr_code: `https://qr.alipay.com/${tradeOf(content).tradeNo}` };
      case 'alipay.trade.query':
        if (trade === undefined) return no('ACQ.TRADE_NOT_EXIST');
        return { ...ok, trade_no: trade.tradeNo, trade_status: trade.status, total_amount: trade.total };
      case 'alipay.trade.close':
        if (trade === undefined) return no('ACQ.TRADE_NOT_EXIST');
        if (trade.status !== 'WAIT_BUYER_PAY') return no('ACQ.TRADE_STATUS_ERROR');
        trade.status = 'TRADE_CLOSED';
        return { ...ok, trade_no: trade.tradeNo };
      case 'alipay.trade.refund': {
        if (trade?.status !== 'TRADE_SUCCESS') return no('ACQ.TRADE_STATUS_ERROR');
        const [key = '', amount = ''] = [content['out_request_no'], content['refund_amount']];
        const isNew = !trade.refunds.has(key);
        trade.refunds.set(key, amount);
        return { ...ok, trade_no: trade.tradeNo, fund_change: isNew ? 'Y' : 'N', refund_fee: amount };
      }
      case 'alipay.trade.fastpay.refund.query': {
        const amount = trade?.refunds.get(content['out_request_no'] ?? '');
        return amount === undefined ? ok : { ...ok, refund_status: 'REFUND_SUCCESS', refund_amount: amount };
      }
      default:
        throw new Error(`unknown method ${method}`);
    }
  }

  /** `{"alipay_…_response":{…},"sign":"…"}`, the signature over the text of the member. */
  function answer(method: string, outcome: object): Said {
    const text = JSON.stringify(outcome).replaceAll('/', '\\/');
    const signature = sign('sha256', Buffer.from(text), alipay.privateKey).toString('base64');
    return {
      headers: { 'content-type': 'text/html;charset=utf-8' },
      body: `{"${method.replaceAll('.', '_')}_response":${text},"sign":"${signature}"}`,
    };
  }

  vendor.answerWith(({ path, body }: Heard) => {
    const query = new URL(path, 'http://vendor').searchParams;
    const one = proven(Object.fromEntries([...query, ...new URLSearchParams(body)]));
    asked.push(one);
    const other = instead?.(one);
    if (other === 'hang' || (other !== undefined && 'status' in other)) return other as Said | 'hang';
    return answer(one.method, other ?? outcomeOf(one));
  });

  return {
    vendor,
    shop,
    alipay,
    /** What it was asked, proven to be the shop's. */
    asked,
    signed,
    refusal: no,
    trade: (reference: string) => trades.get(reference),

    /** What Alipay answers in the place of what it would; undefined leaves it to it. */
    answerInstead: (next: typeof instead) => void (instead = next),

    reset() {
      vendor.forget();
      trades.clear();
      asked.length = 0;
      instead = undefined;
    },

    config: () => ({
      app_id: APP_ID,
      private_key: shop.privateKey,
      alipay_public_key: alipay.publicKey,
      seller_id: SELLER_ID,
      endpoint: `${vendor.url}/gateway.do`,
    }),

    /** The page a browser was sent to, as Alipay reads it: the trade begins there. */
    opened(url: string): AskedOf {
      assert.ok(url.startsWith(`${vendor.url}/gateway.do?`), url);
      const one = proven(Object.fromEntries(new URL(url).searchParams));
      tradeOf(one.content);
      return one;
    },

    /** The payer pays; the words that Alipay has for it, not signed yet. */
    paid(app: TestApp, reference: string, more: Fields = {}): Fields {
      const trade = trades.get(reference);
      assert.ok(trade, `Alipay knows no ${reference}`);
      trade.status = 'TRADE_SUCCESS';
      return {
        app_id: APP_ID,
        seller_id: SELLER_ID,
        charset: 'utf-8',
        version: '1.0',
        notify_type: 'trade_status_sync',
        notify_id: 'ac05099524730693a8b330c5ecf72da9786',
        notify_time: beijing(app.clock.now()),
        trade_no: trade.tradeNo,
        out_trade_no: reference,
        trade_status: trade.status,
        total_amount: trade.total,
        subject: '支付 & 100%=好',
        buyer_logon_id: 'kay***@example.com',
        ...more,
      };
    },
  };
}

export type Alipay = ReturnType<typeof createAlipay>;

export const beijing = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

/** The gateway in test mode, in which the vendor may be on this machine. */
export const buildAlipay = (app: TestApp, alipay: Alipay, config: object = {}, code = 'Alipay'): Promise<number> =>
  buildGateway(app, code, { ...alipay.config(), ...config }, { test_mode: 1 });
