import { atomic } from '#core/context';
import { AppError, messageOf } from '#core/error';
import { isNegative } from '#core/money';
import type { OrderBilling, OrderService } from '#modules/order/contract';
import * as lines from './line/repository.ts';
import type { StaffEntry } from './mark-as-paid.ts';
import { added } from './refund.ts';
import { renewalLine, type Renewals } from './renewal.ts';
import * as invoices from './repository.ts';
import { getForUpdate, type Invoices } from './service.ts';
import type { Tasks } from './tasks.ts';

interface Needs {
  readonly invoices: Invoices;
  readonly orders: OrderService;
  readonly renewals: Renewals;
  readonly staffEntry: StaffEntry;
  readonly tasks: Tasks;
  readonly subscriptions: Pick<OrderBilling, 'canEndWithPeriod' | 'endWithPeriod' | 'endSubscriptions'>;
}

/** What the module of orders needs of this one. */
export function createBilling(needs: Needs): OrderBilling {
  const { invoices: lent, orders, renewals, staffEntry, tasks, subscriptions } = needs;
  return {
    ...subscriptions,

    async issue(tx, order) {
      if (isNegative(order.price)) return undefined;
      const isTaxed = await renewals.isTaxable(tx, order.clientId);
      const { id } = await lent.issue(tx, {
        clientId: order.clientId,
        currency: order.currency,
        lines: [renewalLine(order, isTaxed)],
      });
      await orders.linkInvoice(tx, [order.id], id);
      return id;
    },

    checkPayment: async (ctx, payment) => void (await staffEntry.checkPayment(ctx, payment)),

    async settle(ctx, invoiceId, payment) {
      try {
        await lent.approve(ctx, invoiceId, { usesCredit: true });
        if (payment !== undefined) await staffEntry.markAsPaid(ctx, invoiceId, payment);
        await tasks.run(ctx, invoiceId);
      } catch (error) {
        if (!(error instanceof AppError) || error.kind === 'unavailable') throw error;
        await atomic(ctx, async (tx) => {
          const { notes } = await getForUpdate(tx, invoiceId);
          const note = `Order was created, but invoice follow-up failed: ${messageOf(error)}`;
          await invoices.update(tx.db, invoiceId, { notes: added(notes, note) }, tx.now);
        });
      }
    },

    listEverPaid: (ctx, ids) => lines.listOrdersOn(ctx.db, ids, { status: 'paid' }),
    listUnpaid: (ctx, ids) => invoices.listByStatus(ctx.db, ids, 'unpaid'),

    async removeUnpaid(tx, invoiceId) {
      const invoice = await invoices.findForUpdate(tx.db, invoiceId);
      if (invoice === undefined) return true;
      if (invoice.status !== 'unpaid') return false;
      await lent.remove(tx, invoiceId);
      return true;
    },

    dropLines: (tx, orderId) => lines.removePendingOf(tx.db, orderId),
  };
}
