import { Type, type Static } from '@sinclair/typebox';
import { money, multiply, sum, toNumber } from '#core/money';
import { Or } from '#core/schema';
import type { Invoice, InvoiceKind, Invoicing } from '#modules/invoice/contract';
import { day, time } from '../format.ts';
import { referenceOf } from './reference.ts';
import type { ShownInvoice } from './service.ts';

export const STATUSES = ['draft', 'unpaid', 'partially_paid', 'paid', 'refunded', 'canceled'] as const;
export const TYPES = ['order', 'renewal', 'topup', 'custom'] as const;

export const InvoiceSummary = Type.Object({
  reference: Type.String(),
  type: Type.String(),
  status: Type.String(),
  currency: Type.String(),
  billing_subtotal: Type.Number(),
  billing_tax: Type.Number(),
  billing_total: Type.Number(),
  billing_balance: Type.Number(),
  due_date: Or(Type.String()),
  created_at: Type.String(),
  licenses: Type.Array(Type.Object({ license_key: Type.String(), product_name: Type.String() })),
  discount_code: Or(Type.String()),
  discount_amount: Type.Number(),
  is_overdue: Type.Boolean(),
  id: Type.Integer(),
});

export const InvoiceDetail = Type.Object({
  ...InvoiceSummary.properties,
  line_items: Type.Array(
    Type.Object({
      description: Type.String(),
      quantity: Type.Integer(),
      unit_price: Type.Number(),
      total: Type.Number(),
      period: Or(Type.String()),
      license_key: Or(Type.String()),
    }),
  ),
  payments: Type.Array(
    Type.Object({
      transaction_id: Type.String(),
      gateway: Type.String(),
      amount: Type.Number(),
      payment_date: Type.String(),
    }),
  ),
});

export function invoiceStatus({ status, isApproved, credit }: Invoice): string {
  if (status === 'paid' || status === 'refunded' || status === 'canceled') return status;
  if (!isApproved) return 'draft';
  return credit.amount > 0 ? 'partially_paid' : 'unpaid';
}

const TYPE: Readonly<Record<InvoiceKind, (typeof TYPES)[number]>> = {
  order: 'order',
  renewal: 'renewal',
  deposit: 'topup',
  custom: 'custom',
};

export function presentSummary(
  { invoice, licenses, discountCode }: ShownInvoice,
  invoices: Invoicing,
  now: Date,
): Static<typeof InvoiceSummary> {
  const { subtotal, tax, total, due } = invoices.totals(invoice);
  const isOpen = invoice.status === 'unpaid';
  const off = sum(
    invoice.lines
      .filter(({ unit, price }) => unit === 'discount' || price.amount < 0)
      .map(({ price, quantity }) => multiply(price, quantity)),
    invoice.currency,
  );
  return {
    reference: referenceOf(invoice.id),
    type: TYPE[invoices.kindOf(invoice)],
    status: invoiceStatus(invoice),
    currency: invoice.currency,
    billing_subtotal: toNumber(subtotal),
    billing_tax: toNumber(tax),
    billing_total: toNumber(total),
    billing_balance: isOpen ? toNumber(money(Math.max(0, due.amount), due.currency)) : 0,
    due_date: invoice.dueAt === undefined ? null : day(invoice.dueAt),
    created_at: time(invoice.createdAt),
    licenses: [...licenses.values()].map(({ key, license }) => ({
      license_key: key,
      product_name: license.productName,
    })),
    discount_code: off.amount < 0 ? (discountCode ?? null) : null,
    discount_amount: toNumber(money(Math.max(0, -off.amount), off.currency)),
    is_overdue: isOpen && invoice.dueAt !== undefined && invoice.dueAt < now,
    id: invoice.id,
  };
}

export function presentDetail(shown: ShownInvoice, invoices: Invoicing, now: Date): Static<typeof InvoiceDetail> {
  const { invoice, licenses, parts } = shown;
  return {
    ...presentSummary(shown, invoices, now),
    line_items: invoice.lines.map(({ title, quantity, price, period, type, relId }) => ({
      description: title,
      quantity,
      unit_price: toNumber(price),
      total: toNumber(multiply(price, quantity)),
      period: period ?? null,
      license_key: (type === 'order' ? licenses.get(Number(relId))?.key : undefined) ?? null,
    })),
    payments: parts
      .filter(({ amount }) => amount.amount > 0)
      .map(({ reference, gateway, amount, createdAt }) => ({
        transaction_id: reference,
        gateway,
        amount: toNumber(amount),
        payment_date: time(createdAt),
      })),
  };
}
