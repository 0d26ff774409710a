import { invalidInput } from '#core/error';
import type { PaymentNotice } from '#core/gateway';
import { parseMoney, type Money } from '#core/money';

/** Alipay counts in yuan, whatever the payer has. */
export const CURRENCY = 'CNY';

const STATUSES: Readonly<Record<string, PaymentNotice['status'] | undefined>> = {
  TRADE_SUCCESS: 'succeeded',
  TRADE_FINISHED: 'succeeded',
  TRADE_CLOSED: 'failed',
};

type Trade = Readonly<Record<string, unknown>>;

/** What a trade says about money; nothing while the payer has not paid. */
export function noticeOf(trade: Trade): PaymentNotice | undefined {
  const [rawStatus, externalId, reference] = ['trade_status', 'trade_no', 'out_trade_no'].map((name) =>
    textIn(trade, name),
  );
  const status = STATUSES[rawStatus ?? ''];
  if (status === undefined || rawStatus === undefined) return undefined;
  if (externalId === undefined || reference === undefined) throw garbage();
  return { kind: 'payment', externalId, status, rawStatus, reference, amount: amountIn(trade, 'total_amount') };
}

export interface RefundedTrade {
  readonly tradeNo: string;
  readonly reference: string;
  /** Of the shop, or of Alipay's own pages where staff paid back there. */
  readonly requestNo: string;
}

/** The same refund has the same id, whoever tells of it. */
export const refundNotice = (
  { tradeNo, reference, requestNo }: RefundedTrade,
  amount: Money,
  isDone: boolean,
): PaymentNotice => ({
  kind: 'refund',
  externalId: `${tradeNo}-${requestNo}`,
  status: isDone ? 'succeeded' : 'pending',
  rawStatus: isDone ? 'REFUND_SUCCESS' : 'REFUND_PROCESSING',
  reference,
  amount,
});

/** An amount as Alipay writes it, to the fen. It may name another currency, which is not ours to take. */
export function amountIn(trade: Trade, name: string): Money {
  const text = textIn(trade, name);
  const currency = textIn(trade, 'trans_currency') ?? CURRENCY;
  const amount =
    text !== undefined && /^\d{1,12}(\.\d{1,2})?$/.test(text) && /^[A-Z]{3}$/.test(currency)
      ? parseMoney(text, currency)
      : undefined;
  if (amount === undefined) throw garbage();
  return amount;
}

export const textIn = (trade: Trade, name: string): string | undefined => {
  const value = trade[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const garbage = () => invalidInput('alipay.garbage', 'Alipay said nothing that can be understood.');
