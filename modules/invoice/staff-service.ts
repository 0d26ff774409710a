import type { Static } from '@sinclair/typebox';
import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidInput, messageOf, notFound, AppError } from '#core/error';
import { isTruthy, parseDate } from '#core/schema';
import type { BalanceService, ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import { invoiceBeingUpdated, invoiceUpdated, type Invoice, type NewInvoice, type PaymentService } from './contract.ts';
import * as ledger from './ledger/repository.ts';
import { priceOf, quantityOf, readLine, type LineInput } from './line/input.ts';
import * as lines from './line/repository.ts';
import { added } from './refund.ts';
import * as invoices from './repository.ts';
import { getForUpdate, type Invoices } from './service.ts';
import type { Tasks } from './tasks.ts';
import { totalsOf } from './totals.ts';

/** What staff say of a new invoice (invoicing spec 6.1, `prepare`). */
export interface Draft {
  readonly clientId: number;
  readonly gatewayId?: number | undefined;
  readonly items: readonly Static<typeof LineInput>[];
  readonly text1?: string | undefined;
  readonly text2?: string | undefined;
  readonly approves: boolean;
}

/** What staff may rewrite (invoicing spec 6.4). Absent stays. */
export interface Edit {
  readonly plain: invoices.InvoiceChange;
  readonly gatewayId?: number | null | undefined;
  readonly paidAt?: string | undefined;
  readonly dueAt?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly newItem?: Static<typeof LineInput> | undefined;
  /** By line id; a line that does not say `taxed` is not. */
  readonly items?: Readonly<Record<string, unknown>> | undefined;
  readonly approves: boolean;
  readonly usesCredit: boolean;
  /** As it came, for those who are asked. */
  readonly sent: Readonly<Record<string, unknown>>;
}

interface Needs {
  readonly invoices: Invoices;
  readonly clients: ClientService & BalanceService;
  readonly currencies: CurrencyService;
  readonly payments: Pick<PaymentService, 'find'>;
  readonly tasks: Tasks;
}

export type Editing = ReturnType<typeof createEditing>;

export function createEditing({ invoices: lent, clients, currencies, payments, tasks }: Needs) {
  async function gatewayOf(ctx: Context, id: number) {
    const gateway = await payments.find(ctx, id);
    if (gateway === undefined) throw notFound('invoice.gateway_unknown', 'Payment gateway not found');
    return gateway;
  }

  return {
    /** The id; an invoice with a line that cannot be is not made at all. */
    async prepare(ctx: Context, draft: Draft): Promise<number> {
      const client = await clients.get(ctx, draft.clientId);
      const currency = client.currency ?? (await currencies.default(ctx)).code;
      if (draft.gatewayId !== undefined) await gatewayOf(ctx, draft.gatewayId);
      const wanted: NewInvoice = {
        clientId: client.id,
        currency,
        gatewayId: draft.gatewayId,
        text1: draft.text1,
        text2: draft.text2,
        lines: draft.items.map((item) => readLine(item, currency)),
      };
      const { id } = await atomic(ctx, async (tx) => {
        await clients.settleCurrency(tx, client.id, currency);
        return lent.issue(tx, wanted);
      });
      if (draft.approves) await approveQuietly(ctx, id);
      return id;
    },

    async edit(ctx: Context, id: number, edit: Edit): Promise<void> {
      await atomic(ctx, async (tx) => {
        const invoice = await getForUpdate(tx, id);
        await tx.ask(invoiceBeingUpdated, { invoiceId: id, sent: edit.sent });
        if (edit.gatewayId && !(await gatewayOf(tx, edit.gatewayId)).isEnabled)
          throw conflict('invoice.gateway_disabled', 'Payment gateway is not enabled');
        const createdAt = timeOf('created_at', edit.createdAt || undefined);
        const change: invoices.InvoiceChange = {
          ...edit.plain,
          ...(edit.gatewayId && { gatewayId: edit.gatewayId }),
          ...(edit.gatewayId === null && { gatewayId: undefined }),
          ...(edit.paidAt !== undefined && { paidAt: timeOf('paid_at', edit.paidAt) }),
          ...(edit.dueAt !== undefined && { dueAt: timeOf('due_at', edit.dueAt) }),
          ...(createdAt && { createdAt }),
        };
        await followStatus(tx, invoice, change.status);
        await invoices.update(tx.db, id, change, tx.now);
        if (edit.newItem !== undefined && edit.newItem.title) {
          await lines.insertAll(tx.db, id, [readLine(edit.newItem, invoice.currency)], tx.now);
        }
        await editLines(tx, invoice, edit.items ?? {});
        await tx.emit(invoiceUpdated, { invoiceId: id });
        await tx.record(`Updated invoice #${id}`);
      });
      if (edit.approves) {
        await lent.approve(ctx, id, { usesCredit: edit.usesCredit });
        await tasks.run(ctx, id);
      }
    },

    removeLine: (ctx: Context, lineId: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        const line = await lines.find(tx.db, lineId);
        if (line === undefined) throw unknownLine();
        await getForUpdate(tx, line.invoiceId);
        await lines.remove(tx.db, lineId);
        await tx.record(`Deleted line #${lineId} of invoice #${line.invoiceId}`);
      }),

    requeueLine: (ctx: Context, lineId: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        const status = await lines.statusForUpdate(tx.db, lineId);
        if (status === undefined) throw unknownLine();
        if (status !== 'failed') throw conflict('invoice.line_not_failed', 'Invoice item is not in a failed state');
        await lines.update(tx.db, lineId, { status: 'pending_setup', attempts: 0 }, tx.now);
        await tx.record(`Queued line #${lineId} again`);
      }),

    approveQuietly,
  };

  async function approveQuietly(ctx: Context, id: number): Promise<void> {
    try {
      await lent.approve(ctx, id);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      ctx.log.warn('invoice not approved', { invoice: id, error: messageOf(error) });
    }
  }

  /** Written by hand, a status does nothing but what keeps the books right. */
  async function followStatus(tx: Tx, invoice: Invoice, status: string | undefined): Promise<void> {
    if (status === undefined || status === invoice.status) return;
    if (invoice.status === 'unpaid' && status === 'canceled') await lent.giveBack(tx, invoice, 'invoice_canceled');
    const { due } = totalsOf(invoice);
    const amount = status === 'paid' ? due.amount : invoice.status === 'paid' ? -due.amount : 0;
    if (amount !== 0)
      await ledger.book(tx, {
        source: 'status',
        invoiceId: invoice.id,
        clientId: invoice.clientId,
        amount: { ...due, amount },
      });
  }

  /** Lines of other invoices are not found (weakness 17). */
  async function editLines(tx: Tx, invoice: Invoice, items: Readonly<Record<string, unknown>>): Promise<void> {
    for (const [id, sent] of Object.entries(items)) {
      const line = invoice.lines.find((one) => String(one.id) === id);
      if (line === undefined) throw unknownLine();
      if (typeof sent !== 'object' || sent === null) continue;
      const { title, price, quantity, taxed } = sent as Record<string, unknown>;
      const change: lines.LineChange = {
        title: typeof title === 'string' ? title.slice(0, 255) : undefined,
        price: price === undefined || price === null ? undefined : priceOf(price, invoice.currency).amount,
        quantity: quantity === undefined || quantity === null ? undefined : quantityOf(quantity),
        isTaxed: isTruthy(taxed),
      };
      await lines.update(tx.db, line.id, change, tx.now);
    }
  }
}

/** A text that is no time is refused; '' clears. */
function timeOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const time = parseDate(text);
  if (time === undefined) throw invalidInput('invoice.date', `Invalid date format for ${field}: ${text}`);
  return time;
}

export const noted = (notes: string | undefined, line: string): string | undefined => added(notes, line);

const unknownLine = () => notFound('invoice.line_unknown', 'Invoice item was not found');
