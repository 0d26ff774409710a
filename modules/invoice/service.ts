import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidInput, notFound } from '#core/error';
import { rateFrom, subtract, zero, type Money } from '#core/money';
import { randomHex } from '#core/secret';
import type { BalanceService, ClientService, LockedClient } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { OrderService } from '#modules/order/contract';
import type { PromoService } from '#modules/product/contract';
import {
  invoiceApproved,
  invoiceBeingApproved,
  invoiceBeingRemoved,
  invoicePaid,
  invoiceRemoved,
  type Invoice,
  type NewInvoice,
  type Payment,
} from './contract.ts';
import * as ledger from './ledger/repository.ts';
import * as lines from './line/repository.ts';
import { COUNTER, type Rules } from './rules.ts';
import type { Numbering } from './number.ts';
import * as invoices from './repository.ts';
import { buyerOf } from './snapshot.ts';
import type { Taxes } from './tax/service.ts';
import { totalsOf } from './totals.ts';

export interface Needs {
  readonly clients: ClientService & BalanceService;
  readonly orders: OrderService;
  readonly promos: PromoService;
  readonly currencies: CurrencyService;
  readonly taxes: Taxes;
  readonly numbering: Numbering;
  rules(ctx: Context): Promise<Rules>;
}

export type Invoices = ReturnType<typeof createInvoices>;

export interface Approval {
  readonly usesCredit?: boolean;
}

/** What can happen to one invoice. Locks are taken in this order: client, invoice, order, transaction, number. */
export function createInvoices({ clients, orders, promos, currencies, taxes, numbering, rules }: Needs) {
  return {
    issue: async (tx: Tx, asked: NewInvoice): Promise<Invoice> =>
      issueTo(tx, await clients.lock(tx, asked.clientId), asked),

    issueTo,

    async approve(ctx: Context, id: number, options: Approval = {}): Promise<void> {
      await atomic(ctx, (tx) => approveIn(tx, id, options));
    },

    approveIn,
    approveNew,
    settle,
    payWithCredit,

    applyCredit: (ctx: Context, id: number, amount: Money): Promise<Invoice> =>
      atomic(ctx, async (tx) => {
        const { clientId } = await get(tx, id);
        const balance = clientId === undefined ? undefined : await clients.lockBalance(tx, clientId);
        const invoice = await getForUpdate(tx, id);
        if (invoice.status !== 'unpaid') throw conflict('invoice.not_unpaid', 'Only an unpaid invoice can be paid.');
        const { due } = totalsOf(invoice);
        if (amount.currency !== invoice.currency || amount.amount <= 0)
          throw invalidInput('invoice.credit_amount', 'The amount must be above zero, in the currency of the invoice.');
        if (amount.amount > due.amount)
          throw invalidInput('invoice.credit_amount', 'The amount is more than what is due.');
        if (balance?.currency !== amount.currency || balance.amount < amount.amount)
          throw conflict('invoice.credit_short', 'The balance is not sufficient.');
        await bookCredit(tx, invoice, amount);
        if (amount.amount === due.amount) await settleLocked(tx, invoice, { source: 'credit' });
        else {
          await ledger.book(tx, { source: 'credit', invoiceId: id, clientId, amount });
          const credit = { ...invoice.credit, amount: invoice.credit.amount + amount.amount };
          await invoices.update(tx.db, id, { credit }, tx.now);
        }
        return get(tx, id);
      }),

    /** A part that was paid from the balance goes back there. */
    async remove(tx: Tx, id: number): Promise<void> {
      const { clientId } = await get(tx, id);
      if (clientId !== undefined && (await clients.find(tx, clientId)) !== undefined)
        await clients.lockBalance(tx, clientId);
      const invoice = await getForUpdate(tx, id);
      await tx.ask(invoiceBeingRemoved, { invoiceId: id });
      if (invoice.status === 'unpaid') await giveBack(tx, invoice, 'invoice_deleted');
      await orders.unlinkInvoice(tx, id);
      await numbering.retire(tx, id);
      await invoices.remove(tx.db, id);
      await tx.emit(invoiceRemoved, { invoiceId: id, ...(clientId !== undefined && { clientId }) });
      await tx.record(`Deleted invoice #${id}`);
    },

    giveBack,

    /** All of a client who is removed, with what they reserved. */
    async removeAllOf(tx: Tx, clientId: number): Promise<void> {
      await promos.release(tx, { clientId }, 'client_deleted');
      for (const id of await invoices.listIdsOfClient(tx.db, clientId)) {
        await orders.unlinkInvoice(tx, id);
        await numbering.retire(tx, id);
        await invoices.remove(tx.db, id);
        await tx.emit(invoiceRemoved, { invoiceId: id, clientId });
      }
    },
  };

  /** The client is locked. */
  async function issueTo(tx: Tx, client: LockedClient, asked: Omit<NewInvoice, 'clientId'>): Promise<Invoice> {
    const settings = await rules(tx);
    const tax = settings.isTaxOn && !client.isTaxExempt ? await taxes.ruleFor(tx, client) : undefined;
    const number = await numbering.take(tx, COUNTER, settings.series);
    const head = {
      ...UNPAID,
      clientId: client.id,
      serie: settings.series,
      nr: String(number.number),
      hash: newHash(),
      hashExpiresAt: settings.hashExpiry(tx.now),
      currency: asked.currency,
      gatewayId: asked.gatewayId,
      taxName: tax?.name ?? '',
      taxRate: tax?.rate ?? '0',
      notes: settings.note,
      text1: asked.text1,
      text2: asked.text2,
      seller: settings.seller,
      buyer: buyerOf(client.summary),
      credit: zero(asked.currency),
      refund: zero(asked.currency),
      dueAt: asked.dueAt ?? settings.dueAt(tx.now),
      createdAt: tx.now,
      updatedAt: tx.now,
    };
    const id = await invoices.insert(tx.db, head);
    await numbering.keep(tx, number, id);
    const stored = await lines.insertFirst(tx.db, { id, currency: head.currency }, asked.lines, tx.now);
    await tx.record(`Created invoice #${id}`);
    return { ...head, id, lines: stored };
  }

  async function settle(tx: Tx, id: number, payment: Payment): Promise<boolean> {
    const invoice = await getForUpdate(tx, id);
    return settleLocked(tx, invoice, payment);
  }

  async function settleLocked(tx: Tx, invoice: Invoice, payment: Payment): Promise<boolean> {
    if (invoice.status === 'paid') return false;
    const { id, clientId } = invoice;
    const { due, subtotal } = totalsOf(invoice);
    const [settings, currency, base] = await Promise.all([
      rules(tx),
      currencies.find(tx, invoice.currency),
      currencies.default(tx),
    ]);
    if (currency === undefined)
      throw conflict('invoice.no_rate', `Currency rate for code '${invoice.currency}' is not configured.`);
    await lines.awaitTasks(tx.db, id, tx.now);
    await orders.unlinkInvoice(tx, id);
    const change = {
      serie: settings.paidSeries,
      isApproved: true,
      status: 'paid',
      paidAt: tx.now,
      currencyRate: currency.rateText,
      baseIncome: currencies.toDefault(subtotal, currency, base.code),
      ...(payment.gatewayId !== undefined && { gatewayId: payment.gatewayId }),
    };
    await invoices.update(tx.db, id, change, tx.now);
    await promos.commit(tx, id, tx.now);
    if (due.amount !== 0) await ledger.book(tx, { ...payment, invoiceId: id, clientId, amount: due });
    await tx.emit(invoicePaid, { invoiceId: id });
    await tx.record(`Invoice #${id} is paid`);
    return true;
  }

  /** Whether the balance paid it. */
  async function approveIn(tx: Tx, id: number, { usesCredit = false }: Approval): Promise<boolean> {
    await tx.ask(invoiceBeingApproved, { invoiceId: id });
    const clientId = usesCredit ? await invoices.findClientOf(tx.db, id) : undefined;
    const balance = clientId === undefined ? undefined : await clients.lockBalance(tx, clientId);
    const invoice = await getForUpdate(tx, id);
    await markApproved(tx, id);
    const isPaid = usesCredit && (await payLocked(tx, { ...invoice, isApproved: true }, balance));
    return announceApproval(tx, id, isPaid);
  }

  /** The same, from the balance unless there is none, for what was issued in this transaction, its client locked. */
  async function approveNew(tx: Tx, issued: Invoice, { hasCredit = true } = {}): Promise<boolean> {
    const { id, clientId } = issued;
    await tx.ask(invoiceBeingApproved, { invoiceId: id });
    await markApproved(tx, id);
    const balance = clientId === undefined || !hasCredit ? undefined : await clients.balanceOf(tx, clientId);
    // Who was asked may have changed it, so it is read again before money moves.
    const isPaid = isCovered(issued, balance) && (await payLocked(tx, await getForUpdate(tx, id), balance));
    return announceApproval(tx, id, isPaid);
  }

  async function markApproved(tx: Tx, id: number): Promise<void> {
    const hashExpiresAt = (await rules(tx)).hashExpiry(tx.now);
    await invoices.update(tx.db, id, { isApproved: true, hashExpiresAt }, tx.now);
  }

  async function announceApproval(tx: Tx, id: number, isPaid: boolean): Promise<boolean> {
    await tx.emit(invoiceApproved, { invoiceId: id });
    await tx.record(`Approved invoice #${id}`);
    return isPaid;
  }

  function payWithCredit(ctx: Context, id: number): Promise<boolean> {
    return atomic(ctx, async (tx) => {
      const clientId = await invoices.findClientOf(tx.db, id);
      const balance = clientId === undefined ? undefined : await clients.lockBalance(tx, clientId);
      return payLocked(tx, await getForUpdate(tx, id), balance);
    });
  }

  /** Client and invoice are locked. */
  async function payLocked(tx: Tx, invoice: Invoice, balance: Money | undefined): Promise<boolean> {
    if (!invoice.isApproved || invoice.status !== 'unpaid' || !isCovered(invoice, balance)) return false;
    const { due } = totalsOf(invoice);
    if (due.amount > 0) await bookCredit(tx, invoice, due);
    return settleLocked(tx, invoice, { source: 'credit' });
  }

  /** Whether nothing is left to pay, or no more than the balance holds. */
  function isCovered(invoice: Invoice, balance: Money | undefined): boolean {
    const { due } = totalsOf(invoice);
    if (due.amount <= 0) return true;
    return !isDeposit(invoice) && balance?.currency === due.currency && balance.amount >= due.amount;
  }

  async function bookCredit(tx: Tx, { id, clientId, nr }: Invoice, amount: Money): Promise<void> {
    if (clientId === undefined) throw conflict('invoice.no_client', 'The invoice belongs to no client.');
    await clients.book(tx, {
      clientId,
      amount: { ...amount, amount: -amount.amount },
      description: `Payment for invoice #${nr ?? id} using account credit.`,
      type: 'invoice',
      relId: String(id),
    });
  }

  /** An unpaid invoice ends: what it reserved is free again, and what was paid of it goes back to the balance. */
  async function giveBack(tx: Tx, invoice: Invoice, reason: 'invoice_deleted' | 'invoice_canceled'): Promise<void> {
    const { id, clientId, credit } = invoice;
    await promos.release(tx, { invoiceId: id }, reason);
    const paid = (await ledger.sumOf(tx.db, [id])).get(id) ?? 0;
    if (paid === 0 || clientId === undefined || (await clients.find(tx, clientId)) === undefined) return;
    const amount = { ...credit, amount: paid };
    await clients.book(tx, {
      clientId,
      amount,
      description: `Returned from invoice #${invoice.nr ?? id}.`,
      type: 'invoice',
      relId: String(id),
    });
    await ledger.book(tx, {
      source: 'credit',
      invoiceId: id,
      clientId,
      amount: subtract(zero(credit.currency), amount),
    });
    await invoices.update(tx.db, id, { credit: zero(credit.currency) }, tx.now);
  }
}

export async function get(ctx: Context, id: number): Promise<Invoice> {
  const invoice = await invoices.findById(ctx.db, id);
  if (invoice === undefined) throw unknownInvoice();
  return invoice;
}

export async function getForUpdate(tx: Tx, id: number): Promise<Invoice> {
  const invoice = await invoices.findForUpdate(tx.db, id);
  if (invoice === undefined) throw unknownInvoice();
  return invoice;
}

export const unknownInvoice = () => notFound('invoice.unknown', 'Invoice was not found');

export const isDeposit = ({ lines: all }: Invoice): boolean => all.some(({ type }) => type === 'deposit');

/** 48 hexadecimal characters. */
export const newHash = (): string => randomHex(48);

/** The rate an invoice was paid at, for its credit note. */
export const paidRate = ({ currency, currencyRate }: Invoice) => ({
  code: currency,
  rate: rateFrom(currencyRate ?? '1'),
});

const UNPAID = {
  currencyRate: undefined,
  status: 'unpaid',
  refundOf: undefined,
  isApproved: false,
  baseIncome: undefined,
  baseRefund: undefined,
  remindedAt: undefined,
  paidAt: undefined,
} as const;
