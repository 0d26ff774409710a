import { DAY, HOUR, later } from '#core/clock';
import type { DemoRun } from '#core/demo';
import { addPeriod, parsePeriod } from '#core/period';
import type { Order, OrderService } from '#modules/order/contract';

/** What an invoice of the demo is about. */
export type Occasion = 'first' | 'renewal' | 'open' | 'extra';

/** All invoices in the order of their time, as numbers: half a million take a few megabytes. */
export interface Plan {
  readonly count: number;
  at(index: number): { readonly occasion: Occasion; readonly orderId: number; readonly at: Date };
}

const OCCASIONS: readonly Occasion[] = ['first', 'renewal', 'open', 'extra'];
const CHUNK = 2000;
const LEAD_DAYS = 12;
const RENEWED_SOON_DAYS = 14;
/** Of those that end soon, the others wait for the job. */
const OPEN_SHARE = 0.85;

/** Each order has its invoices; what is left of the number asked for is work that nobody ordered, and funds. */
export async function planInvoices(run: DemoRun, orders: OrderService): Promise<Plan> {
  const most = run.sizes.invoices;
  const times = new Float64Array(most);
  const orderIds = new Float64Array(most);
  const occasions = new Uint8Array(most);
  let count = 0;
  const add = (occasion: Occasion, orderId: number, at: Date): void => {
    if (count === most) return;
    times[count] = at.getTime();
    orderIds[count] = orderId;
    occasions[count] = OCCASIONS.indexOf(occasion);
    count++;
  };
  const { first, count: ordered } = run.made.get('client_order') ?? { first: 0, count: 0 };
  const optional: [Occasion, number, Date][] = [];
  for (let afterId = first - 1, left = ordered; left > 0;) {
    const chunk = await orders.listAfter(run.ctx, afterId, Math.min(CHUNK, left));
    if (chunk.length === 0) break;
    for (const order of chunk) {
      const [billed, ...more] = occasionsOf(run, order);
      if (billed !== undefined) add(...billed);
      optional.push(...more);
    }
    left -= chunk.length;
    afterId = chunk.at(-1)?.id ?? afterId;
  }
  for (const one of optional) add(...one);
  const span = run.now.getTime() - run.since.getTime();
  for (let n = 0; count < most && (run.made.get('client')?.count ?? 0) > 0; n++)
    add('extra', 0, new Date(run.since.getTime() + Math.floor(run.draw('extra', n).fraction() * span)));

  const order = Uint32Array.from({ length: count }, (_, index) => index);
  order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  return {
    count,
    at(index) {
      const place = order[index] ?? 0;
      const occasion = OCCASIONS[occasions[place] ?? 0] ?? 'extra';
      return { occasion, orderId: orderIds[place] ?? 0, at: new Date(times[place] ?? 0) };
    },
  };
}

/** The first that an order had, then those for its renewals. */
function occasionsOf(run: DemoRun, order: Order): [Occasion, number, Date][] {
  const { id, createdAt, activatedAt, expiresAt, period, status } = order;
  if (order.invoiceOption !== 'issue-invoice' || order.price.amount === 0) return [];
  const found: [Occasion, number, Date][] = [['first', id, createdAt]];
  if (activatedAt === undefined || expiresAt === undefined || period === undefined) return found;
  const anchorDay = activatedAt.getUTCDate();
  const before = (end: Date): Date => new Date(Math.max(later(end, -LEAD_DAYS * DAY).getTime(), activatedAt.getTime() + HOUR)); // prettier-ignore
  for (let end = addPeriod(activatedAt, parsePeriod(period), anchorDay); end < expiresAt;) {
    found.push(['renewal', id, before(end)]);
    end = addPeriod(end, parsePeriod(period), anchorDay);
  }
  const endsSoon = status === 'active' && expiresAt < later(run.now, RENEWED_SOON_DAYS * DAY - HOUR);
  const isOpen = endsSoon
    ? run.draw('open', id).chance(OPEN_SHARE)
    : status === 'suspended' || status === 'failed_renew';
  if (isOpen && before(expiresAt) < run.now) found.push(['open', id, before(expiresAt)]);
  return found;
}
