import { conflict } from '#core/error';
import { atomic, type Context, type Tx } from '#core/context';
import type { ProductTypes } from '#core/product';
import type { ProductService } from '#modules/product/contract';
import type { BillingDesk } from './billing.ts';
import { orderBeingCanceled, orderCanceled, type Order } from './contract.ts';
import { END_SCHEDULED } from './meta.ts';
import * as history from './repository-history.ts';
import * as metas from './repository-meta.ts';
import * as orders from './repository.ts';
import type { Stock } from './stock.ts';
import { finish, getForUpdate, getOrder, typeOf, type Quietly } from './transitions.ts';

/** How an order ends: at once, or when its period does. */
export interface Cancellation {
  /** Its gateway subscriptions end first; where one cannot, the order stays as it is. */
  cancel(ctx: Context, id: number, options?: Quietly): Promise<boolean>;
  /** Whether a gateway can be told to end with the period. */
  canCancelAtPeriodEnd(ctx: Context, id: number): Promise<boolean>;
  cancelAtPeriodEnd(ctx: Context, id: number, reason: string | undefined): Promise<void>;
  finishScheduledCancel(ctx: Context, id: number): Promise<boolean>;
}

interface Needs {
  readonly productTypes: ProductTypes;
  readonly products: ProductService;
  readonly stock: Stock;
  readonly billing: BillingDesk;
}

export function createCancellation({ productTypes, products, stock, billing }: Needs): Cancellation {
  return {
    async cancel(ctx, id, { reason, isQuiet = false, when } = {}) {
      const isAllowed = await atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (when?.(order) === false) return false;
        refuseEnded(order);
        if (!isQuiet) await tx.ask(orderBeingCanceled, { orderId: id });
        return true;
      });
      if (!isAllowed) return false;
      await billing.current()?.endSubscriptions(ctx, id); // the network: not in a transaction
      return atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        if (when?.(order) === false) return false;
        refuseEnded(order);
        await cancelOne(tx, order, reason, isQuiet);
        return true;
      });
    },

    async canCancelAtPeriodEnd(ctx, id) {
      await getOrder(ctx, id);
      return (await billing.current()?.canEndWithPeriod(ctx, id)) ?? false;
    },

    async cancelAtPeriodEnd(ctx, id, reason) {
      refuseEnded(await getOrder(ctx, id));
      const desk = billing.current();
      if (desk === undefined || !(await desk.canEndWithPeriod(ctx, id)))
        throw conflict(
          'order.cannot_end_later',
          'No active gateway subscription that supports cancellation at period end is linked to this order.',
        );
      await desk.endWithPeriod(ctx, id);
      await atomic(ctx, async (tx) => {
        const order = await getForUpdate(tx, id);
        refuseEnded(order);
        await orders.update(tx.db, id, { reason }, tx.now);
        await metas.set(tx.db, id, END_SCHEDULED, '1', tx.now);
        const note = 'Cancellation scheduled at the end of the current billing period';
        await history.insert(tx.db, id, order.status, note, tx.now);
        await tx.record(`Scheduled the cancellation of order #${id}`);
      });
    },

    finishScheduledCancel: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const order = await orders.findForUpdate(tx.db, id);
        if (order === undefined || !CANCELABLE.includes(order.status)) return false;
        if ((await metas.find(tx.db, id, END_SCHEDULED)) !== '1') return false;
        await tx.ask(orderBeingCanceled, { orderId: id });
        await cancelOne(tx, order, order.reason, false);
        return true;
      }),
  };

  async function cancelOne(tx: Tx, order: Order, reason: string | undefined, isQuiet: boolean): Promise<void> {
    const type = typeOf(productTypes, order);
    await type.cancel?.(tx, order);
    await products.promos.release(tx, { orderId: order.id }, 'order_canceled');
    await stock.giveBack(tx, order);
    await metas.remove(tx.db, order.id, END_SCHEDULED);
    const note = reason ? `Canceled order for ${reason}` : 'Order canceled';
    const change = {
      status: 'canceled' as const,
      reason,
      canceledAt: tx.now,
      expiresAt: undefined,
      suspendedAt: undefined,
      anchorDay: undefined,
    };
    await finish(tx, type, order, { change, note, event: isQuiet ? undefined : orderCanceled, line: 'Canceled' });
  }
}

const CANCELABLE: readonly string[] = ['active', 'suspended', 'failed_renew'];

function refuseEnded({ status }: Order): void {
  if (!CANCELABLE.includes(status)) throw conflict('order.not_cancelable', `Cannot cancel ${status} order`);
}
