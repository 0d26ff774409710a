import { AppError, conflict, messageOf, notFound } from '#core/error';
import { atomic, type Context, type Tx } from '#core/context';
import type { OrderStatus, ProductType, ProductTypes } from '#core/product';
import {
  orderActivated,
  orderBeingActivated,
  orderBeingRenewed,
  orderBeingSuspended,
  orderBeingUncanceled,
  orderBeingUnsuspended,
  orderRenewed,
  orderSuspended,
  orderUncanceled,
  orderUnsuspended,
  type Alongside,
  type Order,
} from './contract.ts';
import { afterActivation, afterRenewal, afterUncancel } from './expiry.ts';
import { STARTED_BY_STAFF } from './meta.ts';
import * as history from './repository-history.ts';
import * as metas from './repository-meta.ts';
import * as orders from './repository.ts';
import type { ReadRules } from './settings.ts';
import type { Stock } from './stock.ts';

/** The status machine of orders (commerce spec 8.2); its end is in `cancellation.ts`. */
export interface Transitions {
  activate(ctx: Context, id: number, options?: { force?: boolean; alongside?: Alongside }): Promise<void>;
  /** The same for an order that was just made: what goes wrong is in its history, and the order stays. */
  tryActivate(ctx: Context, id: number): Promise<void>;
  /** An order that was never set up is activated instead. */
  renew(ctx: Context, id: number, options?: { alongside?: Alongside }): Promise<void>;
  suspend(ctx: Context, id: number, options?: Quietly): Promise<boolean>;
  unsuspend(ctx: Context, id: number): Promise<void>;
  uncancel(ctx: Context, id: number): Promise<void>;
}

export interface Quietly {
  readonly reason?: string | undefined;
  /** Nobody is told, so no letter is sent. */
  readonly isQuiet?: boolean;
  /** Asked once nobody else can change the order; `false` leaves it as it is. */
  readonly when?: (order: Order) => boolean;
}

interface Needs {
  readonly productTypes: ProductTypes;
  readonly stock: Stock;
  readonly rules: ReadRules;
}

/** Set once a product type is asked: what goes wrong from there on is told in the order's history. */
interface Trial {
  hasBegun: boolean;
}

export function createTransitions({ productTypes, rules, stock }: Needs): Transitions {
  return {
    async activate(ctx, id, { force = false, alongside } = {}) {
      const done = await attempt(ctx, id, 'failed_setup', alongside, async (tx, trial) => {
        const order = await activateOne(tx, await getForUpdate(tx, id), force, trial);
        if (order !== undefined && alongside === undefined) await markByHand(tx, id);
        return order;
      });
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

    async renew(ctx, id, { alongside } = {}) {
      const { renewalLogic: logic } = await rules(ctx);
      const done = await attempt(ctx, id, 'failed_renew', alongside, async (tx, trial) => {
        const order = await getForUpdate(tx, id);
        if (isUnset(order.status)) {
          if (alongside === undefined) await markByHand(tx, id);
          return activateOne(tx, order, false, trial);
        }
        await tx.ask(orderBeingRenewed, { orderId: id });
        const type = typeOf(productTypes, order);
        trial.hasBegun = true;
        await type.renew?.(tx, order);
        const expiry = afterRenewal(order, tx.now, await orders.findAnchorDay(tx.db, id), logic);
        const cleared = { suspendedAt: undefined, unsuspendedAt: undefined, canceledAt: undefined };
        const change = { status: 'active' as const, ...expiry, ...cleared };
        await finish(tx, type, order, { change, note: 'Order renewed', event: orderRenewed, line: 'Renewed' });
        return undefined;
      });
      if (done !== undefined) await activateAddons(ctx, done);
    },

    suspend: (ctx, id, { reason, isQuiet = false, when } = {}) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (when?.(order) === false) return false;
        if (order.status !== 'active') throw conflict('order.not_active', 'Only active orders can be suspended');
        if (!isQuiet) await tx.ask(orderBeingSuspended, { orderId: id });
        const type = typeOf(productTypes, order);
        await type.suspend?.(tx, order, reason);
        const note = reason ? `Order suspended for ${reason}` : 'Order suspended';
        const change = { status: 'suspended' as const, suspendedAt: tx.now, reason };
        await finish(tx, type, order, { change, note, event: isQuiet ? undefined : orderSuspended, line: 'Suspended' });
        return true;
      }),

    unsuspend: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (order.status !== 'suspended')
          throw conflict('order.not_suspended', 'Only suspended orders can be unsuspended');
        await tx.ask(orderBeingUnsuspended, { orderId: id });
        const type = typeOf(productTypes, order);
        await type.unsuspend?.(tx, order);
        const change = { status: 'active' as const, reason: undefined, suspendedAt: undefined, unsuspendedAt: tx.now };
        await finish(tx, type, order, {
          change,
          note: 'Order unsuspended',
          event: orderUnsuspended,
          line: 'Unsuspended',
        });
      }),

    uncancel: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (order.status !== 'canceled') throw conflict('order.not_canceled', 'Only canceled orders can be uncanceled');
        await tx.ask(orderBeingUncanceled, { orderId: id });
        const type = typeOf(productTypes, order);
        await type.uncancel?.(tx, order);
        const cleared = { reason: undefined, suspendedAt: undefined, canceledAt: undefined };
        const change = { status: 'active' as const, activatedAt: tx.now, ...afterUncancel(order, tx.now), ...cleared };
        const note = 'Activated canceled order';
        await finish(tx, type, order, { change, note, event: orderUncanceled, line: 'Uncanceled' });
      }),
  };

  /** Returns the order that was activated, or nothing when it was active already. */
  async function activateOne(tx: Tx, found: Order, force: boolean, trial: Trial): Promise<Order | undefined> {
    if (found.status === 'active' && !force) return undefined;
    if (!isUnset(found.status) && !force)
      throw conflict('order.not_pending', 'Only pending setup or failed orders can be activated');
    await tx.ask(orderBeingActivated, { orderId: found.id });
    const type = typeOf(productTypes, found);
    trial.hasBegun = true;
    if (found.activatedAt === undefined) await stock.take(tx, found);
    const order = { ...found, serviceId: found.serviceId ?? (await type.create(tx, found)) };
    await type.activate(tx, order);
    const expiry = afterActivation(order, tx.now, await orders.findAnchorDay(tx.db, order.id));
    const cleared = { suspendedAt: undefined, canceledAt: undefined };
    const change = {
      status: 'active' as const,
      serviceId: order.serviceId,
      activatedAt: tx.now,
      ...expiry,
      ...cleared,
    };
    await finish(tx, type, order, { change, note: 'Order activated', event: orderActivated, line: 'Activated' });
    return order;
  }

  /**
   * The other orders of a group start with their master; one that fails does not stop it (commerce spec 8.5). One whose
   * invoice is open waits for its money: nobody gets it with something cheap that starts at once.
   */
  async function activateAddons(ctx: Context, master: Order): Promise<void> {
    if (!master.isGroupMaster) return;
    for (const { id, status, unpaidInvoiceId } of await orders.listAddons(ctx.db, master)) {
      if (!isUnset(status) || unpaidInvoiceId !== undefined) continue;
      try {
        await attempt(ctx, id, 'failed_setup', undefined, async (tx, trial) =>
          activateOne(tx, await getForUpdate(tx, id), false, trial),
        );
      } catch (error) {
        ctx.log.warn('add-on not activated', { order: id, error });
      }
    }
  }

  /**
   * What a failed step did is undone. Where the product type refused, the order says so, in its status and history, and
   * the service row it may have made stays for the next try (commerce spec 5.2).
   */
  async function attempt<T>(
    ctx: Context,
    id: number,
    failed: OrderStatus,
    alongside: Alongside | undefined,
    step: (tx: Tx, trial: Trial) => Promise<T>,
  ): Promise<T | undefined> {
    let trial: Trial = { hasBegun: false };
    try {
      return await atomic(ctx, async (tx) => {
        trial = { hasBegun: false };
        if (alongside !== undefined && !(await alongside(tx))) return undefined;
        return step(tx, trial);
      });
    } catch (error) {
      if (trial.hasBegun && error instanceof AppError && error.kind !== 'unavailable')
        await markFailed(ctx, id, failed, error);
      throw error;
    }
  }

  async function markFailed(ctx: Context, id: number, failed: OrderStatus, failure: AppError): Promise<void> {
    await atomic(ctx, async (tx) => {
      const order = await orders.findForUpdate(tx.db, id);
      if (order === undefined) return;
      const type = typeOf(productTypes, order);
      const status = isUnset(order.status) ? 'failed_setup' : failed;
      const serviceId =
        failure.code === OUT_OF_STOCK ? order.serviceId : (order.serviceId ?? (await type.create(tx, order)));
      await orders.update(tx.db, id, { status, serviceId }, tx.now);
      await history.insert(tx.db, id, status, messageOf(failure), tx.now);
      await type.follow?.(tx, { ...order, status, serviceId });
    });
  }
}

/** What staff set up needs no payment behind it. */
export async function markByHand(tx: Tx, id: number): Promise<void> {
  if (tx.actor.kind === 'admin') await metas.set(tx.db, id, STARTED_BY_STAFF, '1', tx.now);
}

/** The number of the wire is given by the module of products. */
const OUT_OF_STOCK = 'product.out_of_stock';

/** What one transition changes and announces. */
interface Step {
  readonly change: orders.OrderChange;
  readonly note: string;
  readonly event: typeof orderActivated | undefined;
  readonly line: string;
}

export async function finish(tx: Tx, type: ProductType, order: Order, step: Step): Promise<void> {
  const { change, note, event, line } = step;
  await orders.update(tx.db, order.id, change, tx.now);
  await history.insert(tx.db, order.id, change.status ?? order.status, note, tx.now);
  await type.follow?.(tx, { ...order, ...change });
  if (event !== undefined) await announce(tx, event, order);
  await tx.record(`${line} order #${order.id}`);
}

export function typeOf(productTypes: ProductTypes, { serviceType }: Order): ProductType {
  const type = productTypes.find(serviceType);
  if (type === undefined) throw conflict('order.type_missing', `Product type ${serviceType} is not registered.`);
  return type;
}

const isUnset = (status: OrderStatus): boolean => status === 'pending_setup' || status === 'failed_setup';

export const announce = (
  tx: Tx,
  event: typeof orderActivated,
  { id, clientId, serviceType }: Pick<Order, 'id' | 'clientId' | 'serviceType'>,
): Promise<void> => tx.emit(event, { orderId: id, clientId, serviceType });

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
