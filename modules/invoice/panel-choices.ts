import type { Money } from '#core/money';
import type { Invoice } from './contract.ts';
import { isDeposit } from './service.ts';
import { totalsOf } from './totals.ts';

/** What staff may want to do next with an invoice. */
export type Choice = 'approve' | 'pay' | 'credit' | 'remind' | 'lines' | 'cancel' | 'refund' | 'atGateway';

export interface Circumstances {
  /** Of the client; undefined without a currency or a client. */
  readonly balance: Money | undefined;
  readonly canRefundAtGateway: boolean;
  /** What was not paid back yet. */
  readonly left: Money;
}

/** Why something cannot be done now, by the words of the page; null: it can. */
export function choicesOf(invoice: Invoice, { balance, canRefundAtGateway, left }: Circumstances) {
  const { status, isApproved } = invoice;
  const { due, total } = totalsOf(invoice);
  const unlessOpen = status === 'paid' ? 'isPaid' : status === 'unpaid' ? null : 'isClosed';
  const hasCredit = balance !== undefined && balance.currency === due.currency && balance.amount > 0;
  const refund =
    status !== 'paid' ? 'isNotPaid' : total.amount <= 0 ? 'isNegative' : left.amount <= 0 ? 'isRefunded' : null;
  return {
    approve: unlessOpen ?? (isApproved ? 'isApproved' : null),
    pay: unlessOpen,
    credit: unlessOpen ?? (isDeposit(invoice) ? 'isDeposit' : due.amount <= 0 ? 'isNothing' : hasCredit ? null : 'hasNoCredit'),
    remind: unlessOpen ?? (isApproved ? null : 'isNotApproved'),
    lines: unlessOpen,
    cancel: unlessOpen,
    refund,
    atGateway: refund ?? (canRefundAtGateway ? null : 'cannotRefundThere'),
  } satisfies Record<Choice, string | null>; // prettier-ignore
}
