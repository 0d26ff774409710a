import { randomHex } from '#core/secret';
import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidInput, notFound, type AppError } from '#core/error';
import type { Money } from '#core/money';
import type { ProductTypes, Settings } from '#core/product';
import type { Client, ClientService } from '#modules/client/contract';
import type { Currency, CurrencyService } from '#modules/currency/contract';
import type { Product, ProductService } from '#modules/product/contract';
import type { BillingDesk } from './billing.ts';
import { orderBeingCreated, orderCreated, type Order, type Placement, type StaffPayment } from './contract.ts';
import * as history from './repository-history.ts';
import * as metas from './repository-meta.ts';
import * as orders from './repository.ts';
import { checkedPeriod, checkedPrice } from './rules.ts';
import type { Stock } from './stock.ts';
import { announce } from './transitions.ts';

/** What staff may say of a new order (commerce spec 8.8). */
export interface NewOrder {
  readonly clientId: number;
  readonly productId: number;
  readonly quantity?: number | undefined;
  /** Per unit in the order's currency, not converted; absent: the catalogue's. */
  readonly price?: string | number | undefined;
  readonly period?: string | undefined;
  readonly config?: Settings | undefined;
  readonly currency?: string | undefined;
  readonly groupId?: string | undefined;
  readonly title?: string | undefined;
  readonly invoiceOption?: string | undefined;
  readonly skipsValidation?: boolean | undefined;
  readonly notes?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly updatedAt?: Date | undefined;
  /** Set when staff were paid already. */
  readonly payment?: StaffPayment | undefined;
  readonly meta?: Readonly<Record<string, string>> | undefined;
}

/** How orders come to be: staff make one, or a checkout does. */
export interface Creation {
  /** `sent` is what was asked for as it came, for those who listen in the words of a foreign contract. */
  create(ctx: Context, order: NewOrder, sent: Settings): Promise<number>;
  place(tx: Tx, placement: Placement): Promise<Order>;
}

interface Needs {
  readonly clients: ClientService;
  readonly products: ProductService;
  readonly currencies: CurrencyService;
  readonly productTypes: ProductTypes;
  readonly stock: Stock;
  readonly billing: BillingDesk;
}

export function createCreation({ clients, products, currencies, productTypes, stock, billing }: Needs): Creation {
  return {
    async create(ctx, asked, sent) {
      const client = await clients.get(ctx, asked.clientId);
      const product = await products.get(ctx, asked.productId);
      await checkPayment(ctx, asked);
      const currency = await currencyOf(ctx, asked.currency, client);
      const period = asked.period ? checkedPeriod(asked.period) : undefined;
      const price =
        asked.price === undefined ? catalogPrice(product, period, currency) : checkedPrice(asked.price, currency.code);
      const quantity = Math.max(1, Math.trunc(asked.quantity ?? 1));
      if (!Number.isSafeInteger(price.amount * quantity))
        throw invalidInput('order.price', 'Price must be a valid number.');
      if (product.hasStockControl && product.quantityInStock < quantity) throw outOfStock(product.id);
      const config = configured(
        product,
        { ...asked.config, ...(period && { period }) },
        asked.skipsValidation ?? false,
      );
      const { id, invoiceId } = await atomic(ctx, async (tx) => {
        await tx.ask(orderBeingCreated, { productId: product.id, serviceType: product.type, sent });
        const order = await insert(tx, {
          ...UNSET,
          clientId: client.id,
          productId: product.id,
          formId: product.formId,
          ...(await groupOf(tx, product, asked)),
          invoiceOption: asked.invoiceOption || 'no-invoice',
          title: asked.title || product.title,
          currency: currency.code,
          serviceType: product.type,
          period,
          quantity,
          unit: product.unit,
          price,
          notes: asked.notes,
          config,
          createdAt: asked.createdAt ?? tx.now,
          updatedAt: asked.updatedAt ?? tx.now,
        });
        await metas.merge(tx.db, order.id, asked.meta ?? {}, tx.now);
        const issued = order.invoiceOption === ISSUES ? await billing.current()?.issue(tx, order) : undefined;
        if (issued !== undefined) await orders.linkInvoice(tx.db, [order.id], issued, tx.now);
        await announce(tx, orderCreated, order);
        await tx.record(`Created order #${order.id}`);
        return { id: order.id, invoiceId: issued };
      });
      if (invoiceId !== undefined) await billing.current()?.settle(ctx, invoiceId, asked.payment);
      return id;
    },

    async place(tx, line) {
      const { product, promo } = line;
      const order = await insert(tx, {
        ...UNSET,
        clientId: line.clientId,
        productId: product.id,
        formId: product.formId,
        promoId: promo?.id,
        isPromoRecurring: promo?.isRecurring,
        promoUsed: promo && 1,
        groupId: line.groupId,
        isGroupMaster: line.isGroupMaster,
        invoiceOption: ISSUES,
        title: line.title,
        currency: line.currency,
        serviceType: product.type,
        period: line.period,
        quantity: line.quantity,
        unit: product.unit,
        price: line.price,
        discount: line.discount,
        notes: line.notes,
        config: line.config,
        createdAt: tx.now,
        updatedAt: tx.now,
      });
      if (promo !== undefined) await products.promos.use(tx, promo.id);
      await stock.reserve(tx, order);
      await history.insert(tx.db, order.id, order.status, history.BOUGHT, tx.now);
      return order;
    },
  };

  async function checkPayment(ctx: Context, { payment, invoiceOption }: NewOrder): Promise<void> {
    if (payment === undefined) return;
    if (invoiceOption !== ISSUES)
      throw invalidInput('order.nothing_to_pay', 'Marking an invoice as paid requires the order to issue an invoice.');
    await billing.current()?.checkPayment(ctx, payment);
  }

  async function currencyOf(ctx: Context, asked: string | undefined, client: Client): Promise<Currency> {
    const code = asked || client.currency;
    const currency = code ? await currencies.find(ctx, code) : await currencies.default(ctx);
    if (currency === undefined) throw invalidInput('order.currency', 'Currency could not be determined for order');
    return currency;
  }

  function catalogPrice(product: Product, period: string | undefined, currency: Currency): Money {
    if (product.pricing.type === 'recurrent' && period === undefined)
      throw invalidInput(
        'order.period_missing',
        `Product ${product.id} payment type is recurrent, but period was not selected`,
      );
    return currencies.fromDefault(products.priceOf(product, period).price, currency);
  }

  function configured(product: Product, asked: Settings, skipsValidation: boolean): Settings {
    const type = productTypes.find(product.type);
    if (type === undefined) throw conflict('order.type_missing', `Product type ${product.type} is not registered.`);
    const config = type.configure?.(product.config, asked) ?? asked;
    if (!skipsValidation) type.validate?.(config);
    return config;
  }

  /** An add-on belongs to the group of a master order of the same client; everything else begins a group. */
  async function groupOf(
    tx: Tx,
    product: Product,
    { groupId, clientId }: NewOrder,
  ): Promise<{ groupId: string; isGroupMaster: boolean }> {
    if (product.isAddon && !groupId)
      throw invalidInput('order.group_missing', 'Group ID parameter is missing for addon product order');
    if (!groupId) return { groupId: randomHex(13), isGroupMaster: true };
    if ((await orders.findMaster(tx.db, groupId, clientId)) === undefined)
      throw notFound('order.group_unknown', `Parent order ${groupId} was not found`);
    return { groupId, isGroupMaster: false };
  }
}

/** The choice of `invoice_option` with which renewals are invoiced. */
const ISSUES = 'issue-invoice';

async function insert(tx: Tx, order: Omit<Order, 'id'>): Promise<Order> {
  return { ...order, id: await orders.insert(tx.db, order, undefined) };
}

const outOfStock = (id: number): AppError => conflict('order.out_of_stock', `Product ${id} is out of stock.`);

const UNSET = {
  promoId: undefined,
  isPromoRecurring: undefined,
  promoUsed: undefined,
  unpaidInvoiceId: undefined,
  serviceId: undefined,
  discount: undefined,
  status: 'pending_setup',
  reason: undefined,
  suspensionGraceDays: undefined,
  referredBy: undefined,
  expiresAt: undefined,
  activatedAt: undefined,
  suspendedAt: undefined,
  unsuspendedAt: undefined,
  canceledAt: undefined,
} as const;
