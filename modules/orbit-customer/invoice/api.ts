import { Type } from '@sinclair/typebox';
import { DAY, later } from '#core/clock';
import { clientEndpoint, type Endpoint } from '#core/endpoint';
import { toNumber } from '#core/money';
import { fieldOf, Misfit } from '#core/schema';
import type { InvoiceFilter, InvoiceKind, Invoicing } from '#modules/invoice/contract';
import { Answer } from '../answer.ts';
import { DayOf, Line, Paging, Word } from '../field.ts';
import { said } from '../format.ts';
import { Pagination, pagination } from '../paging.ts';
import {
  InvoiceDetail,
  InvoiceSummary,
  invoiceStatus,
  presentDetail,
  presentSummary,
  STATUSES,
  TYPES,
} from './schema.ts';
import type { OwnInvoices } from './service.ts';

type Status = (typeof STATUSES)[number];

/** One or several, with commas. */
const StatusList = fieldOf<Status[]>({ type: 'array', items: { type: 'string' } }, (value) => {
  const sent = (Array.isArray(value) ? (value as unknown[]) : String(value).split(',')).map((one) =>
    String(one).trim(),
  );
  const known = sent.filter((one) => one !== '').map((one) => STATUSES.find((status) => status === one));
  if (!known.every((one) => one !== undefined))
    throw new Misfit(`Each of these must be one of ${STATUSES.join(', ')}.`);
  return known;
});

const STATES: Readonly<Record<Status, NonNullable<InvoiceFilter['states']>>> = {
  draft: [],
  unpaid: [{ status: 'unpaid', isPartlyPaid: false }],
  partially_paid: [{ status: 'unpaid', isPartlyPaid: true }],
  paid: [{ status: 'paid' }],
  refunded: [{ status: 'refunded' }],
  canceled: [{ status: 'canceled' }],
};
const KIND: Readonly<Record<(typeof TYPES)[number], InvoiceKind>> = {
  order: 'order',
  renewal: 'renewal',
  topup: 'deposit',
  custom: 'custom',
};
const startOf = (day: string): Date => new Date(`${day}T00:00:00Z`);

const Which = Type.Object({ invoice: Line(100) });

/** Invoices of the client (spec 10). */
export function invoiceRoutes(own: OwnInvoices, invoices: Invoicing): Readonly<Record<string, Endpoint>> {
  const pay = clientEndpoint({
    summary: 'Pay an invoice from the balance, as far as that goes.',
    input: Which,
    output: Answer(
      Type.Object({
        balance_used: Type.Number(),
        remainder: Type.Number(),
        invoice_status: Type.String(),
        new_user_balance: Type.Number(),
      }),
    ),
    handle: async (ctx, { invoice: which }) => {
      const { used, remainder, invoice, balance } = await own.pay(ctx, ctx.actor.id, which);
      return said(remainder.amount === 0 ? 'Invoice paid.' : 'A part of the invoice was paid.', {
        balance_used: toNumber(used),
        remainder: toNumber(remainder),
        invoice_status: invoiceStatus(invoice),
        new_user_balance: toNumber(balance),
      });
    },
  });
  return {
    'GET /invoices': clientEndpoint({
      summary: 'The invoices of the client, newest first.',
      input: Type.Object({
        status: Type.Optional(StatusList),
        type: Type.Optional(Word(TYPES)),
        date_from: Type.Optional(DayOf),
        date_to: Type.Optional(DayOf),
        ...Paging,
      }),
      output: Answer(Type.Object({ invoices: Type.Array(InvoiceSummary), pagination: Pagination })),
      handle: async (ctx, { status, type, date_from: from, date_to: to, page, per_page: perPage }) => {
        const filter = {
          states: status === undefined || status.length === 0 ? undefined : status.flatMap((one) => STATES[one]),
          kind: type === undefined ? undefined : KIND[type],
          createdFrom: from === undefined ? undefined : startOf(from),
          createdTo: to === undefined ? undefined : later(startOf(to), DAY),
        };
        const found = await own.list(ctx, ctx.actor.id, filter, { page, perPage });
        return said('Invoices.', {
          invoices: found.items.map((one) => presentSummary(one, invoices, ctx.now)),
          pagination: pagination(found),
        });
      },
    }),
    'GET /invoices/:invoice': clientEndpoint({
      summary: 'One invoice, by reference or id.',
      input: Which,
      output: Answer(InvoiceDetail),
      handle: async (ctx, { invoice }) =>
        said('Invoice.', presentDetail(await own.get(ctx, ctx.actor.id, invoice), invoices, ctx.now)),
    }),
    'POST /invoices/:invoice/pay-with-balance': pay,
    'POST /invoices/:invoice/pay': pay,
  };
}
