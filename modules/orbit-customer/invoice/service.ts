import { atomic, type Context } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { money, subtract, zero, type Money } from '#core/money';
import type { BalanceService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { Invoice, InvoiceFilter, Invoicing, PaidPart } from '#modules/invoice/contract';
import type { OrderService } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import { refusal, unknownThing } from '../failure.ts';
import type { Licenses, Shown } from '../license/service.ts';
import * as topups from '../topup/repository.ts';
import { readReference } from './reference.ts';

/** An invoice with all that is shown of it. */
export interface ShownInvoice {
  readonly invoice: Invoice;
  readonly parts: readonly ShownPart[];
  /** By the id of their order. */
  readonly licenses: ReadonlyMap<number, Shown>;
  readonly discountCode: string | undefined;
}

export interface ShownPart extends PaidPart {
  readonly gateway: string;
  readonly reference: string;
}

export interface PaidFromBalance {
  readonly used: Money;
  readonly remainder: Money;
  readonly invoice: Invoice;
  readonly balance: Money;
}

/** Approved invoices of one client; others do not exist. */
export interface OwnInvoices {
  list(ctx: Context, clientId: number, filter: InvoiceFilter, request: PageRequest): Promise<Page<ShownInvoice>>;
  get(ctx: Context, clientId: number, which: string): Promise<ShownInvoice>;
  /** Takes what there is, up to what is due. */
  pay(ctx: Context, clientId: number, which: string): Promise<PaidFromBalance>;
}

interface Needs {
  readonly invoices: Invoicing;
  readonly balances: BalanceService;
  readonly currencies: CurrencyService;
  readonly orders: OrderService;
  readonly products: ProductService;
  readonly licenses: Licenses;
}

export function createOwnInvoices(needs: Needs): OwnInvoices {
  const { invoices, balances, currencies, orders, products, licenses } = needs;

  return {
    async list(ctx, clientId, filter, request) {
      const page = await invoices.list(ctx, { ...filter, clientId, isApproved: true }, request);
      return { ...page, items: await show(ctx, page.items) };
    },

    async get(ctx, clientId, which) {
      const [shown] = await show(ctx, [await getOwn(ctx, clientId, which)]);
      if (shown === undefined) throw unknownThing('Invoice');
      return shown;
    },

    async pay(ctx, clientId, which) {
      const paid = await atomic(ctx, async (tx) => {
        const { id } = await getOwn(tx, clientId, which);
        const balance = await balances.lockBalance(tx, clientId);
        const invoice = await invoices.getForUpdate(tx, id);
        const { due } = invoices.totals(invoice);
        if (invoice.status !== 'unpaid' || invoices.kindOf(invoice) === 'deposit') throw notPayable();
        if (due.amount <= 0) {
          await invoices.payWithCredit(tx, id);
          return { id, used: zero(due.currency), due };
        }
        if (balance === undefined || balance.amount <= 0) throw insufficient();
        if (balance.currency !== due.currency) {
          // Another currency is only paid whole: a part of it would be owed at two rates.
          const cost = await converted(tx, due, balance.currency);
          if (cost.amount > balance.amount) throw insufficient();
          const description = `Payment for invoice #${invoice.nr ?? id} using account credit.`;
          const line = { clientId, amount: money(-cost.amount, cost.currency), description, type: 'invoice' };
          await balances.book(tx, { ...line, relId: String(id) });
          await invoices.settle(tx, id, { source: 'credit' });
          return { id, used: due, due };
        }
        const used = money(Math.min(balance.amount, due.amount), due.currency);
        await invoices.applyCredit(tx, id, used);
        return { id, used, due };
      });
      const invoice = await invoices.get(ctx, paid.id);
      if (invoice.status === 'paid') await invoices.runTasks(ctx, paid.id);
      const balance = (await balances.balanceOf(ctx, clientId)) ?? zero(paid.due.currency);
      return { used: paid.used, remainder: subtract(paid.due, paid.used), invoice, balance };
    },
  };

  /** Asked for together with its owner, so that looking for what is somebody else's takes as long as for what is nobody's. */
  async function getOwn(ctx: Context, clientId: number, which: string): Promise<Invoice> {
    const id = readReference(which);
    const own = { id, clientId, isApproved: true };
    const [invoice] = id === undefined ? [] : (await invoices.list(ctx, own, { page: 1, perPage: 1 })).items;
    if (invoice === undefined) throw unknownThing('Invoice');
    return invoice;
  }

  async function show(ctx: Context, found: readonly Invoice[]): Promise<ShownInvoice[]> {
    const ids = found.map(({ id }) => id);
    const orderIds = [...new Set(found.flatMap(ordersOn))];
    const [parts, owned, bought, credited] = await Promise.all([
      invoices.listPayments(ctx, ids),
      licenses.ofOrders(ctx, orderIds),
      orders.findAll(ctx, orderIds),
      topups.listByInvoice(ctx.db, ids),
    ]);
    const gateways = new Map<number, string>();
    for (const part of [...parts.values()].flat()) {
      if (part.gatewayId === undefined || gateways.has(part.gatewayId)) continue;
      gateways.set(part.gatewayId, (await invoices.payments.find(ctx, part.gatewayId))?.title ?? 'gateway');
    }
    const promoIds = [...bought.values()].flatMap(({ promoId }) => promoId ?? []);
    const promos = await products.promos.findAll(ctx, [...new Set(promoIds)]);
    return found.map((invoice) => {
      const signature = credited.get(invoice.id)?.signature;
      const promoId = ordersOn(invoice)
        .map((id) => bought.get(id)?.promoId)
        .find((id) => id !== undefined);
      return {
        invoice,
        licenses: new Map(ordersOn(invoice).flatMap((id) => {
          const license = owned.get(id);
          return license === undefined ? [] : [[id, license] as const];
        })), // prettier-ignore
        discountCode: promoId === undefined ? undefined : promos.get(promoId)?.code,
        parts: (parts.get(invoice.id) ?? []).map((part) => ({
          ...part,
          gateway: signature === undefined ? gatewayOf(part, gateways) : 'solana',
          reference: signature ?? String(part.transactionId ?? part.id),
        })),
      };
    });
  }

  async function converted(ctx: Context, amount: Money, to: string): Promise<Money> {
    const [from, into, base] = await Promise.all([
      currencies.find(ctx, amount.currency),
      currencies.find(ctx, to),
      currencies.default(ctx),
    ]);
    if (from === undefined || into === undefined)
      throw refusal('conflict', 'invoice_not_payable', `There is no rate between ${amount.currency} and ${to}.`);
    return currencies.fromDefault(currencies.toDefault(amount, from, base.code), into);
  }
}

export const ordersOn = ({ lines }: Invoice): number[] => [
  ...new Set(lines.flatMap(({ type, relId }) => (type === 'order' && relId !== undefined ? [Number(relId)] : []))),
];

function gatewayOf({ source, gatewayId }: PaidPart, titles: ReadonlyMap<number, string>): string {
  if (source === 'credit') return 'balance';
  return (gatewayId === undefined ? undefined : titles.get(gatewayId)) ?? 'manual';
}

const notPayable = () => refusal('conflict', 'invoice_not_payable', 'This invoice cannot be paid from the balance.');
export const insufficient = () => refusal('conflict', 'insufficient_balance', 'The balance is not sufficient.');
