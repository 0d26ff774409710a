import { AppError, conflict, messageOf, notFound } from '#core/error';
import { atomic, type Context, type Tx } from '#core/context';
import type { OrderStatus, ProductType, ProductTypes } from '#core/product';
import {
  orderActivated,
  orderCanceled,
  orderRenewed,
  orderSuspended,
  orderUncanceled,
  orderUnsuspended,
  type Order,
} from './contract.ts';
import { afterActivation, afterRenewal, afterUncancel, type RenewalLogic } from './expiry.ts';
import * as history from './repository-history.ts';
import * as orders from './repository.ts';

/** The status machine of orders (commerce spec 8.2). */
export interface Transitions {
  activate(ctx: Context, id: number, options?: { force?: boolean }): Promise<void>;
  /** The same for an order that was just made: what goes wrong is in its history, and the order stays. */
  tryActivate(ctx: Context, id: number): Promise<void>;
  /** An order that was never set up is activated instead. */
  renew(ctx: Context, id: number): Promise<void>;
  suspend(ctx: Context, id: number, options?: Quietly): Promise<void>;
  unsuspend(ctx: Context, id: number): Promise<void>;
  cancel(ctx: Context, id: number, options?: Quietly): Promise<void>;
  uncancel(ctx: Context, id: number): Promise<void>;
}

export interface Quietly {
  readonly reason?: string | undefined;
  /** Nobody is told, so no letter is sent. */
  readonly isQuiet?: boolean;
}

interface Needs {
  readonly productTypes: ProductTypes;
  renewalLogic(ctx: Context): Promise<RenewalLogic>;
}

/** What one transition changes and announces. */
interface Step {
  readonly change: orders.OrderChange;
  readonly note: string;
  readonly event: typeof orderActivated | undefined;
  readonly line: string;
}

export function createTransitions({ productTypes, renewalLogic }: Needs): Transitions {
  const typeOf = ({ serviceType }: Order): ProductType => {
    const type = productTypes.find(serviceType);
    if (type === undefined) throw conflict('order.type_missing', `Product type ${serviceType} is not registered.`);
    return type;
  };

  return {
    async activate(ctx, id, { force = false } = {}) {
      const done = await settleFailure(ctx, id, 'failed_setup', (tx) => activateOne(tx, id, force));
      if (done !== undefined) await activateAddons(ctx, done);
    },

    async tryActivate(ctx, id) {
      try {
        await this.activate(ctx, id);
      } catch (error) {
        if (!(error instanceof AppError) || error.kind === 'unavailable') throw error;
        ctx.log.warn('order not activated', { order: id, error });
      }
    },

    async renew(ctx, id) {
      const { status } = await getOrder(ctx, id);
      if (isUnset(status)) return this.activate(ctx, id);
      const logic = await renewalLogic(ctx);
      await settleFailure(ctx, id, 'failed_renew', async (tx) => {
        const order = await getForUpdate(tx, id);
        await typeOf(order).renew?.(tx, order);
        const expiry = afterRenewal(order, tx.now, await orders.findAnchorDay(tx.db, id), logic);
        const cleared = { suspendedAt: undefined, unsuspendedAt: undefined, canceledAt: undefined };
        const change = { status: 'active' as const, ...expiry, ...cleared };
        await finish(tx, order, { change, note: 'Order renewed', event: orderRenewed, line: 'Renewed' });
      });
    },

    suspend: (ctx, id, { reason, isQuiet = false } = {}) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (order.status !== 'active') throw conflict('order.not_active', 'Only active orders can be suspended');
        await typeOf(order).suspend?.(tx, order, reason);
        const note = reason ? `Order suspended for ${reason}` : 'Order suspended';
        const change = { status: 'suspended' as const, suspendedAt: tx.now, reason };
        await finish(tx, order, { change, note, event: isQuiet ? undefined : orderSuspended, line: 'Suspended' });
      }),

    unsuspend: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (order.status !== 'suspended')
          throw conflict('order.not_suspended', 'Only suspended orders can be unsuspended');
        await typeOf(order).unsuspend?.(tx, order);
        const change = { status: 'active' as const, reason: undefined, suspendedAt: undefined, unsuspendedAt: tx.now };
        await finish(tx, order, { change, note: 'Order unsuspended', event: orderUnsuspended, line: 'Unsuspended' });
      }),

    cancel: (ctx, id, { reason, isQuiet = false } = {}) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (!['active', 'suspended', 'failed_renew'].includes(order.status))
          throw conflict('order.not_cancelable', `Cannot cancel ${order.status} order`);
        await typeOf(order).cancel?.(tx, order);
        const note = reason ? `Canceled order for ${reason}` : 'Order canceled';
        const change = {
          status: 'canceled' as const,
          reason,
          canceledAt: tx.now,
          expiresAt: undefined,
          suspendedAt: undefined,
          anchorDay: undefined,
        };
        await finish(tx, order, { change, note, event: isQuiet ? undefined : orderCanceled, line: 'Canceled' });
      }),

    uncancel: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (order.status !== 'canceled') throw conflict('order.not_canceled', 'Only canceled orders can be uncanceled');
        await typeOf(order).uncancel?.(tx, order);
        const cleared = { reason: undefined, suspendedAt: undefined, canceledAt: undefined };
        const change = { status: 'active' as const, activatedAt: tx.now, ...afterUncancel(order, tx.now), ...cleared };
        await finish(tx, order, {
          change,
          note: 'Activated canceled order',
          event: orderUncanceled,
          line: 'Uncanceled',
        });
      }),
  };

  /** Returns the order that was activated, or nothing when it was active already. */
  async function activateOne(tx: Tx, id: number, force: boolean): Promise<Order | undefined> {
    const found = await getForUpdate(tx, id);
    if (found.status === 'active' && !force) return undefined;
    if (!isUnset(found.status) && !force)
      throw conflict('order.not_pending', 'Only pending setup or failed orders can be activated');
    const type = typeOf(found);
    const order = { ...found, serviceId: found.serviceId ?? (await type.create(tx, found)) };
    await type.activate(tx, order);
    const expiry = afterActivation(order, tx.now, await orders.findAnchorDay(tx.db, id));
    const cleared = { suspendedAt: undefined, canceledAt: undefined };
    const change = {
      status: 'active' as const,
      serviceId: order.serviceId,
      activatedAt: tx.now,
      ...expiry,
      ...cleared,
    };
    await finish(tx, order, { change, note: 'Order activated', event: orderActivated, line: 'Activated' });
    return order;
  }

  /** The other orders of a group start with their master; one that fails does not stop it (commerce spec 8.5). */
  async function activateAddons(ctx: Context, master: Order): Promise<void> {
    if (!master.isGroupMaster) return;
    for (const addon of await orders.listAddons(ctx.db, master)) {
      try {
        await settleFailure(ctx, addon.id, 'failed_setup', (tx) => activateOne(tx, addon.id, false));
      } catch (error) {
        ctx.log.warn('add-on not activated', { order: addon.id, error });
      }
    }
  }

  async function finish(tx: Tx, order: Order, { change, note, event, line }: Step): Promise<void> {
    await orders.update(tx.db, order.id, change, tx.now);
    await history.insert(tx.db, order.id, change.status ?? order.status, note, tx.now);
    await typeOf(order).follow?.(tx, { ...order, ...change });
    if (event !== undefined) await announce(tx, event, order);
    await tx.record(`${line} order #${order.id}`);
  }

  /**
   * What a failed step did is undone. Where the product type refused, the order says so, in its status and history, and
   * the service row it may have made stays for the next try (commerce spec 5.2).
   */
  async function settleFailure<T>(
    ctx: Context,
    id: number,
    status: OrderStatus,
    step: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    try {
      return await atomic(ctx, step);
    } catch (error) {
      if (error instanceof AppError && !NOT_THE_TYPES_FAULT.includes(error.code))
        await markFailed(ctx, id, status, error);
      throw error;
    }
  }

  async function markFailed(ctx: Context, id: number, status: OrderStatus, failure: AppError): Promise<void> {
    await atomic(ctx, async (tx) => {
      const order = await orders.findForUpdate(tx.db, id);
      if (order === undefined) return;
      const serviceId = order.serviceId ?? (await typeOf(order).create(tx, order));
      await orders.update(tx.db, id, { status, serviceId }, tx.now);
      await history.insert(tx.db, id, status, messageOf(failure), tx.now);
      await typeOf(order).follow?.(tx, { ...order, status, serviceId });
    });
  }
}

/** Refusals before a product type was asked, and a database that is away: the order stays as it is. */
const NOT_THE_TYPES_FAULT = ['order.unknown', 'order.not_pending', 'order.type_missing', 'database.unavailable'];

const isUnset = (status: OrderStatus): boolean => status === 'pending_setup' || status === 'failed_setup';

export const announce = (tx: Tx, event: typeof orderActivated, { id, clientId, serviceType }: Order): Promise<void> =>
  tx.emit(event, { orderId: id, clientId, serviceType });

export async function getOrder(ctx: Context, id: number): Promise<Order> {
  const order = await orders.findById(ctx.db, id);
  if (order === undefined) throw unknownOrder();
  return order;
}

export async function getForUpdate(tx: Tx, id: number): Promise<Order> {
  const order = await orders.findForUpdate(tx.db, id);
  if (order === undefined) throw unknownOrder();
  return order;
}

const unknownOrder = (): AppError => notFound('order.unknown', 'Order Not Found');
