import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { AppError, invalidFields } from '#core/error';
import { toNumber, zero, type Money } from '#core/money';
import type { OrderStatus } from '#core/product';
import type { CheckoutService, PurchaseLine, QuotedLine } from '#modules/cart/contract';
import type { BalanceService, ClientService } from '#modules/client/contract';
import type { Currency } from '#modules/currency/contract';
import type { Invoice, PaidPart } from '#modules/invoice/contract';
import type { Order, OrderService } from '#modules/order/contract';
import type { Product, Promo } from '#modules/product/contract';
import { unknownThing } from '../failure.ts';
import { insufficient } from '../invoice/service.ts';
import { TYPE } from '../license/plan.ts';
import { PERIODS, type PeriodName } from '../license/schema.ts';
import type { Licenses, Shown } from '../license/service.ts';
import { offeredPeriods, presentPricing, pricingOf, type Pricing, type PricingNeeds } from './pricing.ts';
import { readOrderReference } from './reference.ts';
import * as purchases from './repository.ts';

export interface Wanted {
  readonly slug: string;
  readonly period: PeriodName;
  readonly coupon: string | undefined;
}

/** What a purchase would be. */
export interface Offer {
  readonly product: Product;
  readonly period: PeriodName;
  readonly promo: Promo | undefined;
  readonly pricing: Pricing;
  readonly balance: Money;
}

export interface Bought {
  readonly order: Order;
  readonly license: Shown;
  readonly invoiceId: number | undefined;
  readonly total: Money;
  readonly balance: Money;
}

/** An order with all that is shown of it. */
export interface ShownOrder {
  readonly order: Order;
  readonly product: Product | undefined;
  readonly license: Shown | undefined;
  readonly invoice: Invoice | undefined;
  readonly payment: (PaidPart & { readonly gateway: string }) | undefined;
  readonly pricing: Readonly<Record<string, unknown>> | undefined;
}

export type PaymentStatus = 'unpaid' | 'paid' | 'refunded';

export interface OrderFilter {
  readonly statuses: readonly OrderStatus[] | undefined;
  readonly paymentStatus: PaymentStatus | undefined;
}

export interface Plan {
  readonly product: Product;
  readonly currency: Currency;
  readonly pricings: ReadonlyMap<PeriodName, Pricing>;
}

export interface Purchases {
  offer(ctx: Context, clientId: number, wanted: Wanted): Promise<Offer>;
  /** From the balance to the active licence in one transaction, or nothing at all. */
  purchase(ctx: Context, clientId: number, wanted: Wanted): Promise<Bought>;
  list(ctx: Context, clientId: number, filter: OrderFilter, request: PageRequest): Promise<Page<ShownOrder>>;
  get(ctx: Context, clientId: number, reference: string): Promise<ShownOrder>;
  listPlans(ctx: Context, clientId: number): Promise<readonly Plan[]>;
  getPlan(ctx: Context, clientId: number, slug: string): Promise<Plan>;
  forget(tx: Tx, orderId: number): Promise<void>;
}

interface Needs extends PricingNeeds {
  readonly clients: ClientService;
  readonly balances: BalanceService;
  readonly checkouts: CheckoutService;
  readonly orders: OrderService;
  readonly licenses: Licenses;
}

/** Who asks for orders by how they were paid has them looked through; nobody has more. */
const MOST_LOOKED_THROUGH = 5000;

export function createPurchases(needs: Needs): Purchases {
  const { clients, balances, checkouts, products, currencies, invoices, orders, licenses } = needs;

  return {
    offer: async (ctx, clientId, wanted) => (await prepare(ctx, clientId, wanted)).offer,

    async purchase(ctx, clientId, wanted) {
      const { offer, lines, currency } = await prepare(ctx, clientId, wanted);
      if (offer.balance.amount < offer.pricing.due.amount) throw insufficient();
      const promoId = offer.promo?.id;
      const done = await atomic(ctx, async (tx) => {
        const checkedOut = await inTheWordsOfTheWire(() =>
          checkouts.checkout(tx, { clientId, lines, currency: currency.code, promoId }),
        );
        if (!checkedOut.isPaid) throw insufficient();
        const [orderId = 0] = checkedOut.orderIds;
        await activate(tx, orderId);
        const pricing = { ...presentPricing(offer.pricing), total_due: toNumber(offer.pricing.due) };
        const record = { orderId, invoiceId: checkedOut.invoiceId ?? 0, pricing, discountCode: offer.promo?.code };
        await purchases.insert(tx.db, record, tx.now);
        return checkedOut;
      });
      // The licence is there; what is left is to note on the invoice that its lines are done.
      await checkouts.activate(ctx, done);
      const [orderId = 0] = done.orderIds;
      const [order, license] = await Promise.all([orders.find(ctx, orderId), licenses.ofOrders(ctx, [orderId])]);
      const shown = license.get(orderId);
      if (order === undefined || shown === undefined) throw new Error(`Order ${orderId} was bought and is not there.`);
      const balance = (await balances.balanceOf(ctx, clientId)) ?? zero(currency.code);
      return { order, license: shown, invoiceId: done.invoiceId, total: offer.pricing.due, balance };
    },

    async list(ctx, clientId, { statuses, paymentStatus }, request) {
      const filter = { clientId, type: TYPE, statuses };
      if (paymentStatus === undefined) {
        const page = await orders.listOwn(ctx, filter, request);
        return { ...page, items: await show(ctx, page.items) };
      }
      const all = await orders.listOwn(ctx, filter, { page: 1, perPage: MOST_LOOKED_THROUGH });
      const firsts = await invoices.listFirstOf(
        ctx,
        all.items.map(({ id }) => id),
      );
      const fitting = all.items.filter((order) => paymentStatusOf(order, firsts.get(order.id)) === paymentStatus);
      const start = (request.page - 1) * request.perPage;
      const items = await show(ctx, fitting.slice(start, start + request.perPage));
      return { ...request, total: fitting.length, items };
    },

    async get(ctx, clientId, reference) {
      const id = readOrderReference(reference);
      const order = id === undefined ? undefined : await orders.findOwn(ctx, id, clientId);
      if (order?.serviceType !== TYPE) throw unknownThing('Order');
      const [shown] = await show(ctx, [order]);
      if (shown === undefined) throw unknownThing('Order');
      return shown;
    },

    listPlans: async (ctx, clientId) => plansOf(ctx, clientId, (await products.listOfType(ctx, TYPE)).filter(isPlan)),
    async getPlan(ctx, clientId, slug) {
      const product = await products.findBySlug(ctx, slug);
      const [plan] = product !== undefined && isPlan(product) ? await plansOf(ctx, clientId, [product]) : [];
      if (plan === undefined) throw unknownThing('Plan');
      return plan;
    },
    forget: (tx, orderId) => purchases.remove(tx.db, orderId),
  };

  function isPlan(product: Product): boolean {
    return (
      product.type === TYPE &&
      products.isOffered(product) &&
      !product.isHidden &&
      product.pricing.type === 'recurrent' &&
      offeredPeriods(products, product).length > 0
    );
  }

  /** One quote has the prices of all of them. */
  async function plansOf(ctx: Context, clientId: number, found: readonly Product[]): Promise<Plan[]> {
    const [currency, taxRate] = await Promise.all([currencyOf(ctx, clientId), invoices.taxRateOf(ctx, clientId)]);
    const plans = found.map((product) => ({ product, currency, pricings: new Map<PeriodName, Pricing>() }));
    const offered = plans.flatMap((plan) => offeredPeriods(products, plan.product).map((name) => ({ plan, name })));
    const wanted = offered.map(({ plan, name }) => {
      return { id: undefined, productId: plan.product.id, config: { period: PERIODS[name].code } };
    });
    const { lines } = await checkouts.quote(ctx, wanted);
    for (const [at, line] of lines.entries()) {
      const { plan, name } = offered[at] ?? {};
      if (name !== undefined) plan?.pricings.set(name, pricingOf(needs, line, { name, currency, taxRate }));
    }
    return plans;
  }

  async function currencyOf(ctx: Context, clientId: number): Promise<Currency> {
    const { currency } = await clients.get(ctx, clientId);
    return (currency === undefined ? undefined : await currencies.find(ctx, currency)) ?? currencies.default(ctx);
  }

  /** Reads everything and writes nothing. All that is wrong is said together. */
  async function prepare(
    ctx: Context,
    clientId: number,
    { slug, period, coupon }: Wanted,
  ): Promise<{ offer: Offer; lines: readonly PurchaseLine[]; currency: Currency }> {
    const wrong: Record<string, string[]> = {};
    const product = await products.findBySlug(ctx, slug);
    const isThere =
      product !== undefined && isPlan(product) && (!product.hasStockControl || product.quantityInStock > 0);
    if (!isThere) wrong['product_slug'] = ['There is no such plan.'];
    else if (!products.offersPeriod(product, PERIODS[period].code))
      wrong['billing_period'] = ['This plan is not sold for this period.'];
    const promo = coupon === undefined ? undefined : await promoOf(ctx, clientId, coupon);
    if (coupon !== undefined && promo === undefined) wrong['discount_code'] = ['This code cannot be used.'];
    if (product === undefined || Object.keys(wrong).length > 0) throw invalidFields(wrong);

    const { lines, quote } = await inTheWordsOfTheWire(async () => {
      const chosen = await checkouts.choose(ctx, {
        productId: product.id,
        asked: { period: PERIODS[period].code, quantity: 1 },
      });
      return { lines: chosen, quote: await checkouts.quote(ctx, chosen, promo?.id) };
    });
    const [line] = quote.lines;
    if (line === undefined) throw new Error('A quote of a plan has a line.');
    if (promo !== undefined && !isApplied(promo, line)) throw badCode();
    const [currency, taxRate] = await Promise.all([currencyOf(ctx, clientId), invoices.taxRateOf(ctx, clientId)]);
    const pricing = pricingOf(needs, line, { name: period, currency, taxRate });
    const balance = (await balances.balanceOf(ctx, clientId)) ?? zero(currency.code);
    return { offer: { product, period, promo, pricing, balance }, lines, currency };
  }

  async function promoOf(ctx: Context, clientId: number, code: string): Promise<Promo | undefined> {
    const { promos } = products;
    const promo = await promos.findByCode(ctx, code);
    if (promo === undefined || !['percentage', 'absolute'].includes(promo.type)) return undefined;
    const { groupId } = await clients.get(ctx, clientId);
    if (!promos.isValid(promo, ctx.now) || !promos.isForGroup(promo, groupId)) return undefined;
    const isSpent = promo.isOncePerClient && (await promos.isRedeemedBy(ctx, promo.id, clientId));
    return isSpent ? undefined : promo;
  }

  function isApplied(promo: Promo, { product, period, quantity, price }: QuotedLine): boolean {
    return products.promos.isEligible(promo, {
      productId: product.id,
      isAddon: false,
      period,
      quantity,
      price,
    });
  }

  /** Whatever hinders it undoes the purchase, and is ours to look into. */
  async function activate(tx: Tx, orderId: number): Promise<void> {
    try {
      await orders.activate(tx, orderId);
    } catch (error) {
      if (error instanceof AppError && error.kind !== 'unavailable')
        throw new Error('The licence of a purchase could not be activated.', { cause: error });
      throw error;
    }
  }

  async function show(ctx: Context, found: readonly Order[]): Promise<ShownOrder[]> {
    const ids = found.map(({ id }) => id);
    const [catalogue, owned, firsts, frozen] = await Promise.all([
      products.findAll(ctx, [...new Set(found.map(({ productId }) => productId))]),
      licenses.ofOrders(ctx, ids),
      invoices.listFirstOf(ctx, ids),
      purchases.listOf(ctx.db, ids),
    ]);
    const parts = await invoices.listPayments(ctx, [...new Set([...firsts.values()].map(({ id }) => id))]);
    const titles = new Map<number, string>();
    for (const { gatewayId } of [...parts.values()].flat())
      if (gatewayId !== undefined && !titles.has(gatewayId))
        titles.set(gatewayId, (await invoices.payments.find(ctx, gatewayId))?.title ?? 'gateway');
    return found.map((order) => {
      const invoice = firsts.get(order.id);
      const part = parts.get(invoice?.id ?? 0)?.find(({ amount }) => amount.amount > 0);
      const gateway = part?.source === 'credit' ? 'balance' : (titles.get(part?.gatewayId ?? 0) ?? 'manual');
      return {
        order,
        product: catalogue.get(order.productId),
        license: owned.get(order.id),
        invoice: invoice?.isApproved === true ? invoice : undefined,
        payment: part && { ...part, gateway },
        pricing: frozen.get(order.id)?.pricing,
      };
    });
  }
}

/** Without an invoice nothing is owed; what is not set up has not been paid either way. */
export function paymentStatusOf({ status }: Order, invoice: Invoice | undefined): PaymentStatus {
  if (invoice?.status === 'refunded') return 'refunded';
  if (invoice !== undefined) return invoice.status === 'paid' ? 'paid' : 'unpaid';
  return status === 'pending_setup' ? 'unpaid' : 'paid';
}

/** What others refuse between the look and the purchase: somebody took the last piece or the last use of a code. */
async function inTheWordsOfTheWire<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || !['conflict', 'invalid_input', 'not_found'].includes(error.kind)) throw error;
    if (/promo/i.test(error.code)) throw badCode();
    throw invalidFields({ product_slug: [error.message] });
  }
}

const badCode = (): AppError => invalidFields({ discount_code: ['This code cannot be used.'] });
