import { atomic, type Context, type Tx } from '#core/context';
import { AppError, conflict, messageOf, notFound } from '#core/error';
import { DAY, later } from '#core/clock';
import { remembering } from '#core/memory';
import { isNegative, money, multiply, toDecimal, type Money } from '#core/money';
import type { BalanceService, ClientService, LockedClient } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { Order, OrderService } from '#modules/order/contract';
import type { Promo, PromoService } from '#modules/product/contract';
import type { Invoice, NewLine } from './contract.ts';
import { endOfDay } from './day.ts';
import * as lines from './line/repository.ts';
import * as invoices from './repository.ts';
import type { Rules } from './rules.ts';
import type { Invoices } from './service.ts';
import type { Tasks } from './tasks.ts';

interface Needs {
  readonly invoices: Invoices;
  readonly tasks: Tasks;
  readonly orders: OrderService;
  readonly clients: ClientService & BalanceService;
  readonly promos: PromoService;
  readonly currencies: CurrencyService;
  rules(ctx: Context): Promise<Rules>;
}

interface Due {
  readonly order: Order;
  readonly hasCredit: boolean;
}

export interface Renewal {
  readonly invoice: Invoice;
  readonly isNew: boolean;
}

export type Renewals = ReturnType<typeof createRenewals>;

const CHUNK = 200;
const AT_ONCE = 4;

/** Invoices that extend orders (invoicing spec 5.10). */
export function createRenewals(needs: Needs) {
  const { orders, clients, promos, currencies } = needs;

  /** The invoice that waits for payment already, or a new one, not approved yet. */
  async function prepare(tx: Tx, orderId: number, dueDays?: number): Promise<Renewal> {
    const seen = await orders.find(tx, orderId);
    if (seen === undefined) throw unknownOrder();
    const { client, open, order } = await lock(tx, seen);
    if (order === undefined) throw unknownOrder();
    if (open?.status === 'unpaid') return { invoice: open, isNew: false };
    return { invoice: await issue(tx, order, client, dueDays), isNew: true };
  }

  /** The client, then the invoice the order points to, then the order. */
  async function lock(tx: Tx, seen: Order) {
    const client = await clients.lock(tx, seen.clientId);
    const seenOpen = await invoiceOf(tx, seen.unpaidInvoiceId);
    const order = await orders.lock(tx, seen.id);
    // Who made one meanwhile held the client, and has committed it.
    const isAsSeen = order?.unpaidInvoiceId === seen.unpaidInvoiceId;
    return { client, order, open: isAsSeen ? seenOpen : await invoiceOf(tx, order?.unpaidInvoiceId) };
  }

  async function issue(tx: Tx, order: Order, client: LockedClient, dueDays?: number): Promise<Invoice> {
    if (isNegative(order.price))
      throw conflict('invoice.negative_order', 'Invoices are not generated for negative amount orders.');
    if ((await currencies.find(tx, order.currency)) === undefined)
      throw conflict('invoice.no_rate', `Currency rate for '${order.currency}' is not configured`);
    const dueAt = dueDays !== undefined && dueDays > 0 ? later(tx.now, dueDays * DAY) : order.expiresAt;
    const isTaxed = (await needs.rules(tx)).isTaxOn && !client.isTaxExempt;
    const discount = await discountOf(tx, order, isTaxed);
    const invoice = await needs.invoices.issueTo(tx, client, {
      currency: order.currency,
      dueAt,
      lines: [renewalLine(order, isTaxed), ...(discount ? [discount.line] : [])],
    });
    if (discount !== undefined)
      await promos.redeem(tx, {
        promoId: discount.promo.id,
        clientId: order.clientId,
        orderId: order.id,
        invoiceId: invoice.id,
        phase: 'renewal',
        status: 'reserved',
        discount: discount.amount,
      });
    await orders.linkInvoice(tx, [order.id], invoice.id);
    return invoice;
  }

  /** Prepared, approved and paid from the balance when that suffices. */
  async function renew(ctx: Context, orderId: number, dueDays?: number): Promise<Renewal> {
    const { renewal, isPaid } = await atomic(ctx, async (tx) => {
      const prepared = await prepare(tx, orderId, dueDays);
      const { invoice, isNew } = prepared;
      return {
        renewal: prepared,
        isPaid: isNew
          ? await needs.invoices.approveNew(tx, invoice)
          : await needs.invoices.approveIn(tx, invoice.id, { usesCredit: true }),
      };
    });
    if (isPaid) await needs.tasks.run(ctx, renewal.invoice.id);
    return renewal;
  }

  /** The same for an order that was seen to be due. One that changed since is left to the next run. */
  async function renewDue(ctx: Context, { order: seen, hasCredit }: Due): Promise<void> {
    const paidId = await atomic(ctx, async (tx) => {
      const { client, open, order } = await lock(tx, seen);
      if (order === undefined || open?.status === 'unpaid' || !isSame(order, seen)) return undefined;
      const invoice = await issue(tx, order, client);
      return (await needs.invoices.approveNew(tx, invoice, { hasCredit })) ? invoice.id : undefined;
    });
    if (paidId !== undefined) await needs.tasks.run(ctx, paidId);
  }

  async function isTaxable(ctx: Context, clientId: number): Promise<boolean> {
    return (await needs.rules(ctx)).isTaxOn && !(await clients.get(ctx, clientId)).isTaxExempt;
  }

  async function discountOf(tx: Tx, order: Order, isTaxed: boolean) {
    if (order.isPromoRecurring !== true || order.promoId === undefined || order.discount === undefined)
      return undefined;
    const promo = await promos.find(tx, order.promoId);
    const most = multiply(order.price, order.quantity);
    const amount = money(Math.min(order.discount.amount, most.amount), order.currency);
    if (promo === undefined || amount.amount <= 0) return undefined;
    const line: NewLine = {
      title: titleOf(promo, order.discount),
      price: money(-amount.amount, amount.currency),
      unit: 'discount',
      relId: String(order.id),
      isTaxed,
    };
    return { promo, amount, line };
  }

  async function renewEach(ctx: Context, all: Iterable<Due>): Promise<void> {
    for (const due of all) {
      try {
        await renewDue(ctx, due);
      } catch (error) {
        if (!(error instanceof AppError) || error.kind === 'unavailable') throw error;
        ctx.log.warn('renewal not invoiced', { order: due.order.id, error: messageOf(error) });
      }
    }
  }

  /** What reached a balance since then pays at the next run of that job. */
  async function withCredit(ctx: Context, due: readonly Order[]): Promise<Due[]> {
    const balances = await clients.balancesOf(ctx, [...new Set(due.map(({ clientId }) => clientId))]);
    return due.map((order) => ({ order, hasCredit: (balances.get(order.clientId)?.amount ?? 0) > 0 }));
  }

  return {
    prepare,
    renew,
    isTaxable,

    /** For every order that ends soon. An order that fails is logged, and the others go on. */
    async renewSoonExpiring(ctx: Context): Promise<void> {
      const { renewalLeadDays } = await needs.rules(ctx);
      const until = endOfDay(later(ctx.now, renewalLeadDays * DAY));
      for (let afterId = 0; ;) {
        const found = await orders.listToRenew(ctx, { until, afterId, limit: CHUNK });
        const due = (await withCredit(ctx, await withoutInvoice(ctx, found))).values();
        const piece = remembering(ctx);
        // All take from the same iterator. The number is taken one after the other; what is around it need not wait.
        await Promise.all(Array.from({ length: AT_ONCE }, () => renewEach(piece, due)));
        if (found.length < CHUNK) return;
        afterId = found.at(-1)?.id ?? afterId;
      }
    },
  };
}

/** Without an invoice that waits for payment, or a paid one whose renewal waits for its turn. */
export async function withoutInvoice(ctx: Context, orders: readonly Order[]): Promise<Order[]> {
  const linked = orders.flatMap(({ unpaidInvoiceId }) => unpaidInvoiceId ?? []);
  const [open, pending] = await Promise.all([
    invoices.listByStatus(ctx.db, linked, 'unpaid'),
    lines.listOrdersOn(
      ctx.db,
      orders.map(({ id }) => id),
      { status: 'paid', openTask: 'renew' },
    ),
  ]);
  return orders.filter(
    ({ id, unpaidInvoiceId }) => !pending.has(id) && (unpaidInvoiceId === undefined || !open.has(unpaidInvoiceId)),
  );
}

const isSame = (order: Order, seen: Order): boolean =>
  order.status === seen.status &&
  order.expiresAt?.getTime() === seen.expiresAt?.getTime() &&
  order.updatedAt.getTime() === seen.updatedAt.getTime();

async function invoiceOf(tx: Tx, id: number | undefined): Promise<Invoice | undefined> {
  return id === undefined ? undefined : invoices.findForUpdate(tx.db, id);
}

export const renewalLine = (order: Order, isTaxed: boolean): NewLine => ({
  title: order.title,
  price: order.price,
  quantity: order.quantity,
  unit: order.unit,
  period: order.period,
  type: 'order',
  task: 'renew',
  relId: String(order.id),
  isTaxed,
});

function titleOf(promo: Promo, discount: Money): string {
  if (promo.type === 'percentage') return `Promotional Code: ${promo.code} - ${promo.valueHundredths / 100}%`;
  if (promo.type === 'absolute')
    return `Promotional Code: ${promo.code} - ${toDecimal(discount)} ${discount.currency} Discount`;
  return `Promotional Code: ${promo.code}`;
}

const unknownOrder = (): AppError => notFound('order.unknown', 'Order not found');
