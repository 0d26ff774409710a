import { atomic, type Context, type Tx } from '#core/context';
import { AppError, messageOf } from '#core/error';
import type { OrderService } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import { invoiceHookCalled, type InvoiceLine } from './contract.ts';
import * as lines from './line/repository.ts';
import * as invoices from './repository.ts';

/** Failures after which a line is left to staff (invoicing spec 5.9). */
const ATTEMPTS = 3;
const CHUNK = 200;

interface Needs {
  readonly orders: OrderService;
  readonly products: ProductService;
}

export interface Tasks {
  /** Does what the lines of a paid invoice stand for. Each line is done once, in the transaction of what it does. */
  run(ctx: Context, invoiceId: number): Promise<void>;
  /** The same for every invoice paid until then. */
  runAll(ctx: Context, paidUntil: Date): Promise<void>;
}

export function createTasks({ orders, products }: Needs): Tasks {
  const run = async (ctx: Context, invoiceId: number): Promise<void> => {
    const invoice = await invoices.findById(ctx.db, invoiceId);
    if (invoice?.status !== 'paid') return;
    for (const line of invoice.lines) {
      if (line.status === 'executed' || line.status === 'failed') continue;
      try {
        await perform(ctx, line);
      } catch (error) {
        if (!(error instanceof AppError) || error.kind === 'unavailable' || error.kind === 'internal') throw error;
        await noteFailure(ctx, line, error);
      }
    }
  };

  return {
    run,
    async runAll(ctx, paidUntil) {
      for (let afterId = 0; ;) {
        const ids = await lines.listInvoicesToRun(ctx.db, { paidUntil, afterId, limit: CHUNK });
        for (const id of ids) await run(ctx, id);
        if (ids.length < CHUNK) return;
        afterId = ids.at(-1) ?? afterId;
      }
    },
  };

  async function perform(ctx: Context, line: InvoiceLine): Promise<void> {
    const alongside = (tx: Tx): Promise<boolean> => claim(tx, line.id);
    if (line.type === 'order') {
      const orderId = Number(line.relId);
      const order = await orders.find(ctx, orderId);
      if (order === undefined) throw new AppError('not_found', 'order.unknown', 'Order not found');
      if (line.task === 'activate') {
        const product = await products.find(ctx, order.productId);
        if (product?.setup === 'after_payment') await orders.activate(ctx, orderId, { alongside });
      } else if (line.task === 'renew') {
        if (order.status === 'suspended') await orders.unsuspend(ctx, orderId);
        await orders.renew(ctx, orderId, { alongside });
      }
    }
    // Whatever had no order to go along with, or found it done already.
    await atomic(ctx, async (tx) => {
      if (!(await claim(tx, line.id))) return;
      if (line.type === 'hook_call')
        await tx.emit(invoiceHookCalled, { invoiceId: line.invoiceId, event: line.task, payload: line.relId ?? '[]' });
    });
  }

  async function noteFailure(ctx: Context, line: InvoiceLine, error: AppError): Promise<void> {
    await atomic(ctx, async (tx) => {
      if ((await lines.statusForUpdate(tx.db, line.id)) !== 'pending_setup') return;
      const attempts = line.attempts + 1;
      await lines.update(tx.db, line.id, { attempts, ...(attempts >= ATTEMPTS && { status: 'failed' }) }, tx.now);
      const orderId = Number(line.relId);
      const what = line.task === 'renew' ? 'renew' : 'be activated';
      if (line.type === 'order' && (await orders.find(tx, orderId)) !== undefined)
        await orders.note(tx, orderId, `Order could not ${what} due to error: ${messageOf(error)}`);
    });
    ctx.log.warn('task of an invoice line failed', { line: line.id, error });
  }
}

/** False when somebody else did it meanwhile. */
async function claim(tx: Tx, lineId: number): Promise<boolean> {
  const status = await lines.statusForUpdate(tx.db, lineId);
  if (status === undefined || status === 'executed' || status === 'failed') return false;
  await lines.update(tx.db, lineId, { status: 'executed' }, tx.now);
  return true;
}
