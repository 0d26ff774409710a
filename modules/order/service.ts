import { randomHex } from '#core/secret';
import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidInput, notFound } from '#core/error';
import { money, parseMoney, type Money } from '#core/money';
import { parsePeriod } from '#core/period';
import type { OrderStatus, ProductTypes, Settings } from '#core/product';
import type { SettingStore } from '#core/settings';
import type { ClientService } from '#modules/client/contract';
import type { FormService } from '#modules/formbuilder/contract';
import type { Product, ProductService } from '#modules/product/contract';
import { orderBeingRemoved, orderCreated, orderRemoved, type Order } from './contract.ts';
import * as history from './repository-history.ts';
import * as metas from './repository-meta.ts';
import * as orders from './repository.ts';
import { announce, getForUpdate, getOrder } from './transitions.ts';

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
  readonly meta?: Readonly<Record<string, string>> | undefined;
}

/** What staff may change of an order without its product type having a say (commerce spec 8.9). Absent stays. */
export interface Amendment {
  readonly period?: string | undefined;
  readonly expiresAt?: Date | 'never' | undefined;
  readonly createdAt?: Date | undefined;
  readonly activatedAt?: Date | undefined;
  readonly title?: string | undefined;
  readonly notes?: string | undefined;
  readonly reason?: string | undefined;
  readonly invoiceOption?: string | undefined;
  readonly price?: string | number | undefined;
  readonly status?: string | undefined;
  readonly meta?: Readonly<Record<string, string>> | undefined;
}

export interface Orders {
  create(ctx: Context, order: NewOrder): Promise<number>;
  amend(ctx: Context, id: number, amendment: Amendment): Promise<void>;
  configure(ctx: Context, id: number, config: Settings): Promise<void>;
  /** `isForced` removes the order even where its product type cannot remove its part. */
  remove(ctx: Context, id: number, options?: { withAddons?: boolean; isForced?: boolean }): Promise<void>;
  /** Own orders that were never set up only. */
  removeOwn(ctx: Context, id: number, clientId: number): Promise<void>;
  removeAllOf(tx: Tx, clientId: number): Promise<void>;
  /** What the product type delivered; undefined when it delivered nothing yet. */
  showService(ctx: Context, order: Order): Promise<Settings | undefined>;
  addHistory(ctx: Context, id: number, status: string, notes: string | undefined): Promise<void>;
  removeHistory(ctx: Context, entryId: number): Promise<void>;
}

export const ORDER_STATUSES = [
  'pending_setup',
  'failed_setup',
  'failed_renew',
  'active',
  'suspended',
  'canceled',
] as const satisfies readonly OrderStatus[];

interface Needs {
  readonly clients: ClientService;
  readonly products: ProductService;
  readonly forms: FormService | undefined;
  readonly productTypes: ProductTypes;
  readonly settings: SettingStore;
}

export function createOrders({ clients, products, forms, productTypes, settings }: Needs): Orders {
  return {
    async create(ctx, asked) {
      const client = await clients.get(ctx, asked.clientId);
      const product = await products.get(ctx, asked.productId);
      const currency = asked.currency ?? client.currency ?? (await settings.param(ctx, 'currency')) ?? 'USD';
      const period = asked.period ? checkedPeriod(asked.period) : undefined;
      const price =
        asked.price === undefined ? catalogPrice(product, period, currency) : checkedPrice(asked.price, currency);
      const config = configured(
        product,
        { ...asked.config, ...(period && { period }) },
        asked.skipsValidation ?? false,
      );
      return atomic(ctx, async (tx) => {
        const group = await groupOf(tx, product, asked);
        const order: Omit<Order, 'id'> = {
          ...UNSET,
          clientId: client.id,
          productId: product.id,
          formId: product.formId,
          ...group,
          invoiceOption: asked.invoiceOption || 'no-invoice',
          title: asked.title || product.title,
          currency,
          serviceType: product.type,
          period,
          quantity: Math.max(1, Math.trunc(asked.quantity ?? 1)),
          unit: product.unit,
          price,
          notes: asked.notes,
          config,
          createdAt: asked.createdAt ?? tx.now,
          updatedAt: asked.updatedAt ?? tx.now,
        };
        const id = await orders.insert(tx.db, order, undefined);
        await metas.merge(tx.db, id, asked.meta ?? {}, tx.now);
        await announce(tx, orderCreated, { id, ...order });
        await tx.record(`Created order #${id}`);
        return id;
      });
    },

    amend: (ctx, id, amendment) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        const { meta, price, period, expiresAt, status, ...texts } = amendment;
        const change: orders.OrderChange = {
          ...present(texts),
          ...(period !== undefined && { period: period === '' ? undefined : checkedPeriod(period) }),
          ...(price !== undefined && { price: checkedPrice(price, order.currency) }),
          ...(status !== undefined && { status: checkedStatus(status) }),
          ...(expiresAt !== undefined && dated(expiresAt)),
        };
        await orders.update(tx.db, id, change, tx.now);
        if (meta !== undefined && Object.keys(meta).length === 0) await metas.removeAll(tx.db, id);
        else if (meta !== undefined) await metas.merge(tx.db, id, meta, tx.now);
        await productTypes.find(order.serviceType)?.follow?.(tx, { ...order, ...change });
        await tx.record(`Updated order #${id}`);
      }),

    configure: (ctx, id, config) =>
      atomic(ctx, async (tx) => {
        const { formId } = await getForUpdate(tx, id);
        if (formId !== undefined) await forms?.checkConfig(tx, formId, config);
        await orders.update(tx.db, id, { config }, tx.now);
        await tx.record(`Updated the configuration of order #${id}`);
      }),

    remove: (ctx, id, { withAddons = false, isForced = false } = {}) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (order.isGroupMaster) {
          for (const addon of await orders.listAddons(tx.db, order)) {
            if (withAddons) await removeOne(tx, await getForUpdate(tx, addon.id), isForced);
            else await orders.update(tx.db, addon.id, { isGroupMaster: true, groupId: '0' }, tx.now);
          }
        }
        await removeOne(tx, order, isForced);
      }),

    removeOwn: (ctx, id, clientId) =>
      atomic(ctx, async (tx) => {
        const order = await orders.findForUpdate(tx.db, id);
        if (order?.clientId !== clientId) throw notFound('order.unknown', 'Order not found');
        if (!['pending_setup', 'failed_setup'].includes(order.status))
          throw conflict('order.set_up', 'Only pending and failed setup orders can be deleted.');
        await removeOne(tx, order, false);
      }),

    async removeAllOf(tx, clientId) {
      for (const id of await orders.listIdsOfClient(tx.db, clientId))
        await removeOne(tx, await getForUpdate(tx, id), true);
    },

    async showService(ctx, order) {
      return order.serviceId === undefined ? undefined : productTypes.find(order.serviceType)?.show(ctx, order);
    },

    addHistory: (ctx, id, status, notes) =>
      atomic(ctx, async (tx) => {
        await getOrder(tx, id);
        await history.insert(tx.db, id, checkedStatus(status), notes, tx.now);
      }),

    removeHistory: (ctx, entryId) =>
      atomic(ctx, async (tx) => {
        if (!(await history.remove(tx.db, entryId)))
          throw notFound('order.history_unknown', 'Order history line not found');
      }),
  };

  function catalogPrice(product: Product, period: string | undefined, currency: string): Money {
    if (product.pricing.type === 'recurrent' && period === undefined)
      throw invalidInput(
        'order.period_missing',
        `Product ${product.id} payment type is recurrent, but period was not selected`,
      );
    return money(products.priceOf(product, period).price.amount, currency);
  }

  async function removeOne(tx: Tx, order: Order, isForced: boolean): Promise<void> {
    await tx.ask(orderBeingRemoved, { orderId: order.id });
    const type = productTypes.find(order.serviceType);
    if (order.serviceId !== undefined) {
      if (type !== undefined) await type.remove?.(tx, order);
      else if (!isForced) throw conflict('order.type_missing', `Product type ${order.serviceType} is not registered.`);
    }
    await orders.remove(tx.db, order.id);
    await announce(tx, orderRemoved, order);
    await tx.record(`Deleted order #${order.id}`);
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

const UNSET = {
  promoId: undefined,
  isPromoRecurring: undefined,
  promoUsed: undefined,
  unpaidInvoiceId: undefined,
  serviceId: undefined,
  discount: undefined,
  status: 'pending_setup',
  reason: undefined,
  referredBy: undefined,
  expiresAt: undefined,
  activatedAt: undefined,
  suspendedAt: undefined,
  unsuspendedAt: undefined,
  canceledAt: undefined,
} as const;

/** Two characters at the level of release 0.8.5 (commerce spec 3). */
function checkedPeriod(code: string): string {
  if (code.length !== 2)
    throw invalidInput('period.invalid', 'Invalid period code. Period definition must be 2 chars length');
  return parsePeriod(code).code;
}

function checkedPrice(value: string | number, currency: string): Money {
  const price = parseMoney(value, currency);
  if (price === undefined) throw invalidInput('order.price', 'Price must be a valid number.');
  if (price.amount < 0) throw invalidInput('order.price', 'Price cannot be negative.');
  return price;
}

function checkedStatus(status: string): OrderStatus {
  const known = ORDER_STATUSES.find((one) => one === status);
  if (known === undefined) throw invalidInput('order.status', `Invalid order status: ${status}`);
  return known;
}

const dated = (expiresAt: Date | 'never'): orders.OrderChange =>
  expiresAt === 'never'
    ? { expiresAt: undefined, anchorDay: undefined }
    : { expiresAt, anchorDay: expiresAt.getUTCDate() };

/** Without the members that are undefined: those would be written as null. */
const present = <T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(members).filter((entry) => entry[1] !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
