import { DAY, later } from '#core/clock';
import type { Demo, DemoRun, Draw } from '#core/demo';
import { money, multiply } from '#core/money';
import type { ProductTypes } from '#core/product';
import type { Tx } from '#core/context';
import type { ClientService } from '#modules/client/contract';
import type { Currency, CurrencyService } from '#modules/currency/contract';
import type { Product, ProductService, Promo } from '#modules/product/contract';
import type { Order } from './contract.ts';
import { storyOf, type Story } from './demo-story.ts';
import * as rows from './repository-demo.ts';

interface Needs {
  readonly clients: ClientService;
  readonly currencies: CurrencyService;
  readonly products: ProductService;
  readonly productTypes: ProductTypes;
}

interface Made {
  readonly order: Order;
  readonly story: Story;
}

/** Room for bills that nobody ordered anything with. */
const SHARE_FOR_ORDERS = 0.94;
/** Invoices that one order may need at most. */
const MOST_PERIODS = 24;
const BOUGHT_SHARE = 0.85;
const PROMO_SHARE = 0.04;
const ADDON_SHARE = 0.06;

/** What people have ordered in the course of the story, with what became of it. */
export function orderDemo({ clients, currencies, products, productTypes }: Needs): Demo {
  return {
    noun: 'orders',
    count: (ctx) => rows.countOrders(ctx.db),

    async fill(run) {
      const { ctx, sizes, made } = run;
      const first = await rows.nextOrderId(ctx.db);
      const shelf = [...(await products.findAll(ctx, idsOf(run, 'product'))).values()];
      const promos = [...(await products.promos.findAll(ctx, idsOf(run, 'promo'))).values()];
      const rates = new Map((await currencies.list(ctx)).map((currency) => [currency.code, currency]));
      const base = await currencies.default(ctx);
      const people = made.get('client') ?? { first: 0, count: 0 };
      const count = people.count === 0 || shelf.length === 0 ? 0 : sizes.orders;
      made.set('client_order', { first, count });
      const priceIn = (currency: Currency) => (product: Product, period: string | undefined) =>
        currencies.fromDefault(products.priceOf(product, period).price, currency);
      const hasAddons = shelf.some(({ isAddon }) => isAddon);
      let left = Math.floor(sizes.invoices * SHARE_FOR_ORDERS);
      let master: Order | undefined;

      await run.inPieces(
        count,
        async (from, size) => {
          const owners = Array.from({ length: size }, (_, index) => ownerOf(run, from + index));
          const found = await clients.summaries(ctx, [...new Set(owners)]);
          return owners.map((clientId, index): Made => {
            const n = from + index;
            const draw = run.draw('order', n);
            const allowance = allowanceOf(draw, left, count - n);
            const currency = rates.get(found.get(clientId)?.currency ?? '') ?? base;
            const parent = hasAddons && master?.clientId === clientId && draw.chance(0.5) ? master : undefined;
            const id = first + n;
            const price = priceIn(currency);
            const one = orderAt(run, {
              draw,
              n,
              id,
              clientId,
              currency,
              price,
              configure,
              shelf,
              promos,
              parent,
              allowance,
            });
            if (one.order.isGroupMaster) master = one.order;
            left -= invoicesOf(one, run.now);
            return one;
          });
        },
        write,
      );
    },
  };

  /** With what was delivered for them, which their rows name. */
  async function write(tx: Tx, made: readonly Made[]): Promise<void> {
    const delivered = new Map<number, number>();
    const shown = made.map(({ order }) => order).filter(({ status }) => status !== 'pending_setup');
    for (const name of new Set(shown.map(({ serviceType }) => serviceType))) {
      const ofType = shown.filter(({ serviceType }) => serviceType === name);
      const ids = await productTypes.find(name)?.demo?.deliver(tx, ofType);
      ofType.forEach(({ id }, index) => delivered.set(id, ids?.[index] ?? 0));
    }
    await rows.insertOrders(
      tx.db,
      made.map(({ order, story }) => ({
        order: { ...order, serviceId: delivered.get(order.id) },
        anchorDay: story.anchorDay,
      })),
    );
    await rows.insertHistory(
      tx.db,
      made.flatMap(({ order, story }) => story.history.map((line) => ({ ...line, orderId: order.id }))),
    );
    const waiting = made.map(({ order }) => order).filter((order) => order.status === 'pending_setup');
    const found = await products.findAll(tx, [...new Set(waiting.map(({ productId }) => productId))]);
    await rows.insertReserved(
      tx.db,
      waiting.filter(
        ({ productId, invoiceOption }) => invoiceOption === 'issue-invoice' && found.get(productId)?.hasStockControl,
      ),
    );
    for (const { order } of made) if (order.promoId !== undefined) await products.promos.use(tx, order.promoId);
  }

  function configure(product: Product, period: string | undefined): Order['config'] {
    const type = productTypes.find(product.type);
    const asked = { quantity: 1, ...(period !== undefined && { period }) };
    return type?.configure?.(product.config, asked) ?? asked;
  }
}

const idsOf = ({ made }: DemoRun, table: string): number[] => {
  const { first, count } = made.get(table) ?? { first: 0, count: 0 };
  return Array.from({ length: count }, (_, index) => first + index);
};

/** Early orders are of early clients. Some follow another order of the same client, as its add-on. */
function ownerOf(run: DemoRun, n: number): number {
  const draw = run.draw('owner', n);
  if (n > 0 && draw.chance(ADDON_SHARE)) return ownerOf(run, n - 1);
  const { first, count } = run.made.get('client') ?? { first: 0, count: 0 };
  return first + draw.int(0, Math.floor((count - 1) * Math.min(1, (n + 1) / Math.max(run.sizes.orders, 1))));
}

/** How many invoices this order may need, when `left` are to suffice for all that follow. */
function allowanceOf(draw: Draw, left: number, ordersLeft: number): number {
  const more = Math.floor(-Math.log(1 - draw.fraction()) * Math.max(left / ordersLeft - 1, 0) * 1.4);
  return Math.max(1, Math.min(1 + more, MOST_PERIODS, left - ordersLeft + 1));
}

interface Place {
  readonly draw: Draw;
  readonly n: number;
  readonly id: number;
  readonly clientId: number;
  readonly currency: Currency;
  readonly price: (product: Product, period: string | undefined) => Order['price'];
  readonly configure: (product: Product, period: string | undefined) => Order['config'];
  readonly shelf: readonly Product[];
  readonly promos: readonly Promo[];
  readonly parent: Order | undefined;
  readonly allowance: number;
}

function orderAt(run: DemoRun, place: Place): Made {
  const { draw, n, id, clientId, currency, shelf, promos, parent, allowance } = place;
  const product = draw.pick(shelf.filter(({ isAddon }) => isAddon === (parent !== undefined)));
  const span = run.now.getTime() - run.since.getTime();
  const createdAt = new Date(run.since.getTime() + Math.floor((span * (n + draw.fraction())) / run.sizes.orders));
  const isBought = draw.chance(BOUGHT_SHARE);
  const story = storyOf({
    draw,
    product,
    isBought,
    isAddon: parent !== undefined,
    createdAt,
    now: run.now,
    mostPeriods: allowance,
  });
  const quantity = draw.chance(0.9) ? 1 : draw.int(2, 5);
  const price = place.price(product, story.period);
  const total = multiply(price, quantity);
  const promo =
    isBought && total.amount > 0 && draw.chance(PROMO_SHARE) && promos.length > 0 ? draw.pick(promos) : undefined;
  const order: Order = {
    id,
    clientId,
    productId: product.id,
    formId: undefined,
    promoId: promo?.id,
    isPromoRecurring: promo?.isRecurring,
    promoUsed: promo && 1,
    groupId: parent?.groupId ?? `demo${id.toString(16).padStart(9, '0')}`,
    isGroupMaster: parent === undefined,
    invoiceOption: isBought ? 'issue-invoice' : 'no-invoice',
    title: product.title,
    currency: currency.code,
    unpaidInvoiceId: undefined,
    serviceId: undefined,
    serviceType: product.type,
    period: story.period,
    quantity,
    unit: product.unit,
    price,
    discount: promo && money(Math.ceil(total.amount / 10), currency.code),
    status: story.status,
    reason: story.reason,
    notes: undefined,
    config: place.configure(product, story.period),
    suspensionGraceDays: undefined,
    referredBy: undefined,
    activatedAt: story.activatedAt,
    expiresAt: story.expiresAt,
    suspendedAt: story.suspendedAt,
    unsuspendedAt: undefined,
    canceledAt: story.canceledAt,
    createdAt,
    updatedAt: story.history.at(-1)?.at ?? createdAt,
  };
  return { order, story };
}

/** Invoices this order needs: the first, one for each renewal, and the one that nobody has paid yet. */
function invoicesOf({ order, story }: Made, now: Date): number {
  if (order.invoiceOption !== 'issue-invoice' || order.price.amount === 0) return 0;
  const renewals = story.history.filter(({ notes }) => notes === 'Order renewed').length;
  const isOpen = order.expiresAt !== undefined && order.status !== 'canceled' && order.expiresAt < later(now, 14 * DAY);
  return 1 + renewals + (isOpen ? 1 : 0);
}
