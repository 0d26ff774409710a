import { DAY, HOUR } from '#core/clock';
import { forbidden } from '#core/error';
import type { PaymentNotice } from '#core/gateway';
import { money, type Money } from '#core/money';
import { isOurs } from './client.ts';
import type { Merchant } from './merchant.ts';
import { isSigned, type Fields } from './signature.ts';
import { readXml } from './xml.ts';

/** QQ wallet gives up repeating itself long before. What is older can still be asked for. */
const OLDEST_MS = 3 * DAY;
const CLOCKS_DIFFER_MS = HOUR;
/** Times of QQ wallet are those of Beijing. */
const BEIJING_HOURS = 8;

/** The fields of a notification, once they are proven to be QQ wallet's words to this merchant, and no old ones. */
export function provenNotice(raw: string, merchant: Merchant, now: Date): Fields {
  const fields = readXml(raw);
  if (fields === undefined) throw forbidden('qqpay.garbage', 'QQ wallet said nothing that can be understood.');
  if (!isSigned(fields, merchant.key, merchant.signType))
    throw forbidden('qqpay.signature', 'The signature of QQ wallet is missing or wrong.');
  if (!isOurs(fields, merchant)) throw forbidden('qqpay.merchant', 'QQ wallet spoke to another merchant.');
  const end = fields['time_end'] ?? '';
  const age = end === '' ? 0 : now.getTime() - timeIn(end);
  if (!(age <= OLDEST_MS && age >= -CLOCKS_DIFFER_MS))
    throw forbidden('qqpay.stale', 'What QQ wallet said is too old.');
  return fields;
}

/** Nothing to say of a payment that nobody has made. One that was paid back later was made all the same. */
export function paymentIn(fields: Fields): PaymentNotice | undefined {
  const { trade_state: state, transaction_id: id, out_trade_no: reference } = fields;
  if ((state !== 'SUCCESS' && state !== 'REFUND') || !id || !reference) return undefined;
  const amount = amountIn(fields['total_fee'], fields['fee_type']);
  return {
    kind: 'payment',
    status: 'succeeded',
    externalId: id,
    rawStatus: state,
    reference,
    ...(amount && { amount }),
  };
}

/** Whole fen. */
export const amountIn = (fen: string | undefined, currency: string | undefined): Money | undefined =>
  /^\d{1,13}$/.test(fen ?? '') ? money(Number(fen), currency || 'CNY') : undefined;

/** NaN for what is no time. */
function timeIn(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)?.slice(1).map(Number) ?? [];
  const [year = NaN, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  return Date.UTC(year, month - 1, day, hour - BEIJING_HOURS, minute, second);
}
