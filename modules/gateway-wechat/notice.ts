import { forbidden, invalidInput } from '#core/error';
import type { PaymentNotice } from '#core/gateway';
import { money, type Money } from '#core/money';
import { asFields, parsedObject, type Fields } from './client.ts';
import type { Merchant } from './merchant.ts';
import { unsealed } from './signature.ts';

/** WeChat Pay counts in fen, whatever the payer has. */
export const CURRENCY = 'CNY';

/** `REFUND`: the money went in and back before anyone here heard of it. */
const PAYMENTS: Readonly<Record<string, PaymentNotice['status'] | undefined>> = {
  SUCCESS: 'succeeded',
  REFUND: 'failed',
  CLOSED: 'failed',
  REVOKED: 'failed',
  PAYERROR: 'failed',
};

const REFUNDS: Readonly<Record<string, PaymentNotice['status'] | undefined>> = {
  SUCCESS: 'succeeded',
  PROCESSING: 'pending',
  ABNORMAL: 'failed',
  CLOSED: 'failed',
};

/** What a notification says, opened with the key of this merchant; nothing when it is about nothing we know. */
export function noticeIn(raw: string, merchant: Merchant): PaymentNotice | undefined {
  const resource = asFields(parsedObject(raw)?.['resource']) ?? {};
  const [kind, algorithm] = [textIn(resource, 'original_type'), textIn(resource, 'algorithm')];
  if (kind !== 'transaction' && kind !== 'refund') return undefined;
  const content = algorithm === 'AEAD_AES_256_GCM' ? opened(resource, merchant.apiKey) : undefined;
  if (content === undefined) throw forbidden('wechat.sealed', 'What WeChat Pay sealed cannot be opened.');
  if (content['mchid'] !== merchant.mchId || (kind === 'transaction' && content['appid'] !== merchant.appId))
    throw forbidden('wechat.merchant', 'WeChat Pay says this to somebody else.');
  return kind === 'transaction' ? paymentOf(content) : refundOf(content, textIn(content, 'refund_status'));
}

/** Nothing while the payer has not paid. */
export function paymentOf(trade: Fields): PaymentNotice | undefined {
  const [rawStatus = '', externalId, reference] = ['trade_state', 'transaction_id', 'out_trade_no'].map((name) =>
    textIn(trade, name),
  );
  const status = PAYMENTS[rawStatus];
  if (status === undefined) return undefined;
  if (reference === undefined) throw garbage();
  // A payment that was never made has no number of theirs.
  if (externalId === undefined) {
    if (status === 'succeeded') throw garbage();
    return { kind: 'payment', externalId: reference, status, rawStatus, reference };
  }
  return { kind: 'payment', externalId, status, rawStatus, reference, amount: amountIn(trade, 'total') };
}

/** `rawStatus` stands under another name in an answer than in a notification. */
export function refundOf(refund: Fields, rawStatus: string | undefined): PaymentNotice {
  const [externalId, reference] = ['refund_id', 'out_trade_no'].map((name) => textIn(refund, name));
  const status = REFUNDS[rawStatus ?? ''];
  if (status === undefined || rawStatus === undefined || externalId === undefined || reference === undefined)
    throw garbage();
  return { kind: 'refund', externalId, status, rawStatus, reference, amount: amountIn(refund, 'refund') };
}

function amountIn(fields: Fields, name: string): Money {
  const amount = asFields(fields['amount']) ?? {};
  const fen = amount[name];
  const currency = amount['currency'] ?? CURRENCY;
  if (typeof fen !== 'number' || !Number.isSafeInteger(fen) || fen < 0) throw garbage();
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) throw garbage();
  return money(fen, currency);
}

function opened(resource: Fields, key: Buffer): Fields | undefined {
  const [ciphertext = '', nonce = '', associatedData = ''] = ['ciphertext', 'nonce', 'associated_data'].map((name) =>
    textIn(resource, name),
  );
  try {
    return parsedObject(unsealed({ ciphertext, nonce, associatedData }, key));
  } catch {
    return undefined;
  }
}

export const textIn = (fields: Fields, name: string): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const garbage = () => invalidInput('wechat.garbage', 'WeChat Pay said nothing that can be understood.');
