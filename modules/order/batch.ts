import { AppError } from '#core/error';
import { DAY, later } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import type { EventToken, HookToken } from '#core/event';
import type { ProductService } from '#modules/product/contract';
import type { BillingDesk } from './billing.ts';
import type { Cancellation } from './cancellation.ts';
import {
  cancelingSuspended,
  cancelingUnpaid,
  expiredSuspended,
  orderSuspensionNear,
  sendingSuspensionWarnings,
  suspendedCanceled,
  suspendingExpired,
  suspensionWarningsSent,
  unpaidCanceled,
  type Order,
  type OrderBilling,
} from './contract.ts';
import { daysBetween, startOfDay } from './day.ts';
import { END_SCHEDULED, WARNED_FOR } from './meta.ts';
import * as due from './repository-due.ts';
import * as metas from './repository-meta.ts';
import * as orders from './repository.ts';
import type { Orders } from './service.ts';
import type { ReadRules } from './settings.ts';
import type { Transitions } from './transitions.ts';

/**
 * Runs over many orders (commerce spec 8.10). Each order has its own transaction, in which it is looked at once more; one
 * that fails is left for the next run. The cancelling ones answer false when they are switched off.
 */
export interface Batches {
  suspendExpired(ctx: Context): Promise<true>;
  sendSuspensionWarnings(ctx: Context): Promise<true>;
  cancelSuspended(ctx: Context): Promise<boolean>;
  cancelUnpaid(ctx: Context): Promise<boolean>;
}

interface Needs {
  readonly products: ProductService;
  readonly orders: Orders;
  readonly transitions: Transitions;
  readonly cancellation: Cancellation;
  readonly billing: BillingDesk;
  readonly rules: ReadRules;
}

const CHUNK = 200;

export function createBatches(needs: Needs): Batches {
  const { products, transitions, cancellation, billing, rules } = needs;

  return {
    async suspendExpired(ctx) {
      await ask(ctx, suspendingExpired);
      const { suspendReason: reason } = await rules(ctx);
      for await (const chunk of endedChunks(ctx)) {
        const grace = await graceOf(ctx, chunk);
        const isDue = (order: Order): boolean => {
          const time = suspensionOf(order, grace);
          return order.status === 'active' && time !== undefined && time <= ctx.now;
        };
        const ids = chunk.map(({ id }) => id);
        const ending = await metas.listMarked(ctx.db, ids, END_SCHEDULED);
        for (const order of chunk.filter(isDue)) {
          await isolated(ctx, order.id, () =>
            // Its period is over and so is its subscription: it ends as it was asked to, and owes nothing.
            ending.has(order.id)
              ? cancellation.cancel(ctx, order.id, { reason: order.reason, when: isDue })
              : transitions.suspend(ctx, order.id, { reason, when: isDue }),
          );
        }
      }
      await tell(ctx, expiredSuspended);
      return true;
    },

    async sendSuspensionWarnings(ctx) {
      await ask(ctx, sendingSuspensionWarnings);
      // A grace is a day at least, so who is suspended within a day has ended already.
      for await (const chunk of endedChunks(ctx)) {
        const grace = await graceOf(ctx, chunk);
        const near = chunk.filter(
          (order) => isNear(suspensionOf(order, grace), ctx.now) && graceDays(order, grace) > 0,
        );
        const ending = await metas.listMarked(
          ctx.db,
          near.map(({ id }) => id),
          END_SCHEDULED,
        );
        for (const { id } of near.filter((order) => !ending.has(order.id)))
          await isolated(ctx, id, () => atomic(ctx, (tx) => warn(tx, id, grace)));
      }
      await tell(ctx, suspensionWarningsSent);
      return true;
    },

    async cancelSuspended(ctx) {
      await ask(ctx, cancelingSuspended);
      const { cancelSuspendedAfterDays: days, cancelSuspendedReason: reason } = await rules(ctx);
      if (days === undefined) return false;
      const before = startOfDay(ctx.now, -days);
      const when = (order: Order): boolean =>
        order.status === 'suspended' && order.suspendedAt !== undefined && order.suspendedAt < before;
      let after: due.Place | undefined;
      for (;;) {
        const chunk = await due.listSuspendedBefore(ctx.db, before, after, CHUNK);
        for (const { id } of chunk) await isolated(ctx, id, () => cancellation.cancel(ctx, id, { reason, when }));
        const last = chunk.at(-1);
        if (last?.suspendedAt === undefined) break;
        after = { time: last.suspendedAt, id: last.id };
      }
      await tell(ctx, suspendedCanceled);
      return true;
    },

    async cancelUnpaid(ctx) {
      await ask(ctx, cancelingUnpaid);
      const { cancelUnpaidAfterDays: days } = await rules(ctx);
      const desk = billing.current();
      if (days === undefined || desk === undefined) return false; // without invoices nobody knows who paid
      for (let afterId = 0; ;) {
        const chunk = await due.listOfStatus(ctx.db, 'pending_setup', afterId, CHUNK);
        await cancelUnpaidOf(ctx, desk, chunk, days);
        const last = chunk.at(-1);
        if (last === undefined) break;
        afterId = last.id;
      }
      await tell(ctx, unpaidCanceled);
      return true;
    },
  };

  async function* endedChunks(ctx: Context): AsyncGenerator<readonly Order[]> {
    let after: due.Place | undefined;
    for (;;) {
      const chunk = await due.listEnded(ctx.db, ctx.now, after, CHUNK);
      if (chunk.length > 0) yield chunk;
      const last = chunk.at(-1);
      if (last?.expiresAt === undefined) return;
      after = { time: last.expiresAt, id: last.id };
    }
  }

  /** Days of grace by product. */
  async function graceOf(ctx: Context, chunk: readonly Order[]): Promise<ReadonlyMap<number, number>> {
    const found = await products.findAll(ctx, [...new Set(chunk.map(({ productId }) => productId))]);
    return new Map([...found].map(([id, { suspensionGraceDays }]) => [id, suspensionGraceDays]));
  }

  /** The mark and the letter are one: a letter that cannot be sent is tried again by the outbox. */
  async function warn(tx: Tx, id: number, grace: ReadonlyMap<number, number>): Promise<void> {
    const order = await orders.findForUpdate(tx.db, id);
    const time = order && suspensionOf(order, grace);
    if (order?.status !== 'active' || time === undefined || !isNear(time, tx.now)) return;
    const suspendsAt = time.toISOString();
    if ((await metas.find(tx.db, id, WARNED_FOR)) === suspendsAt) return;
    await metas.set(tx.db, id, WARNED_FOR, suspendsAt, tx.now);
    await tx.emit(orderSuspensionNear, { orderId: id, clientId: order.clientId, suspendsAt });
  }

  async function cancelUnpaidOf(
    ctx: Context,
    desk: OrderBilling,
    chunk: readonly Order[],
    days: number,
  ): Promise<void> {
    if (chunk.length === 0) return;
    const paid = await desk.listEverPaid(
      ctx,
      chunk.map(({ id }) => id),
    );
    const invoiceIds = [...new Set(chunk.flatMap(({ unpaidInvoiceId }) => unpaidInvoiceId ?? []))];
    const unpaid = invoiceIds.length === 0 ? new Map<number, Date>() : await desk.listUnpaid(ctx, invoiceIds);
    const removed = new Set<number>();
    const kept = new Set<number>();
    for (const { id, unpaidInvoiceId, createdAt } of chunk) {
      const invoiceId = unpaidInvoiceId !== undefined && unpaid.has(unpaidInvoiceId) ? unpaidInvoiceId : undefined;
      const since = (invoiceId !== undefined && unpaid.get(invoiceId)) || createdAt;
      if (paid.has(id) || daysBetween(since, ctx.now) <= days) continue;
      if (invoiceId !== undefined && kept.has(invoiceId)) continue;
      await isolated(ctx, id, async () => {
        const isGone = await atomic(ctx, async (tx) => {
          const mustGo = invoiceId !== undefined && !removed.has(invoiceId);
          if (mustGo && !(await desk.removeUnpaid(tx, invoiceId))) return false;
          if ((await desk.listEverPaid(tx, [id])).has(id)) return false;
          await needs.orders.removePending(tx, id);
          return true;
        });
        if (invoiceId !== undefined) (isGone ? removed : kept).add(invoiceId);
      });
    }
  }
}

const graceDays = (order: Order, grace: ReadonlyMap<number, number>): number =>
  Math.max(order.suspensionGraceDays ?? grace.get(order.productId) ?? 0, 0);

const suspensionOf = (order: Order, grace: ReadonlyMap<number, number>): Date | undefined =>
  order.expiresAt && later(order.expiresAt, graceDays(order, grace) * DAY);

const isNear = (time: Date | undefined, now: Date): boolean =>
  time !== undefined && time > now && time <= later(now, DAY);

const ask = (ctx: Context, hook: HookToken): Promise<void> => atomic(ctx, (tx) => tx.ask(hook, {}));
const tell = (ctx: Context, event: EventToken): Promise<void> => atomic(ctx, (tx) => tx.emit(event, {}));

/** One order that fails does not keep the others from being done; a database that is away does. */
async function isolated(ctx: Context, id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError && error.code === 'database.unavailable') throw error;
    ctx.log.warn('order skipped', { order: id, error });
  }
}
