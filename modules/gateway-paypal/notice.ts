import type { PaymentNotice } from '#core/gateway';
import { toDecimal, type Money } from '#core/money';
import { readAmount, shareOf } from './charge.ts';
import type { Words } from './client.ts';
import type { PayPalOrder } from './repository.ts';

const PAYMENTS: Readonly<Record<string, PaymentNotice['status']>> = {
  COMPLETED: 'succeeded',
  // Paid, and then paid back.
  PARTIALLY_REFUNDED: 'succeeded',
  REFUNDED: 'succeeded',
  PENDING: 'pending',
  DECLINED: 'failed',
  FAILED: 'failed',
};

const REFUNDS: Readonly<Record<string, PaymentNotice['status']>> = {
  COMPLETED: 'succeeded',
  PENDING: 'pending',
  FAILED: 'failed',
  CANCELLED: 'failed',
};

/** What PayPal says a capture is. Of one without a reference of ours there is nothing to say. */
export function paymentIn(capture: Words, order: PayPalOrder | undefined): PaymentNotice | undefined {
  const [id, reference, state] = [textIn(capture, 'id'), textIn(capture, 'custom_id'), textIn(capture, 'status')];
  const status = PAYMENTS[state];
  if (id === '' || reference === '' || status === undefined) return undefined;
  const charged = readAmount(capture['amount']);
  const isConverted = order !== undefined && order.charged.currency !== order.due.currency;
  return {
    kind: 'payment',
    status,
    externalId: id,
    rawStatus: state,
    reference,
    ...(charged && { amount: isConverted && isSame(charged, order.charged) ? order.due : charged }),
    ...(charged && isConverted && { note: `PayPal took ${toDecimal(charged)} ${charged.currency}.` }),
  };
}

/** What PayPal says a refund is; `known` is what was asked for in the currency of the invoice. */
export function refundIn(refund: Words, order: PayPalOrder, known: Money | undefined): PaymentNotice | undefined {
  const [id, state] = [textIn(refund, 'id'), textIn(refund, 'status')];
  const status = REFUNDS[state];
  const charged = readAmount(refund['amount']);
  if (id === '' || status === undefined || charged === undefined) return undefined;
  const { due, charged: whole, reference } = order;
  const amount = charged.currency === whole.currency && whole.currency !== due.currency ? shareOf(due, charged, whole) : charged; // prettier-ignore
  return { kind: 'refund', status, externalId: id, rawStatus: state, reference, amount: known ?? amount };
}

export const textIn = (words: Words, name: string): string => {
  const value = words[name];
  return typeof value === 'string' ? value : '';
};

/** Numbers of PayPal, before they become a part of an address. */
export const isNumber = (text: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(text);

export const objectIn = (value: unknown): Words =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Words) : {};

export const listIn = (value: unknown): readonly Words[] => (Array.isArray(value) ? value.map(objectIn) : []);

const isSame = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;
