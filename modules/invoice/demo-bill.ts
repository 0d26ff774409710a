import { DAY, HOUR, later, MINUTE } from '#core/clock';
import type { DemoRun, Draw } from '#core/demo';
import { money, multiply, type Money } from '#core/money';
import type { Static } from '@sinclair/typebox';
import type { ClientSummary } from '#modules/client/contract';
import type { Order } from '#modules/order/contract';
import type { NewLine } from './contract.ts';
import type { Occasion } from './demo-plan.ts';

/** What is on an invoice of the demo, and whether and how it was paid. */
export interface Bill {
  readonly id: number;
  readonly clientId: number;
  readonly order: Order | undefined;
  readonly at: Date;
  readonly dueAt: Date;
  readonly currency: string;
  readonly taxName: string;
  readonly taxRate: string;
  readonly lines: readonly NewLine[];
  readonly status: 'paid' | 'unpaid' | 'canceled';
  readonly paidAt: Date | undefined;
  readonly source: 'gateway' | 'staff' | 'credit' | 'status';
  readonly isRefunded: boolean;
  readonly isSubscribed: boolean;
  readonly isDeposit: boolean;
  readonly phase: 'checkout' | 'renewal' | undefined;
}

interface Occurrence {
  readonly id: number;
  readonly occasion: Occasion;
  readonly at: Date;
  readonly order: Order | undefined;
  readonly client: Static<typeof ClientSummary>;
  /** What the product of the order costs besides, once. */
  readonly setupPrice: Money | undefined;
}

const VAT: Readonly<Record<string, string>> = { DE: '19', AT: '20', FR: '20', BE: '21', ES: '21', IT: '22', PT: '23', PL: '23', CZ: '21', HU: '27', GR: '24', CY: '19', IE: '23', BG: '20' }; // prettier-ignore
const WORK = [
  'Consulting',
  'Training',
  'Migration',
  'Design review',
  'Übersetzung',
  'Постачання',
  '追加開発',
  'Audit <2nd>',
];

export function billOf(run: DemoRun, { id, occasion, at, order, client, setupPrice }: Occurrence): Bill {
  const draw = run.draw('invoice', id);
  const currency = order?.currency ?? client.currency ?? 'USD';
  const taxRate = VAT[client.country ?? ''] ?? '0';
  const isTaxed = taxRate !== '0';
  const isDeposit = order === undefined && draw.chance(0.2);
  const state = stateOf(draw, { occasion, at, order, now: run.now, isDeposit });
  const status = state.status === 'paid' ? ('executed' as const) : ('pending_payment' as const);
  const lines = order
    ? linesOf(order, { occasion, isTaxed, status, taskStatus: state.taskStatus ?? status, setupPrice })
    : isDeposit
      ? [depositLine(draw, currency, status)]
      : workLines(draw, currency, isTaxed, status);
  const source = isDeposit ? 'gateway' : draw.pick(['gateway', 'gateway', 'gateway', 'staff', 'staff', 'credit', 'status'] as const); // prettier-ignore
  const isOld = state.paidAt !== undefined && state.paidAt < later(run.now, -60 * DAY);
  const isFirst = occasion === 'first';
  return {
    id,
    clientId: client.id,
    order,
    at,
    dueAt: occasion === 'renewal' || occasion === 'open' ? later(at, 12 * DAY) : later(at, 7 * DAY),
    currency,
    taxName: isTaxed ? 'VAT' : '',
    taxRate,
    lines,
    status: state.status,
    paidAt: state.paidAt,
    source,
    isRefunded: isOld && !isDeposit && draw.chance(0.005),
    isSubscribed: isFirst && source === 'gateway' && order?.period !== undefined && draw.chance(0.02),
    isDeposit,
    phase:
      order?.promoId === undefined ? undefined : isFirst ? 'checkout' : order.isPromoRecurring ? 'renewal' : undefined,
  };
}

interface State {
  readonly status: Bill['status'];
  readonly paidAt: Date | undefined;
  /** Of the line of the order, where that is not what the others have. */
  readonly taskStatus?: NewLine['status'];
}

interface Circumstances {
  readonly occasion: Occasion;
  readonly at: Date;
  readonly order: Order | undefined;
  readonly now: Date;
  readonly isDeposit: boolean;
}

/** As the order says; work that nobody ordered is mostly paid. */
function stateOf(draw: Draw, { occasion, at, order, now, isDeposit }: Circumstances): State {
  const paid = (paidAt: Date) => ({ status: 'paid' as const, paidAt: paidAt < now ? paidAt : later(now, -HOUR) });
  const unpaid = { status: 'unpaid' as const, paidAt: undefined };
  const soon = later(at, draw.int(10, 4 * 24 * 60) * MINUTE);
  if (occasion === 'first') {
    if (order?.status === 'pending_setup') return unpaid;
    if (order?.status === 'failed_setup') return { ...paid(later(at, HOUR)), taskStatus: 'failed' };
    return paid(order?.activatedAt ?? later(at, HOUR));
  }
  if (occasion === 'open') return order?.status === 'failed_renew' ? { ...paid(soon), taskStatus: 'failed' } : unpaid;
  if (occasion === 'renewal' || isDeposit || draw.chance(0.9)) return paid(soon);
  return draw.chance(0.3) ? { status: 'canceled', paidAt: undefined } : unpaid;
}

interface Terms {
  readonly occasion: Occasion;
  readonly isTaxed: boolean;
  readonly status: NonNullable<NewLine['status']>;
  readonly taskStatus: NewLine['status'];
  readonly setupPrice: Money | undefined;
}

function linesOf(order: Order, { occasion, isTaxed, status, taskStatus, setupPrice }: Terms): NewLine[] {
  const { id, title, price, quantity, unit, period, discount, currency, isPromoRecurring } = order;
  const isFirst = occasion === 'first';
  const relId = String(id);
  const task = isFirst ? 'activate' : 'renew';
  const lines: NewLine[] = [{ title, price, quantity, unit, period, type: 'order', task, relId, isTaxed, status: taskStatus }]; // prettier-ignore
  if (discount !== undefined && (isFirst || isPromoRecurring === true))
    lines.push({ title: `Discount: ${title}`, price: money(-discount.amount, currency), unit: 'discount', relId, isTaxed, status }); // prettier-ignore
  if (isFirst && setupPrice !== undefined && setupPrice.amount > 0)
    lines.push({ title: `${title} setup`, price: setupPrice, unit: 'service', isTaxed, status });
  return lines;
}

const workLines = (draw: Draw, currency: string, isTaxed: boolean, status: NewLine['status']): NewLine[] =>
  Array.from({ length: draw.int(1, 3) }, () => ({
    title: draw.pick(WORK),
    price: money(draw.int(10, 900) * 100, currency),
    quantity: draw.int(1, 4),
    isTaxed,
    status,
  }));

const depositLine = (draw: Draw, currency: string, status: NewLine['status']): NewLine => ({
  title: 'Add funds',
  price: multiply(money(1000, currency), draw.int(1, 20)),
  type: 'deposit',
  task: 'void',
  status,
});
