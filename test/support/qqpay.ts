import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { TestApp } from './app.ts';
import { buildGateway } from './build/payment.ts';
import { issue } from './certificate.ts';
import { createVendor, type Heard, type Said } from './vendor.ts';

/** Plays QQ wallet: proves what it is asked, keeps the payments, and signs what it says. */

export const MERCHANT = '1900000109';
export const API_KEY = '192006250b4c09247ec02edce69f6a2d';
const OPERATOR_PASSWORD = 'the word of the operator';

export type Fields = Record<string, string>;

interface Order {
  readonly fields: Fields;
  readonly transactionId: string;
  state: string;
  readonly refunds: Map<string, { readonly fee: string; readonly id: string; status: string }>;
}

interface Question {
  readonly call: string;
  readonly fields: Fields;
  readonly peer: string | undefined;
}

export function signatureOf(fields: Fields, key = API_KEY, type = 'MD5'): string {
  const text = Object.keys(fields)
    .filter((name) => name !== 'sign' && fields[name] !== '')
    .sort()
    .map((name) => `${name}=${fields[name]}&`)
    .join('');
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key);
  return hash.update(`${text}key=${key}`).digest('hex').toUpperCase();
}

/** The way QQ wallet writes it. */
export const xmlOf = (fields: Fields): string =>
  `<?xml version="1.0" encoding="UTF-8" ?>\n<xml>\n${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('\n')}\n</xml>\n`;

export const fieldsIn = (xml: string): Fields =>
  Object.fromEntries(
    [...xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    ]),
  ); // prettier-ignore

/** Making keys takes a while: once for all. */
let papers: ReturnType<typeof issuePapers> | undefined;

function issuePapers() {
  const authority = issue({ name: 'Authority of the tests', isAuthority: true });
  const [server, merchant] = [
    issue({ name: 'qpay', isServer: true }, authority),
    issue({ name: 'a merchant' }, authority),
  ];
  return { authority, server, merchant };
}

export function createQqPay(signType = 'MD5') {
  const { authority, server, merchant } = (papers ??= issuePapers());
  const vendor = createVendor({
    cert: server.certificate,
    key: server.key.privateKey,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  });
  const orders = new Map<string, Order>();
  const asked: Question[] = [];
  let instead: ((question: Question) => Said | 'hang' | Fields | undefined) | undefined;

  const signed = (fields: Fields, key = API_KEY): Fields => ({ ...fields, sign: signatureOf(fields, key, signType) });
  const say = (fields: Fields): Said => ({ headers: { 'content-type': 'text/xml' }, body: xmlOf(fields) });
  const answer = (fields: Fields): Said =>
    say(signed({ return_code: 'SUCCESS', return_msg: 'OK', mch_id: MERCHANT, nonce_str: 'abc', ...fields }));
  const no = (err_code: string): Said => answer({ result_code: 'FAIL', err_code, err_code_des: `no, ${err_code}` });

  const stateOf = ({ fields, state, transactionId }: Order): Fields => ({
    trade_state: state,
    out_trade_no: fields['out_trade_no'] ?? '',
    ...(state !== 'NOTPAY' &&
      state !== 'CLOSED' && {
        transaction_id: transactionId,
        total_fee: fields['total_fee'] ?? '',
        cash_fee: fields['total_fee'] ?? '',
        fee_type: 'CNY',
        trade_type: 'NATIVE',
        bank_type: 'BALANCE',
        time_end: beijing(new Date()),
      }),
  });

  function orderOf(reference: string): Order {
    const order = orders.get(reference);
    assert.ok(order, `an order ${reference}`);
    return order;
  }

  function outcomeOf({ call, fields, peer }: Question): Said {
    const reference = fields['out_trade_no'] ?? '';
    const order =
      orders.get(reference) ?? [...orders.values()].find((one) => one.transactionId === fields['transaction_id']);
    switch (call) {
      case 'unified_order': {
        const made = order ?? { fields, transactionId: `T${reference}`, state: 'NOTPAY', refunds: new Map() };
        if (made.state !== 'NOTPAY') return no('ORDERPAID');
        orders.set(reference, made);
        const code_url = `https://qpay.qq.com/qr/${reference}`;
        return answer({ result_code: 'SUCCESS', trade_type: 'NATIVE', prepay_id: `P${reference}`, code_url });
      }
      case 'order_query':
        return order === undefined ? no('ORDERNOTEXIST') : answer({ result_code: 'SUCCESS', ...stateOf(order) });
      case 'close_order':
        if (order === undefined) return no('ORDERNOTEXIST');
        if (order.state !== 'NOTPAY') return no('ORDERPAID');
        order.state = 'CLOSED';
        return answer({ result_code: 'SUCCESS' });
      case 'refund': {
        assert.equal(fields['op_user_passwd'], createHash('md5').update(OPERATOR_PASSWORD).digest('hex'));
        assert.equal(fields['op_user_id'], MERCHANT);
        const [number, fee] = [fields['out_refund_no'] ?? '', fields['refund_fee'] ?? ''];
        if (peer === undefined) return say({ return_code: 'FAIL', return_msg: 'no certificate' });
        if (order?.state !== 'SUCCESS') return no('TRANSACTION_NOT_EXIST');
        const others = [...order.refunds].filter(([one]) => one !== number).reduce((sum, [, one]) => sum + Number(one.fee), 0); // prettier-ignore
        if (others + Number(fee) > Number(order.fields['total_fee'])) return no('REFUND_FEE_INVALID');
        const id = `R${order.refunds.size + 1}-${number.slice(0, 6)}`;
        if (!order.refunds.has(number)) order.refunds.set(number, { fee, id, status: 'SUCCESS' });
        return answer({ result_code: 'SUCCESS', out_refund_no: number, refund_fee: fee });
      }
      default: {
        const number = fields['out_refund_no'] ?? '';
        const refund = [...orders.values()].map(({ refunds }) => refunds.get(number)).find(Boolean);
        if (refund === undefined) return no('REFUNDNOTEXIST');
        return answer({
          result_code: 'SUCCESS',
          refund_count: '1',
          out_refund_no_0: number,
          refund_id_0: refund.id,
          refund_fee_0: refund.fee,
          refund_status_0: refund.status,
        });
      }
    }
  }

  vendor.answerWith(({ path, body, peer }: Heard) => {
    const call = /^\/cgi-bin\/pay\/qpay_(\w+)\.cgi$/.exec(path)?.[1] ?? '';
    const question = { call, fields: fieldsIn(body), peer };
    const { sign } = question.fields;
    assert.equal(sign, signatureOf(question.fields, API_KEY, signType), 'the merchant signed it');
    assert.equal(question.fields['mch_id'], MERCHANT);
    assert.match(question.fields['nonce_str'] ?? '', /^\w{32}$/);
    asked.push(question);
    const other = instead?.(question);
    if (other === 'hang') return 'hang';
    if (other !== undefined) return 'body' in other || 'status' in other ? (other as Said) : say(other as Fields);
    return outcomeOf(question);
  });

  return {
    open: vendor.open,
    close: vendor.close,
    merchant,
    asked,
    orderOf,
    signed,
    get mistakes() {
      return vendor.mistakes;
    },
    /** What it answers in place of the truth; undefined for the truth. */
    sayInstead: (next: typeof instead) => void (instead = next),
    forget() {
      instead = undefined;
      asked.length = 0;
      orders.clear();
      vendor.forget();
    },
    config: () => ({
      mch_id: MERCHANT,
      api_key: API_KEY,
      sign_type: signType,
      endpoint: vendor.url,
      authority: authority.certificate,
    }),
    refunding: () => ({
      certificate: merchant.certificate,
      private_key: merchant.key.privateKey,
      operator_password: OPERATOR_PASSWORD,
    }),
    /** The payer pays; nobody is told. */
    pay: (reference: string) => void (orderOf(reference).state = 'SUCCESS'),
    /** What it tells of a payment that was made, as of `at`. */
    noticeOf: (reference: string, at: Date): Fields =>
      ({ appid: '', mch_id: MERCHANT, nonce_str: 'xyz', ...stateOf(orderOf(reference)), time_end: beijing(at), openid: 'O' }), // prettier-ignore
  };
}

/** The wallet's gateway in test mode, since the stand-in listens on this machine; its id. */
export async function buildQqPay(app: TestApp, config: object): Promise<number> {
  return buildGateway(app, 'QQWallet', config, { test_mode: 1 });
}

export const beijing = (time: Date): string =>
  new Date(time.getTime() + 8 * 60 * 60 * 1000).toISOString().replaceAll(/[-:T]|\..*/g, '');
