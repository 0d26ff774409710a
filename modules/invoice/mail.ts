import type { Context } from '#core/context';
import { mail, type Letter, type Mail } from '#core/listener';
import type { ClientService } from '#modules/client/contract';
import {
  invoiceApproved,
  invoiceDueSoon,
  invoiceOverdue,
  invoicePaid,
  invoiceReminded,
  type Invoice,
} from './contract.ts';
import { documentOf, languageOf, writeDate, type Manner } from './document.ts';
import type { Documents } from './documents.ts';
import * as invoices from './repository.ts';
import type { Rules } from './rules.ts';
import { totalsOf } from './totals.ts';
import type { InvoiceViews } from './views.ts';

interface Needs {
  readonly clients: ClientService;
  readonly views: InvoiceViews;
  readonly documents: Documents;
  rules(ctx: Context): Promise<Rules>;
}

/** Letters about invoices (invoicing spec 15). Who has paid by the time one is written is not asked for money. */
export function letters({ clients, views, documents, rules }: Needs): readonly Mail[] {
  async function write(
    ctx: Context,
    invoiceId: number,
    isWanted: (invoice: Invoice) => boolean,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Letter | undefined> {
    const invoice = await invoices.findById(ctx.db, invoiceId);
    if (invoice?.clientId === undefined || !isWanted(invoice)) return undefined;
    const client = await clients.find(ctx, invoice.clientId);
    if (client === undefined) return undefined;
    const [[view], current] = await Promise.all([views.show(ctx, [invoice]), rules(ctx)]);
    const manner = await documents.mannerFor(ctx, invoice, current.company, client);
    const document = documentOf(invoice, current, manner);
    const withBilling = { ...view, client: { ...view?.client, billing_email: client.billingEmail ?? null } };
    const toName = `${client.firstName ?? ''} ${client.lastName ?? ''}`.trim();
    return {
      to: client.billingEmail ?? client.email,
      ...(toName !== '' && { toName }),
      clientId: client.id,
      lang: client.lang,
      vars: { invoice: withBilling, c: view?.client ?? {}, shown: shownOf(invoice, manner), ...more },
      attachment: current.attachesPdf ? await documents.attachmentFor(ctx, invoice, document) : undefined,
    };
  }

  return [
    mail(invoiceApproved, 'mod_invoice_created', (ctx, { invoiceId }) => write(ctx, invoiceId, isOpen)),
    mail(invoicePaid, 'mod_invoice_paid', (ctx, { invoiceId }) => write(ctx, invoiceId, isPaid)),
    mail(invoiceReminded, 'mod_invoice_payment_reminder', (ctx, { invoiceId }) => write(ctx, invoiceId, isOpen)),
    mail(invoiceDueSoon, 'mod_invoice_payment_reminder', (ctx, { invoiceId }) => write(ctx, invoiceId, isOpen)),
    mail(invoiceOverdue, 'mod_invoice_due_after', (ctx, { invoiceId, days }) =>
      write(ctx, invoiceId, isOpen, { days_passed: days }),
    ),
  ];
}

const isOpen = (invoice: Invoice): boolean => invoice.status === 'unpaid' && isAboveZero(invoice);
const isPaid = (invoice: Invoice): boolean => invoice.status === 'paid' && isAboveZero(invoice);
const isAboveZero = (invoice: Invoice): boolean => totalsOf(invoice).total.amount > 0;

/** Amounts and dates as the document has them, so that letter and attachment read the same. */
function shownOf(invoice: Invoice, { write, locale, timeZone }: Manner) {
  const { total, due } = totalsOf(invoice);
  const date = (time: Date | undefined): string =>
    time === undefined ? '' : writeDate(time, languageOf(locale), timeZone);
  const { createdAt, dueAt, paidAt } = invoice;
  return {
    total: write(total),
    due: write(due),
    created_at: date(createdAt),
    due_at: date(dueAt),
    paid_at: date(paidAt),
  };
}
