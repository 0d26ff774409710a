import { atomic, type Context, type Tx } from '#core/context';
import { AppError, conflict, notFound } from '#core/error';
import type { ProductTypes, Settings } from '#core/product';
import type { FormService } from '#modules/formbuilder/contract';
import type { ProductService } from '#modules/product/contract';
import type { BillingDesk } from './billing.ts';
import { orderBeingRemoved, orderBeingUpdated, orderRemoved, orderUpdated, type Order } from './contract.ts';
import * as history from './repository-history.ts';
import * as metas from './repository-meta.ts';
import * as orders from './repository.ts';
import { checkedPeriod, checkedPrice, checkedStatus } from './rules.ts';
import type { Stock } from './stock.ts';
import { announce, getForUpdate, getOrder, markByHand } from './transitions.ts';

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
  /** Null: as the product says. */
  readonly suspensionGraceDays?: number | null | undefined;
  readonly meta?: Readonly<Record<string, string>> | undefined;
}

export interface Orders {
  /** `sent` is what was asked for as it came. */
  amend(ctx: Context, id: number, amendment: Amendment, sent: Settings): Promise<void>;
  configure(ctx: Context, id: number, config: Settings): Promise<void>;
  /** `isForced` removes the order even where its product type cannot remove its part. */
  remove(ctx: Context, id: number, options?: { withAddons?: boolean; isForced?: boolean }): Promise<void>;
  /** Own orders that were never set up only. */
  removeOwn(ctx: Context, id: number, clientId: number): Promise<void>;
  /** One that is still waiting to be set up; throws when it is not. */
  removePending(tx: Tx, id: number): Promise<void>;
  removeAllOf(tx: Tx, clientId: number): Promise<void>;
  /** What the product type delivered; undefined when it delivered nothing yet. */
  showService(ctx: Context, order: Order): Promise<Settings | undefined>;
  addHistory(ctx: Context, id: number, status: string, notes: string | undefined): Promise<void>;
  removeHistory(ctx: Context, entryId: number): Promise<void>;
  /** A line under the status the order has. */
  note(tx: Tx, id: number, text: string): Promise<void>;
}

interface Needs {
  readonly products: ProductService;
  readonly forms: FormService | undefined;
  readonly productTypes: ProductTypes;
  readonly stock: Stock;
  readonly billing: BillingDesk;
}

export function createOrders({ products, forms, productTypes, stock, billing }: Needs): Orders {
  return {
    amend: (ctx, id, amendment, sent) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        await tx.ask(orderBeingUpdated, { orderId: id, sent });
        const { meta, price, period, expiresAt, status, suspensionGraceDays: days, ...texts } = amendment;
        const change: orders.OrderChange = {
          ...present(texts),
          ...(period !== undefined && { period: period === '' ? undefined : checkedPeriod(period) }),
          ...(price !== undefined && { price: checkedPrice(price, order.currency) }),
          ...(status !== undefined && { status: checkedStatus(status) }),
          ...(days !== undefined && { suspensionGraceDays: days ?? undefined }),
          ...(expiresAt !== undefined && dated(expiresAt)),
        };
        if (change.status === 'active' || change.price !== undefined) await markByHand(tx, id);
        await orders.update(tx.db, id, change, tx.now);
        if (meta !== undefined && Object.keys(meta).length === 0) await metas.removeAll(tx.db, id);
        else if (meta !== undefined) await metas.merge(tx.db, id, meta, tx.now);
        await productTypes.find(order.serviceType)?.follow?.(tx, { ...order, ...change });
        await announce(tx, orderUpdated, order);
        await tx.record(`Updated order #${id}`);
      }),

    configure: (ctx, id, config) =>
      atomic(ctx, async (tx) => {
        const { formId } = await getForUpdate(tx, id);
        if (formId !== undefined) await forms?.checkConfig(tx, formId, config);
        await orders.update(tx.db, id, { config }, tx.now);
        await tx.record(`Updated the configuration of order #${id}`);
      }),

    async remove(ctx, id, { withAddons = false, isForced = false } = {}) {
      try {
        await atomic(ctx, (tx) => removeGroup(tx, id, withAddons, false));
      } catch (error) {
        if (!isForced || !(error instanceof AppError) || error.kind === 'unavailable') throw error;
        ctx.log.warn('order removed without what it delivered', { order: id, error });
        await atomic(ctx, (tx) => removeGroup(tx, id, withAddons, true));
      }
    },

    removeOwn: (ctx, id, clientId) =>
      atomic(ctx, async (tx) => {
        await dropLines(tx, await orders.findOwn(tx.db, id, clientId));
        const order = await orders.findForUpdate(tx.db, id);
        if (order?.clientId !== clientId) throw notFound('order.unknown', 'Order not found');
        if (!['pending_setup', 'failed_setup'].includes(order.status))
          throw conflict('order.set_up', 'Only pending and failed setup orders can be deleted.');
        await orphan(tx, order);
        await removeOne(tx, order, false);
      }),

    async removePending(tx, id) {
      await dropLines(tx, await orders.findById(tx.db, id));
      const order = await getForUpdate(tx, id);
      if (order.status !== 'pending_setup')
        throw conflict('order.not_pending', 'The order does not wait to be set up any more.');
      await orphan(tx, order);
      await removeOne(tx, order, false);
    },

    async removeAllOf(tx, clientId) {
      for (const id of await orders.listIdsOfClient(tx.db, clientId)) {
        await dropLines(tx, await orders.findById(tx.db, id));
        const order = await getForUpdate(tx, id);
        await removeOne(tx, order, productTypes.find(order.serviceType) === undefined);
      }
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

    async note(tx, id, text) {
      const { status } = await getOrder(tx, id);
      await history.insert(tx.db, id, status, text, tx.now);
    },
  };

  async function removeGroup(tx: Tx, id: number, withAddons: boolean, isForced: boolean): Promise<void> {
    const found = await getOrder(tx, id);
    const addons = withAddons && found.isGroupMaster ? await orders.listAddons(tx.db, found) : [];
    // Invoices before orders: everybody locks them in that order.
    for (const one of [...addons, found]) await dropLines(tx, one);
    for (const addon of addons) await removeOne(tx, await getForUpdate(tx, addon.id), isForced);
    const order = await getForUpdate(tx, id);
    await orphan(tx, order);
    await removeOne(tx, order, isForced);
  }

  /** What an order that never came to be would have cost is not asked for any more. */
  async function dropLines(tx: Tx, order: Order | undefined): Promise<void> {
    if (order?.status === 'pending_setup') await billing.current()?.dropLines(tx, order.id);
  }

  /** The add-ons of an order that goes stand for themselves from now on. */
  async function orphan(tx: Tx, order: Order): Promise<void> {
    if (!order.isGroupMaster) return;
    for (const { id } of await orders.listAddons(tx.db, order))
      await orders.update(tx.db, id, { isGroupMaster: true, groupId: '0' }, tx.now);
  }

  async function removeOne(tx: Tx, order: Order, isForced: boolean): Promise<void> {
    await tx.ask(orderBeingRemoved, { orderId: order.id });
    if (order.serviceId !== undefined && !isForced) {
      const type = productTypes.find(order.serviceType);
      if (type === undefined)
        throw conflict('order.type_missing', `Product type ${order.serviceType} is not registered.`);
      await type.remove?.(tx, order);
    }
    await products.promos.release(tx, { orderId: order.id }, 'order_deleted');
    await stock.giveBack(tx, order);
    await orders.remove(tx.db, order.id);
    await announce(tx, orderRemoved, order);
    await tx.record(`Deleted order #${order.id}`);
  }
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
