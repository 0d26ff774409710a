import { Type } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { money, toDecimal, toNumber } from '#core/money';
import { Anything, Dict, Id, List, MapOf, required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { adminInvoiceApi } from './api/admin-invoice.ts';
import type { PaidPart, PaymentService } from './contract.ts';
import type { InstalledGateways } from './gateway/service.ts';
import type { InvoiceModule } from './invoice-module.ts';
import * as ledger from './ledger/repository.ts';
import { asLine } from './line/input.ts';
import type { OpenEditing } from './open-edit.ts';
import { choicesOf } from './panel-choices.ts';
import { get } from './service.ts';
import { totalsOf } from './totals.ts';
import { presentForPanel } from './transaction/schema.ts';
import type { Transactions } from './transaction/service.ts';

export interface InvoicePanelParts {
  readonly module: InvoiceModule;
  readonly open: OpenEditing;
  readonly gateways: InstalledGateways;
  readonly transactions: Transactions;
  readonly payments: Pick<PaymentService, 'canRefund'>;
  readonly admin: ReturnType<typeof adminInvoiceApi>;
}

const Shown = MapOf(Anything());
const InvoiceId = { id: required('Invoice was not found', Id) };
const OneInvoice = Type.Object(InvoiceId);
const MOST_TRANSACTIONS = 50;

export const pageOfInvoice = (id: unknown): string => `/admin/invoice/manage/${String(id)}`;

/** One invoice, with all that staff can do to it and why they cannot do the rest. */
export function invoiceManagePages({ module, open, admin, ...around }: InvoicePanelParts): readonly Page[] {
  const permission = 'manage_invoices';

  const one = adminEndpoint({
    summary: 'An invoice, its payments, and what can be done next.',
    permission: 'view',
    input: OneInvoice,
    output: Shown,
    async handle(ctx, { id }) {
      const invoice = await get(ctx, id);
      const { total, due } = totalsOf(invoice);
      const [[view], payments, installed] = await Promise.all([
        module.views.show(ctx, [invoice]),
        ledger.listOf(ctx.db, [id]),
        around.gateways.listAll(ctx),
      ]);
      const titles = new Map(installed.map((one) => [one.id, one.title]));
      const left = money(total.amount - invoice.refund.amount, invoice.currency);
      const balance =
        invoice.clientId === undefined ? undefined : await module.clients.balanceOf(ctx, invoice.clientId);
      const canRefundAtGateway = invoice.status === 'paid' && (await around.payments.canRefund(ctx, id));
      return {
        ...view,
        due: toNumber(due),
        refunded: toNumber(invoice.refund),
        left: toDecimal(left),
        creditOffered: balance && toDecimal(balance.amount < due.amount ? balance : due),
        balance: balance && toNumber(balance),
        balanceCurrency: balance?.currency ?? null,
        why: choicesOf(invoice, { balance, canRefundAtGateway, left }),
        payments: (payments.get(id) ?? []).map((part) => paidOf(part, titles)),
        transactions: await transactionsOf(ctx, id, titles),
        gateways: installed.map((one) => [String(one.id), one.title]),
        may: rightsOf(ctx.actor),
      };
    },
  });

  async function transactionsOf(ctx: Context<AdminActor>, invoiceId: number, titles: ReadonlyMap<number, string>) {
    if (!holds(ctx.actor.rights, 'invoice', 'manage_transactions')) return [];
    const found = await around.transactions.list(ctx, { invoiceId }, { page: 1, perPage: MOST_TRANSACTIONS });
    return found.items.map((row) => presentForPanel(row, titles.get(row.gatewayId ?? 0)));
  }

  const editLines = adminEndpoint({
    summary: 'Change, add and remove lines of an open invoice.',
    permission,
    input: Type.Object({
      ...InvoiceId,
      items: Dict(),
      new_item: Dict(),
      removes: Type.Optional(List(Id)),
    }),
    output: Done,
    handle: (ctx, { id, items, new_item, removes = [] }) =>
      done(open.editLines(ctx, id, { items, newItem: asLine(new_item), removes })),
  });
  const cancel = adminEndpoint({
    summary: 'Cancel an open invoice.',
    permission,
    input: OneInvoice,
    output: Done,
    handle: (ctx, { id }) => done(open.cancel(ctx, id)),
  });
  const credit = adminEndpoint({
    summary: 'Pay an invoice, or a part of it, from the balance of its client.',
    permission,
    input: Type.Object({ ...InvoiceId, amount: Text({ maxLength: 40, default: '' }) }),
    output: Done,
    handle: (ctx, { id, amount }) => done(open.applyCredit(ctx, id, amount)),
  });

  const at = '/invoice/manage/:id';
  const form = { role: 'admin', then: `/admin${at}` } as const;
  return [
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/invoice' },
    { role: 'admin', route: 'GET /invoice/edit/:id', endpoint: one, view: 'admin/invoice-edit' },
    { ...form, route: 'POST /invoice/edit/:id', endpoint: admin.update, says: 'bill.saved' },
    { ...form, route: `POST ${at}/lines`, endpoint: editLines, says: 'bill.saved' },
    { ...form, route: `POST ${at}/approve`, endpoint: admin.approve, says: 'bill.approved' },
    { ...form, route: `POST ${at}/pay`, endpoint: admin.mark_as_paid, says: 'bill.markedPaid' },
    { ...form, route: `POST ${at}/credit`, endpoint: credit, says: 'bill.creditUsed' },
    { ...form, route: `POST ${at}/remind`, endpoint: admin.send_reminder, says: 'bill.reminded' },
    { ...form, route: `POST ${at}/refund`, endpoint: admin.refund, says: 'bill.refunded' },
    { ...form, route: `POST ${at}/cancel`, endpoint: cancel, says: 'bill.canceled' },
    { ...form, route: `POST ${at}/delete`, endpoint: admin.delete, says: 'bill.removed' },
  ]; // prettier-ignore
}

const paidOf = ({ id, source, gatewayId, transactionId, amount, createdAt }: PaidPart, titles: ReadonlyMap<number, string>) => ({
  id,
  source,
  gateway: titles.get(gatewayId ?? 0) ?? null,
  transaction_id: transactionId ?? null,
  amount: toNumber(amount),
  currency: amount.currency,
  created_at: createdAt,
}); // prettier-ignore

/** What is not allowed is not offered. */
const rightsOf = ({ rights }: AdminActor) =>
  Object.fromEntries(
    ['manage_invoices', 'manage_transactions'].map((key) => [key, holds(rights, 'invoice', key)]),
  ); // prettier-ignore
