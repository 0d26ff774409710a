import assert from 'node:assert/strict';
import { createCipheriv, randomBytes, sign, verify } from 'node:crypto';
import type { TestApp } from './app.ts';
import { buildGateway } from './build/payment.ts';
import { certificate } from './certificate.ts';
import { createVendor, keyPair, type Heard, type Said } from './vendor.ts';

/** Plays version 3 of WeChat Pay: proves what it is asked, keeps the trades, signs what it says and seals what it tells. */

export const [APP_ID, MCH_ID, MERCHANT_SERIAL] = ['wx8888888888888888', '1900000031', '5157F09EFDC096DE15EBE81A'];
export const PUBLIC_KEY_ID = 'PUB_KEY_ID_0114232134912410000000000000';
export const API_KEY = 'An-APIv3-key-of-32-characters-00';

interface Trade {
  readonly transactionId: string;
  readonly total: number;
  state: string;
  /** By the number the shop gave it. */
  readonly refunds: Map<string, number>;
}

type Json = Record<string, unknown>;

export interface AskedOf {
  readonly method: string;
  readonly path: string;
  readonly content: Json;
  readonly headers: Heard['headers'];
}

/** Who signs, and with what. */
interface Signer {
  readonly serial: string;
  readonly privateKey: string;
}

export function createWechat() {
  const vendor = createVendor();
  const [shop, key, older] = [keyPair(), keyPair(), keyPair()];
  const trades = new Map<string, Trade>();
  const asked: AskedOf[] = [];
  let now = () => new Date();
  let signer: Signer = { serial: PUBLIC_KEY_ID, privateKey: key.privateKey };
  let refundState = 'SUCCESS';
  let instead: ((one: AskedOf) => Said | 'hang' | undefined) | undefined;

  function signed(body: string, by: Signer = signer, at = now()): Record<string, string> {
    const [timestamp, nonce] = [String(Math.floor(at.getTime() / 1000)), randomBytes(16).toString('hex')];
    const text = Buffer.from(`${timestamp}\n${nonce}\n${body}\n`);
    return {
      'content-type': 'application/json',
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-serial': by.serial,
      'wechatpay-signature': sign('sha256', text, by.privateKey).toString('base64'),
    };
  }

  /** Whoever asks must be the shop, at this very time. */
  function proven({ method, path, headers, body }: Heard): AskedOf {
    const words = /^WECHATPAY2-SHA256-RSA2048 (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    const said = Object.fromEntries([...words.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const { mchid, nonce_str, timestamp, serial_no, signature = '' } = said as Record<string, string>;
    assert.deepEqual([mchid, serial_no], [MCH_ID, MERCHANT_SERIAL]);
    assert.ok(Math.abs(Number(timestamp) * 1000 - now().getTime()) < 300_000, 'it is said now');
    const text = Buffer.from([method, path, timestamp, nonce_str, body, ''].join('\n'));
    assert.ok(verify('sha256', text, shop.publicKey, Buffer.from(signature, 'base64')), 'the shop signed it');
    return { method, path, headers, content: body === '' ? {} : (JSON.parse(body) as Json) };
  }

  const answer = (content: Json | undefined, status = 200): Said => {
    const body = content === undefined ? '' : JSON.stringify(content);
    return { status, headers: signed(body), body };
  };
  const no = (status: number, code: string): Said => answer({ code, message: '…' }, status);

  const told = (reference: string, trade: Trade): Json => ({
    appid: APP_ID,
    mchid: MCH_ID,
    out_trade_no: reference,
    trade_state: trade.state,
    ...(trade.state !== 'NOTPAY' && { transaction_id: trade.transactionId }),
    amount: { total: trade.total, payer_total: trade.total, currency: 'CNY', payer_currency: 'CNY' },
  });

  const refundOf = (reference: string, trade: Trade, number: string): Json => ({
    refund_id: `5030${trade.transactionId.slice(-8)}${number.slice(0, 12)}`,
    out_refund_no: number,
    transaction_id: trade.transactionId,
    out_trade_no: reference,
    amount: { total: trade.total, refund: trade.refunds.get(number) ?? 0, payer_total: trade.total },
  });

  function begun(content: Json): string {
    assert.deepEqual([content['appid'], content['mchid']], [APP_ID, MCH_ID]);
    const { total } = content['amount'] as { total: number };
    assert.ok(!new URL(String(content['notify_url'])).search, 'it calls no address with a query');
    const reference = String(content['out_trade_no']);
    const transactionId = `4200${String(trades.size + 1).padStart(24, '0')}`;
    if (!trades.has(reference)) trades.set(reference, { transactionId, total, state: 'NOTPAY', refunds: new Map() });
    return reference;
  }

  function outcomeOf({ method, path, content }: AskedOf): Said {
    const [, way] = /^\/v3\/pay\/transactions\/(native|h5)$/.exec(path) ?? [];
    if (way === 'native') return answer({ code_url: `weixin://wxpay/bizpayurl?pr=${begun(content)}` });
    if (way === 'h5') {
      const { payer_client_ip, h5_info } = content['scene_info'] as Record<string, unknown>;
      assert.ok(payer_client_ip !== undefined && h5_info !== undefined);
      return answer({ h5_url: `https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=${begun(content)}` });
    }
    if (path === '/v3/refund/domestic/refunds') {
      const [reference, number] = [String(content['out_trade_no']), String(content['out_refund_no'])];
      const trade = trades.get(reference);
      const amount = content['amount'] as { refund: number; total: number };
      if (trade?.state !== 'SUCCESS' && trade?.state !== 'REFUND') return no(404, 'RESOURCE_NOT_EXISTS');
      assert.equal(amount.total, trade.total);
      assert.match(number, /^[\w-]{1,64}$/);
      trade.state = 'REFUND';
      trade.refunds.set(number, amount.refund);
      return answer({ ...refundOf(reference, trade, number), status: refundState });
    }
    const [, reference = '', close] =
      /^\/v3\/pay\/transactions\/out-trade-no\/(\w+)(\/close)?(?:\?|$)/.exec(path) ?? [];
    const trade = trades.get(reference);
    if (trade === undefined) return no(404, 'ORDER_NOT_EXIST');
    if (close === undefined) {
      assert.equal(method, 'GET');
      assert.match(path, new RegExp(`\\?mchid=${MCH_ID}$`));
      return answer(told(reference, trade));
    }
    if (trade.state !== 'NOTPAY') return no(400, 'ORDERPAID');
    trade.state = 'CLOSED';
    return answer(undefined, 204);
  }

  vendor.answerWith((heard) => {
    const one = proven(heard);
    asked.push(one);
    return instead?.(one) ?? outcomeOf(one);
  });

  /** A notification about something, sealed with the key of the merchant. */
  const sealed = (kind: 'transaction' | 'refund', content: Json, apiKey = API_KEY): string => {
    const nonce = randomBytes(6).toString('hex');
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiKey), Buffer.from(nonce), { authTagLength: 16 });
    cipher.setAAD(Buffer.from(kind));
    const bytes = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final(), cipher.getAuthTag()]);
    return JSON.stringify({
      id: 'EV-2018022511223320873',
      create_time: '2026-01-31T18:00:00+08:00',
      resource_type: 'encrypt-resource',
      event_type: kind === 'refund' ? 'REFUND.SUCCESS' : 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      resource: {
        original_type: kind,
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: bytes.toString('base64'),
        associated_data: kind,
        nonce,
      },
    });
  };

  return {
    vendor,
    shop,
    key,
    older,
    asked,
    signed,
    sealed,
    answer,
    refusal: no,
    trade: (reference: string) => trades.get(reference),
    answerInstead: (next: typeof instead) => void (instead = next),
    signWith: (next: Signer) => void (signer = next),
    refundsAre: (state: string) => void (refundState = state),
    certificate: (serial: string, more: { from?: Date; until?: Date } = {}) =>
      certificate({ serial, key: older, name: 'Tenpay.com', ...more }),

    reset(clock: () => Date) {
      vendor.forget();
      trades.clear();
      asked.length = 0;
      [instead, now, refundState] = [undefined, clock, 'SUCCESS'];
      signer = { serial: PUBLIC_KEY_ID, privateKey: key.privateKey };
    },

    config: () => ({
      app_id: APP_ID,
      mch_id: MCH_ID,
      serial_no: MERCHANT_SERIAL,
      private_key: shop.privateKey,
      api_v3_key: API_KEY,
      public_key_id: PUBLIC_KEY_ID,
      public_key: key.publicKey,
      endpoint: vendor.url,
    }),

    /** The payer pays; what WeChat Pay has to say about it. */
    paid(reference: string, more: Json = {}): Json {
      const trade = trades.get(reference);
      assert.ok(trade, `WeChat Pay knows no ${reference}`);
      trade.state = 'SUCCESS';
      return { ...told(reference, trade), ...more };
    },

    refunded(reference: string, number: string, refund_status = 'SUCCESS'): Json {
      const trade = trades.get(reference);
      assert.ok(trade, `WeChat Pay knows no ${reference}`);
      return { mchid: MCH_ID, ...refundOf(reference, trade, number), refund_status };
    },
  };
}

export type Wechat = ReturnType<typeof createWechat>;

/** The gateway in test mode, in which the vendor may be on this machine. */
export const buildWechat = (app: TestApp, wechat: Wechat, config: object = {}, code = 'WechatPay'): Promise<number> =>
  buildGateway(app, code, { ...wechat.config(), ...config }, { test_mode: 1 });
