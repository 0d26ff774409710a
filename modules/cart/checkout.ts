import { later, MINUTE } from '#core/clock';
import type { Context, Tx } from '#core/context';
import { conflict, notFound } from '#core/error';
import { NotYet } from '#core/listener';
import { multiply, subtract, sum, zero, type Money } from '#core/money';
import { randomHex } from '#core/secret';
import type { BalanceService, Client, ClientService } from '#modules/client/contract';
import type { Currency, CurrencyService } from '#modules/currency/contract';
import type { InvoiceService, NewLine } from '#modules/invoice/contract';
import { orderCheckedOut, type Order, type OrderService } from '#modules/order/contract';
import type { Product, ProductService, Promo } from '#modules/product/contract';
import type { ProductTypes } from '#core/product';
import { type CheckoutService, type PurchaseLine, type Quote, type QuotedLine, type Unfinished } from './contract.ts';
import { textOf } from './input.ts';
import { isAboveZero, priced, productsIn, setupToPay, tooMuch, totalled } from './pricing.ts';
import { presentItem } from './schema.ts';
import type { Shelf } from './shelf.ts';

interface Needs {
  readonly shelf: Shelf;
  readonly clients: ClientService;
  readonly balances: BalanceService;
  readonly products: ProductService;
  readonly currencies: CurrencyService;
  readonly orders: OrderService;
  readonly invoices: InvoiceService;
  readonly productTypes: ProductTypes;
}

export interface Checkouts extends CheckoutService {
  /** `activate` for a checkout whose caller died before it came to that. */
  resume(ctx: Context, done: Unfinished): Promise<void>;
}

/** An order with what stands on the invoice for it. */
interface Placed {
  readonly order: Order;
  readonly discount: Money;
  readonly lines: readonly NewLine[];
}

/** Until then the caller of a checkout is at work on it. */
const CALLER_MS = MINUTE;

export function createCheckouts(needs: Needs): Checkouts {
  const { shelf, clients, balances, products, currencies, orders, invoices, productTypes } = needs;
  const { promos } = products;
  return {
    choose: async (ctx, choice) => shelf.configure(ctx, await shelf.pick(ctx, choice)),

    async quote(ctx, lines, promoId) {
      const promo = promoId === undefined ? undefined : await getPromo(ctx, promoId);
      return quoteOf(ctx, lines, await products.findAll(ctx, productsIn(lines)), promo);
    },

    async checkout(
      tx,
      { clientId, lines, currency: code, promoId, gatewayId, groupId = randomHex(13), isUnapproved = false },
    ) {
      await balances.lockBalance(tx, clientId);
      const client = await clients.get(tx, clientId);
      const promo = promoId === undefined ? undefined : await getUsablePromo(tx, promoId, client);
      if (lines.length === 0) throw conflict('cart.empty', 'Cannot checkout an empty cart');
      const currency = await settledCurrency(tx, client, code);
      await currencies.keepDefault(tx); // before the products, as does who changes it
      const quote = await quoteOf(tx, lines, await products.lockAll(tx, productsIn(lines)), promo);
      refuseOutOfStock(quote);

      const isTaxed = await invoices.isTaxable(tx, clientId);
      const placed: Placed[] = [];
      for (const line of quote.lines) {
        const placing = { clientId, groupId, isGroupMaster: placed.length === 0, promo, currency, isTaxed };
        placed.push(await place(tx, line, placing));
      }
      const orderIds = placed.map(({ order }) => order.id);
      const due = isAboveZero(quote.total) ? placed.flatMap((one) => one.lines) : [];
      const invoiceId = isAboveZero(sumOf(due, code))
        ? (await invoices.issue(tx, { clientId, currency: code, lines: due, gatewayId })).id
        : undefined;
      if (promo !== undefined) await redeem(tx, promo, placed, invoiceId);
      if (invoiceId !== undefined) await orders.linkInvoice(tx, orderIds, invoiceId);
      const isPaid = invoiceId === undefined || (!isUnapproved && (await approve(tx, invoiceId)));
      await tx.emit(orderCheckedOut, {
        clientId,
        masterId: orderIds[0] ?? 0,
        orderIds,
        ...(invoiceId !== undefined && { invoiceId }),
        ...(tx.ip !== undefined && { ip: tx.ip }),
      });
      return { clientId, orderIds, invoiceId, isPaid };
    },

    activate,

    async resume(ctx, done) {
      const [first] = done.orderIds;
      const order = first === undefined ? undefined : await orders.find(ctx, first);
      const isCallerDone = order === undefined || ctx.now >= later(order.createdAt, CALLER_MS);
      if (!isCallerDone) throw new NotYet(later(order.createdAt, CALLER_MS));
      await activate(ctx, done);
    },
  };

  async function quoteOf(
    ctx: Context,
    lines: readonly PurchaseLine[],
    found: ReadonlyMap<number, Product>,
    promo: Promo | undefined,
  ): Promise<Quote> {
    const { code: currency } = await currencies.default(ctx);
    const quoted = lines.map((line) => {
      const product = found.get(line.productId);
      if (product === undefined || !isForSale(product)) throw notForSale();
      return priced(line, product, { products, currency, promo });
    });
    return totalled(quoted, currency);
  }

  function isForSale({ isActive, status, type }: Product): boolean {
    return isActive && status === 'enabled' && productTypes.find(type) !== undefined;
  }

  async function getPromo(ctx: Context, id: number): Promise<Promo> {
    const promo = await promos.find(ctx, id);
    if (promo === undefined) throw notFound('cart.promo_unknown', 'Promo not found');
    return promo;
  }

  async function getUsablePromo(tx: Tx, id: number, client: Client): Promise<Promo> {
    const promo = await getPromo(tx, id);
    const isRedeemed = promo.isOncePerClient && (await promos.isRedeemedBy(tx, id, client.id));
    if (!promos.isValid(promo, tx.now) || isRedeemed)
      throw conflict(
        'cart.promo_redeemed',
        'You have already used this promo code. Please remove the promo code and checkout again.',
      );
    if (!promos.isForGroup(promo, client.groupId)) throw wrongGroup();
    return promo;
  }

  async function settledCurrency(tx: Tx, client: Client, code: string): Promise<Currency> {
    const currency = await currencies.find(tx, code);
    if (currency === undefined) throw notFound('cart.currency_unknown', 'Currency not found');
    if (client.currency === undefined) await clients.settleCurrency(tx, client.id, code);
    else if (client.currency !== code)
      throw conflict(
        'cart.currency_differs',
        `Selected currency ${code} does not match your profile currency ${client.currency}. ` +
          'Please change cart currency to continue.',
      );
    return currency;
  }

  async function place(
    tx: Tx,
    quoted: QuotedLine,
    { clientId, groupId, isGroupMaster, promo, currency, isTaxed }: Placing,
  ): Promise<Placed> {
    const { line, product, period, quantity } = quoted;
    const { unit: price, discount } = lineAmounts(quoted, (amount) => converted(amount, currency));
    const order = await orders.place(tx, {
      clientId,
      product,
      groupId,
      isGroupMaster,
      title: product.title,
      currency: currency.code,
      period,
      quantity,
      price,
      discount,
      promo: promo && { id: promo.id, isRecurring: promo.isRecurring },
      notes: textOf(line.config['notes']),
      config: presentItem(quoted),
    });
    const { title, unit } = order;
    const relId = String(order.id);
    const lines: NewLine[] = [
      { title, price, quantity, unit, period, isTaxed, type: 'order', task: 'activate', relId },
    ];
    if (discount.amount > 0)
      lines.push({
        title: `Discount: ${product.title}`,
        price: subtract(zero(currency.code), discount),
        unit: 'discount',
        isTaxed,
        type: 'custom',
        task: 'void',
        relId,
      });
    if (quoted.price.setup.amount > 0)
      lines.push({
        title: `${product.title} setup`,
        price: converted(setupToPay(quoted), currency),
        unit: 'service',
        isTaxed,
        type: 'custom',
        task: 'void',
      });
    return { order, discount, lines };
  }

  function converted(amount: Money, currency: Currency): Money {
    try {
      return currencies.fromDefault(amount, currency);
    } catch (error) {
      if (error instanceof RangeError) throw tooMuch();
      throw error;
    }
  }

  async function redeem(
    tx: Tx,
    { id: promoId }: Promo,
    placed: readonly Placed[],
    invoiceId: number | undefined,
  ): Promise<void> {
    const status = invoiceId === undefined ? 'committed' : 'reserved';
    for (const { order, discount } of placed) {
      const { id: orderId, clientId } = order;
      await promos.redeem(tx, { promoId, clientId, orderId, invoiceId, phase: 'checkout', status, discount });
    }
  }

  /** Whether the balance paid it. */
  async function approve(tx: Tx, invoiceId: number): Promise<boolean> {
    await invoices.approve(tx, invoiceId, { usesCredit: true });
    return (await invoices.get(tx, invoiceId)).status === 'paid';
  }

  async function activate(ctx: Context, { orderIds, invoiceId }: Unfinished) {
    const invoice = invoiceId === undefined ? undefined : await invoices.find(ctx, invoiceId);
    if (invoice?.status === 'paid') await invoices.runTasks(ctx, invoice.id);
    for (const id of orderIds) {
      // Read one after the other: the first of a group takes the others along.
      const order = await orders.find(ctx, id);
      if (order?.status !== 'pending_setup') continue;
      const setup = (await products.find(ctx, order.productId))?.setup;
      if (setup === 'after_order' || (setup === 'after_payment' && invoiceId === undefined))
        await orders.tryActivate(ctx, id);
    }
  }
}

interface Placing {
  readonly clientId: number;
  readonly groupId: string;
  readonly isGroupMaster: boolean;
  readonly promo: Promo | undefined;
  readonly currency: Currency;
  readonly isTaxed: boolean;
}

/** What a line costs in the currency it is paid in; the cart's page says the same as the invoice will. */
export function lineAmounts({ price, quantity, discount, total }: QuotedLine, convert: (amount: Money) => Money) {
  const unit = convert(price.price);
  const whole = multiply(unit, quantity);
  // What is free is free in every currency, however the price of one unit was rounded.
  const isFree = discount.price.amount === total.amount;
  return { unit, whole, discount: isFree ? whole : convert(discount.price) };
}

/** Counted over all lines of a product, once. */
function refuseOutOfStock({ lines }: Quote): void {
  const wanted = new Map<number, number>();
  for (const { product, quantity } of lines) {
    const sofar = (wanted.get(product.id) ?? 0) + quantity;
    wanted.set(product.id, sofar);
    if (product.hasStockControl && sofar > product.quantityInStock)
      throw conflict('cart.out_of_stock', 'Unable to complete order. One or more selected products are out of stock.');
  }
}

const sumOf = (lines: readonly NewLine[], currency: string): Money =>
  sum(
    lines.map(({ price, quantity = 1 }) => multiply(price, quantity)),
    currency,
  );

const notForSale = () =>
  conflict('cart.not_for_sale', 'Unable to complete order. One or more of the selected products are invalid.');

export const wrongGroup = () => conflict('cart.promo_group', 'Promo code cannot be applied to your account');
