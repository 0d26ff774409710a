import { atomic, type Context, type Tx } from '#core/context';
import { AppError, conflict, notFound } from '#core/error';
import type { PaymentNotice } from '#core/gateway';
import { money, toDecimal, type Money } from '#core/money';
import type { BalanceService, ClientService } from '#modules/client/contract';
import type { OrderService } from '#modules/order/contract';
import { paymentRefunded, transactionProcessed, type Invoice, type Payment } from '../contract.ts';
import type { InstalledGateways } from '../gateway/service.ts';
import * as invoiceLines from '../line/repository.ts';
import * as invoices from '../repository.ts';
import { isDeposit } from '../service.ts';
import type { SubscriptionBook } from '../subscription/book.ts';
import { isDone, keepNotice, type Origin } from '../transaction/keep.ts';
import * as transactions from '../transaction/repository.ts';
import type { Transaction } from '../transaction/repository.ts';
import { sharesOf, totalsOf } from '../totals.ts';
import { guardAmount } from './guard.ts';
import { paymentErrorNumbers } from './numbers.ts';
import * as askedFor from './repository.ts';
import type { AskedPayment } from './repository.ts';

export interface BookingNeeds {
  readonly clients: ClientService & BalanceService;
  readonly orders: Pick<OrderService, 'find'>;
  readonly gateways: InstalledGateways;
  readonly subscriptions: SubscriptionBook;
  settle(tx: Tx, invoiceId: number, payment: Payment): Promise<boolean>;
  /** The open invoice that extends an order, or a new one; not approved. */
  prepareRenewal(tx: Tx, orderId: number): Promise<{ readonly invoice: Invoice }>;
  runTasks(ctx: Context, invoiceId: number): Promise<void>;
}

export type Bookings = ReturnType<typeof createBookings>;

/**
 * Money comes into the books here and nowhere else: the line on the client's balance, the state of the invoice and the
 * row of the transaction change in one database transaction, under locks taken in the order client, invoice, order,
 * transaction. Whatever is said twice, late or in the wrong order is booked once (docs/payments.md has the table).
 */
export function createBookings(needs: BookingNeeds) {
  const { clients, subscriptions } = needs;

  /** Stored first, then booked. The answer is the id of the transaction. */
  async function book(ctx: Context, gatewayId: number, notice: PaymentNotice, origin: Origin = {}): Promise<number> {
    const asked = origin.asked ?? (await askedBy(ctx, gatewayId, notice));
    const id = await keepNotice(ctx, gatewayId, notice, { ...origin, asked });
    await apply(ctx, id);
    return id;
  }

  /** Does what the stored notice of a transaction says, unless that is done. What is wrong with it is on the row afterwards. */
  async function apply(ctx: Context, id: number): Promise<void> {
    const row = await transactions.findById(ctx.db, id);
    if (row?.notice === undefined || isDone(row)) return;
    const { notice } = row;
    if (notice.status === 'pending') return;
    try {
      if (notice.status === 'failed') throw conflict('payment.failed', failureOf(notice));
      if (notice.kind === 'payment') await applyPayment(ctx, row, notice);
      else if (notice.kind === 'refund') await applyRefund(ctx, row);
      else await applySubscription(ctx, row, notice);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'unavailable' || error.kind === 'internal') throw error;
      await noteError(ctx, id, error);
    }
  }

  async function applyPayment(ctx: Context, row: Transaction, notice: PaymentNotice): Promise<void> {
    const { amount } = notice;
    if (amount === undefined || amount.amount <= 0)
      throw conflict('payment.no_amount', 'The payment gateway did not say how much was paid.');
    const gatewayId = row.gatewayId ?? 0;
    const asked = await askedBy(ctx, gatewayId, notice);
    const payer = await payerOf(ctx, row, notice, asked);
    const paid = await atomic(ctx, async (tx) => {
      await clients.lockBalance(tx, payer);
      const target = await invoiceFor(tx, row, notice);
      const current = await transactions.findForUpdate(tx.db, row.id);
      if (current === undefined || isDone(current)) return undefined;
      if ((await clients.find(tx, payer)) === undefined) throw notFound('client.unknown', 'Client not found');
      const isOpen = target?.status === 'unpaid';
      if (target !== undefined && isOpen) guardAmount(totalsOf(target).due, amount);
      const label = (await needs.gateways.find(tx, gatewayId))?.title ?? 'Gateway';
      const lineId = await clients.book(tx, {
        clientId: payer,
        amount,
        description: `${label} transaction No: ${row.txnId ?? row.id}`,
        type: 'transaction',
        relId: String(row.id),
      });
      if (lineId === undefined) throw new Error(`Transaction #${row.id} was not booked.`);
      if (target !== undefined && isOpen)
        await payFrom(tx, target, { source: 'gateway', gatewayId, transactionId: row.id });
      await transactions.update(
        tx.db,
        row.id,
        {
          status: 'processed',
          booking: 'ledger',
          balanceLineId: lineId,
          invoiceId: target?.id ?? row.invoiceId,
          error: undefined,
          errorCode: undefined,
          note: joined(current.note, isOpen ? restOf(target, amount) : strayNote(target, amount)),
        },
        tx.now,
      );
      if (asked !== undefined)
        await askedFor.end(tx.db, asked.id, { status: 'paid', externalId: notice.externalId, now: tx.now });
      if (notice.subscriptionId !== undefined)
        await subscriptions.announce(tx, {
          gatewayId,
          notice,
          invoiceId: row.invoiceId ?? target?.id,
          clientId: payer,
        });
      await tx.emit(transactionProcessed, { transactionId: row.id });
      return isOpen ? target.id : undefined;
    });
    if (paid !== undefined) await runTasks(ctx, paid);
  }

  /** The invoice a payment is for, locked: the one it names, or for a later period of a subscription its renewal. */
  async function invoiceFor(tx: Tx, row: Transaction, notice: PaymentNotice): Promise<Invoice | undefined> {
    const named = row.invoiceId === undefined ? undefined : await invoices.findForUpdate(tx.db, row.invoiceId);
    if (notice.subscriptionId === undefined || named?.status === 'unpaid') return named;
    const origin = (await subscriptions.originOf(tx, row.gatewayId ?? 0, notice.subscriptionId)) ?? row.invoiceId;
    const first = origin === undefined ? undefined : await invoices.findForUpdate(tx.db, origin);
    if (first === undefined || first.status === 'unpaid') return first ?? named;
    const orderId = Number(first.lines.find(({ type }) => type === 'order')?.relId);
    const order = Number.isSafeInteger(orderId) ? await needs.orders.find(tx, orderId) : undefined;
    if (order?.status !== 'active') return named ?? first;
    const { invoice } = await needs.prepareRenewal(tx, order.id);
    return invoices.findForUpdate(tx.db, invoice.id);
  }

  /** Takes exactly what is due from the balance, which the payment has just filled. Funds stay there: they were bought. */
  async function payFrom(tx: Tx, invoice: Invoice, payment: Payment): Promise<void> {
    const { due } = totalsOf(invoice);
    if (!isDeposit(invoice) && due.amount > 0 && invoice.clientId !== undefined)
      await clients.book(tx, {
        clientId: invoice.clientId,
        amount: money(-due.amount, due.currency),
        description: `Payment for invoice #${invoice.nr ?? invoice.id} using account credit.`,
        type: 'invoice',
        relId: String(invoice.id),
      });
    await needs.settle(tx, invoice.id, payment);
  }

  /** What staff say was paid, line by line as the contract has it. */
  async function bookByStaff(ctx: Context, row: Transaction): Promise<void> {
    const seen = row.invoiceId === undefined ? undefined : await invoices.findById(ctx.db, row.invoiceId);
    if (seen?.clientId === undefined) throw notFound('invoice.unknown', 'Invoice was not found');
    const { clientId } = seen;
    const paid = await atomic(ctx, async (tx) => {
      await clients.lockBalance(tx, clientId);
      const invoice = await invoices.findForUpdate(tx.db, seen.id);
      const current = await transactions.findForUpdate(tx.db, row.id);
      if (current === undefined || isDone(current)) return undefined;
      if (invoice === undefined) throw notFound('invoice.unknown', 'Invoice was not found');
      const { due, total } = totalsOf(invoice);
      const isOpen = invoice.status === 'unpaid';
      const amount = current.amount ?? (isOpen ? due : total);
      if (isOpen) guardAmount(due, amount);
      const label = (await needs.gateways.find(tx, row.gatewayId ?? 0))?.title ?? '';
      const description = `${label} transaction No: ${current.txnId ?? ''}`.trim();
      const lineId = await clients.book(tx, { clientId, amount, description, type: 'gift', relId: String(row.id) });
      if (lineId === undefined) throw new Error(`Transaction #${row.id} was not booked.`);
      if (isOpen) {
        await chargeLines(tx, invoice, clientId);
        await needs.settle(tx, invoice.id, { source: 'gateway', gatewayId: row.gatewayId, transactionId: row.id });
      }
      const note = isOpen ? description : strayNote(invoice, amount);
      const booked = { status: 'processed', booking: 'ledger', balanceLineId: lineId, amount, note } as const;
      await transactions.update(tx.db, row.id, { ...booked, error: undefined, errorCode: undefined }, tx.now);
      await tx.emit(transactionProcessed, { transactionId: row.id });
      return isOpen ? invoice.id : undefined;
    });
    if (paid !== undefined) await runTasks(ctx, paid);
  }

  /** Each line with its part of the tax, less what was paid of the invoice before; together exactly what is due. */
  async function chargeLines(tx: Tx, invoice: Invoice, clientId: number): Promise<void> {
    const shares = sharesOf(invoice);
    let credit = invoice.credit.amount;
    for (const [index, line] of invoice.lines.entries()) {
      if (line.isCharged) continue;
      const share = shares[index]?.amount ?? 0;
      const used = Math.min(Math.max(share, 0), credit);
      credit -= used;
      if (share !== used)
        await clients.book(tx, {
          clientId,
          amount: money(used - share, invoice.currency),
          description: line.title,
          type: 'invoice',
          relId: String(invoice.id),
          invoiceItemId: line.id,
        });
      await invoiceLines.update(tx.db, line.id, { isCharged: true }, tx.now);
    }
  }

  const applyRefund = (ctx: Context, row: Transaction): Promise<void> =>
    atomic(ctx, async (tx) => {
      const current = await transactions.findForUpdate(tx.db, row.id);
      if (current === undefined || isDone(current)) return;
      await transactions.update(tx.db, row.id, { status: 'processed', error: undefined, errorCode: undefined }, tx.now);
      await tx.emit(paymentRefunded, {
        transactionId: row.id,
        ...(current.invoiceId !== undefined && { invoiceId: current.invoiceId }),
      });
      await tx.emit(transactionProcessed, { transactionId: row.id });
    });

  async function applySubscription(ctx: Context, row: Transaction, notice: PaymentNotice): Promise<void> {
    const gatewayId = row.gatewayId ?? 0;
    const asked = await askedBy(ctx, gatewayId, notice);
    const seen = row.invoiceId === undefined ? undefined : await invoices.findById(ctx.db, row.invoiceId);
    await atomic(ctx, async (tx) => {
      const current = await transactions.findForUpdate(tx.db, row.id);
      if (current === undefined || isDone(current)) return;
      const about = {
        gatewayId,
        notice,
        invoiceId: seen?.id ?? asked?.invoiceId,
        clientId: seen?.clientId ?? asked?.clientId,
      };
      if (notice.kind === 'subscription_end') await subscriptions.end(tx, about);
      else await subscriptions.announce(tx, about);
      await transactions.update(tx.db, row.id, { status: 'processed', error: undefined, errorCode: undefined }, tx.now);
      await tx.emit(transactionProcessed, { transactionId: row.id });
    });
  }

  async function payerOf(
    ctx: Context,
    row: Transaction,
    notice: PaymentNotice,
    asked: AskedPayment | undefined,
  ): Promise<number> {
    const invoice = row.invoiceId === undefined ? undefined : await invoices.findById(ctx.db, row.invoiceId);
    const payer =
      invoice?.clientId ??
      asked?.clientId ??
      (notice.subscriptionId === undefined
        ? undefined
        : await subscriptions.clientOf(ctx, row.gatewayId ?? 0, notice.subscriptionId));
    if (payer === undefined) throw notFound('invoice.unknown', 'Invoice was not found');
    return payer;
  }

  /** The payment is in the books; what it buys is tried again by a job should it fail now. */
  async function runTasks(ctx: Context, invoiceId: number): Promise<void> {
    try {
      await needs.runTasks(ctx, invoiceId);
    } catch (error) {
      ctx.log.error('the lines of a paid invoice were not carried out', { invoice: invoiceId, error });
    }
  }

  return { book, apply, bookByStaff, noteError };
}

/** Only a request to this very gateway: nobody answers for another. */
async function askedBy(
  ctx: Context,
  gatewayId: number,
  { reference }: PaymentNotice,
): Promise<AskedPayment | undefined> {
  if (reference === undefined) return undefined;
  const asked = await askedFor.findByReference(ctx.db, reference);
  return asked?.gatewayId === gatewayId ? asked : undefined;
}

/** On the row, unless it was processed meanwhile. */
export const noteError = (ctx: Context, id: number, error: AppError): Promise<void> =>
  atomic(ctx, async (tx) => {
    const row = await transactions.findForUpdate(tx.db, id);
    if (row === undefined || isDone(row)) return;
    const notice = row.notice;
    if (notice?.reference !== undefined && notice.status === 'failed') {
      const asked = await askedFor.findByReference(tx.db, notice.reference);
      if (asked?.gatewayId === row.gatewayId && asked !== undefined)
        await askedFor.end(tx.db, asked.id, { status: 'failed', externalId: notice.externalId, now: tx.now });
    }
    await transactions.update(
      tx.db,
      id,
      { status: 'error', error: error.message, errorCode: paymentErrorNumbers[error.code] ?? 0 },
      tx.now,
    );
  });

const failureOf = ({ rawStatus, note }: PaymentNotice): string =>
  `Payment failed: ${[rawStatus ?? 'failed', note].filter(Boolean).join(', ')}`;

/** Money for an invoice that does not want it any more is the client's. */
function strayNote(invoice: Invoice | undefined, amount: Money): string {
  const what =
    invoice === undefined
      ? 'The invoice is gone'
      : invoice.status === 'paid'
        ? `Invoice #${invoice.id} was paid already`
        : `Invoice #${invoice.id} is ${invoice.status}`;
  return `${what}; ${toDecimal(amount)} ${amount.currency} stay on the balance of the client.`;
}

function restOf(invoice: Invoice, amount: Money): string | undefined {
  const rest = amount.amount - totalsOf(invoice).due.amount;
  if (rest <= 0 || isDeposit(invoice)) return undefined;
  return `Paid ${toDecimal(money(rest, amount.currency))} ${amount.currency} more than was due; the rest stays on the balance of the client.`;
}

const joined = (note: string | undefined, more: string | undefined): string | undefined =>
  note === undefined ? more : more === undefined ? note : `${note}\n${more}`;
