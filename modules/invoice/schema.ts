import { Type, type Static } from '@sinclair/typebox';
import { toNumber } from '#core/money';
import { parsePeriod } from '#core/period';
import { Anything, DateTime, MapOf, Or } from '#core/schema';
import type { Order } from '#modules/order/contract';
import type { Product } from '#modules/product/contract';
import type { Invoice, InvoiceLine } from './contract.ts';
import type { FailedLine } from './line/repository.ts';
import type { Rules } from './rules.ts';
import { subscribablePeriod } from './subscribable.ts';
import type { TaxRule } from './tax/repository.ts';
import { lineTotal, totalsOf } from './totals.ts';

const NullableText = Or(Type.String());

export const LineView = Type.Object({
  id: Type.Integer(),
  title: NullableText,
  period: NullableText,
  quantity: Type.Integer(),
  unit: NullableText,
  price: Type.Number(),
  tax: Type.Integer({ description: 'Always 0: tax is rounded once, over the whole invoice.' }),
  taxed: Type.Integer(),
  charged: Type.Integer(),
  total: Type.Number(),
  order_id: NullableText,
  type: Type.String(),
  rel_id: NullableText,
  task: Type.String(),
  status: Type.String(),
});

const OrderOfLine = Type.Object({
  id: Type.Integer(),
  title: NullableText,
  expires_at: Or(DateTime),
  product_name: Type.Optional(NullableText),
  product_type: Type.Optional(NullableText),
});

/** The full form (invoicing spec 4.1), at the level of release 0.8.5: prices are numbers. */
export const InvoiceView = Type.Object({
  id: Type.Integer(),
  serie: NullableText,
  nr: NullableText,
  client_id: Or(Type.Integer()),
  serie_nr: Type.String(),
  hash: Type.String(),
  gateway_id: Or(Type.Integer()),
  taxname: NullableText,
  taxrate: NullableText,
  currency: Type.String(),
  currency_rate: Type.Union([Type.String(), Type.Integer()]),
  tax: Type.Number(),
  subtotal: Type.Number(),
  total: Type.Number(),
  status: Type.String(),
  notes: NullableText,
  text_1: NullableText,
  text_2: NullableText,
  due_at: Or(DateTime),
  paid_at: Or(DateTime),
  created_at: DateTime,
  updated_at: DateTime,
  lines: Type.Array(LineView),
  buyer: MapOf(NullableText),
  seller: MapOf(NullableText),
  client: Or(MapOf(Anything())),
  reminded_at: Or(DateTime),
  approved: Type.Boolean(),
  income: Type.Number(),
  refund: Type.Number(),
  credit: Type.Number(),
  subscribable: Type.Boolean(),
  subscription: Type.Optional(Type.Object({ unit: Type.String(), cycle: Type.Integer(), period: Type.String() })),
  hash_expires_at: Or(DateTime),
  orders: Type.Array(OrderOfLine),
});

/** The short form of lists (invoicing spec 4.5). */
export const InvoiceSummary = Type.Object({
  id: Type.Integer(),
  serie: NullableText,
  nr: NullableText,
  serie_nr: Type.String(),
  client_id: Or(Type.Integer()),
  client: Or(Type.Object({ id: Type.Integer() })),
  currency: Type.String(),
  tax: Type.Number(),
  subtotal: Type.Number(),
  total: Type.Number(),
  status: Type.String(),
  due_at: Or(DateTime),
  paid_at: Or(DateTime),
  created_at: DateTime,
  updated_at: DateTime,
  buyer: Type.Object({ first_name: NullableText, last_name: NullableText, email: NullableText }),
  approved: Type.Boolean(),
});

/** What stands around an invoice. */
export interface Surroundings {
  readonly rules: Rules;
  readonly client: Readonly<Record<string, unknown>> | undefined;
  readonly orders: ReadonlyMap<number, Order>;
  readonly products: ReadonlyMap<number, Pick<Product, 'title' | 'type'>>;
}

export function presentInvoice(invoice: Invoice, around: Surroundings): Static<typeof InvoiceView> {
  const { subtotal, tax, total } = totalsOf(invoice);
  const period = subscribablePeriod(invoice.lines);
  return {
    id: invoice.id,
    serie: invoice.serie ?? null,
    nr: invoice.nr ?? null,
    client_id: invoice.clientId ?? null,
    serie_nr: serieNrOf(invoice, around.rules),
    hash: invoice.hash,
    gateway_id: invoice.gatewayId ?? null,
    taxname: invoice.taxName ?? null,
    taxrate: invoice.taxRate ?? null,
    currency: invoice.currency,
    currency_rate: invoice.currencyRate ?? 1,
    tax: toNumber(tax),
    subtotal: toNumber(subtotal),
    total: toNumber(total),
    status: invoice.status,
    notes: invoice.notes ?? null,
    text_1: invoice.text1 ?? null,
    text_2: invoice.text2 ?? null,
    due_at: invoice.dueAt ?? null,
    paid_at: invoice.paidAt ?? null,
    created_at: invoice.createdAt,
    updated_at: invoice.updatedAt,
    lines: invoice.lines.map(presentLine),
    buyer: presentBuyer(invoice),
    seller: presentSeller(invoice, around.rules),
    client: around.client ?? null,
    reminded_at: invoice.remindedAt ?? null,
    approved: invoice.isApproved,
    income: incomeOf(invoice),
    refund: 0,
    credit: toNumber(invoice.credit),
    subscribable: period !== undefined,
    ...(period !== undefined && { subscription: subscriptionOf(period) }),
    hash_expires_at: invoice.hashExpiresAt ?? null,
    orders: ordersOf(invoice, around),
  };
}

export function presentSummary(invoice: Invoice, { rules, client }: Surroundings): Static<typeof InvoiceSummary> {
  const { subtotal, tax, total } = totalsOf(invoice);
  return {
    id: invoice.id,
    serie: invoice.serie ?? null,
    nr: invoice.nr ?? null,
    serie_nr: serieNrOf(invoice, rules),
    client_id: invoice.clientId ?? null,
    client: client === undefined || invoice.clientId === undefined ? null : { id: invoice.clientId },
    currency: invoice.currency,
    tax: toNumber(tax),
    subtotal: toNumber(subtotal),
    total: toNumber(total),
    status: invoice.status,
    due_at: invoice.dueAt ?? null,
    paid_at: invoice.paidAt ?? null,
    created_at: invoice.createdAt,
    updated_at: invoice.updatedAt,
    buyer: {
      first_name: invoice.buyer.firstName ?? null,
      last_name: invoice.buyer.lastName ?? null,
      email: invoice.buyer.email ?? null,
    },
    approved: invoice.isApproved,
  };
}

/** Series and number as printed; an invoice without a number of digits shows its id (invoicing spec 4.1). */
export function serieNrOf({ serie, nr, id }: Pick<Invoice, 'serie' | 'nr' | 'id'>, { padding }: Rules): string {
  const isNumeric = nr !== undefined && /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(nr);
  const number = isNumeric ? Math.trunc(Number(nr)) : id;
  return `${serie ?? ''}${String(number).padStart(padding, '0')}`;
}

const presentLine = (line: InvoiceLine): Static<typeof LineView> => ({
  id: line.id,
  title: line.title,
  period: line.period ?? null,
  quantity: line.quantity,
  unit: line.unit ?? null,
  price: toNumber(line.price),
  tax: 0,
  taxed: Number(line.isTaxed),
  charged: Number(line.isCharged),
  total: toNumber(lineTotal(line)),
  order_id: line.type === 'order' ? (line.relId ?? null) : null,
  type: line.type,
  rel_id: line.relId ?? null,
  task: line.task,
  status: line.status,
});

const presentBuyer = ({ buyer }: Invoice): Record<string, string | null> => ({
  first_name: buyer.firstName ?? null,
  last_name: buyer.lastName ?? null,
  company: buyer.company ?? null,
  company_vat: buyer.vat ?? null,
  company_number: buyer.number ?? null,
  address: buyer.address ?? null,
  city: buyer.city ?? null,
  state: buyer.state ?? null,
  country: buyer.country ?? null,
  phone: buyer.phone ?? null,
  phone_cc: buyer.phoneCc ?? '',
  email: buyer.email ?? null,
  zip: buyer.zip ?? null,
});

const presentSeller = ({ seller }: Invoice, { company, seller: now }: Rules): Record<string, string | null> => ({
  company: seller.company || now.company || null,
  company_vat: seller.vat ?? '',
  company_number: seller.number ?? '',
  address: seller.address || now.address || null,
  address_1: company['address_1'] ?? '',
  address_2: company['address_2'] ?? '',
  address_3: company['address_3'] ?? '',
  phone: seller.phone || now.phone || null,
  email: seller.email || now.email || null,
  account_number: company['account_number'] ?? null,
  bank_name: company['bank_name'] ?? null,
  bic: company['bic'] ?? null,
});

const incomeOf = ({ baseIncome, baseRefund }: Invoice): number =>
  (baseIncome === undefined ? 0 : toNumber(baseIncome)) - (baseRefund === undefined ? 0 : toNumber(baseRefund));

const subscriptionOf = (code: string) => {
  const { unit, quantity } = parsePeriod(code);
  return { unit, cycle: quantity, period: code };
};

function ordersOf(invoice: Invoice, { orders, products }: Surroundings): Static<typeof OrderOfLine>[] {
  const ids = new Set(invoice.lines.flatMap(({ type, relId }) => (type === 'order' && relId ? [Number(relId)] : [])));
  return [...ids].flatMap((id) => {
    const order = orders.get(id);
    if (order === undefined) return [];
    const product = products.get(order.productId);
    const named = product && { product_name: product.title, product_type: product.type };
    return [{ id, title: order.title, expires_at: order.expiresAt ?? null, ...named }];
  });
}

export const FailedLineView = Type.Object({
  id: Type.Integer(),
  invoice_id: Or(Type.Integer()),
  type: NullableText,
  rel_id: NullableText,
  task: NullableText,
  status: NullableText,
  title: NullableText,
  period: NullableText,
  quantity: Or(Type.Integer()),
  unit: NullableText,
  price: Or(Type.Number()),
  charged: Type.Integer(),
  taxed: Type.Integer(),
  attempts: Type.Integer(),
  created_at: DateTime,
  updated_at: DateTime,
});

export const presentFailed = (line: FailedLine): Static<typeof FailedLineView> => ({
  id: line.id,
  invoice_id: line.invoiceId,
  type: line.type,
  rel_id: line.relId ?? null,
  task: line.task,
  status: line.status,
  title: line.title,
  period: line.period ?? null,
  quantity: line.quantity,
  unit: line.unit ?? null,
  price: toNumber(line.price),
  charged: Number(line.isCharged),
  taxed: Number(line.isTaxed),
  attempts: line.attempts,
  created_at: line.createdAt,
  updated_at: line.updatedAt,
});

export const TaxView = Type.Object({
  id: Type.Integer(),
  level: Type.Null(),
  name: Type.String(),
  country: NullableText,
  state: NullableText,
  taxrate: Type.String(),
  created_at: DateTime,
  updated_at: DateTime,
});

export const presentTax = (rule: TaxRule): Static<typeof TaxView> => ({
  id: rule.id,
  level: null,
  name: rule.name,
  country: rule.country ?? null,
  state: rule.state ?? null,
  taxrate: rule.rate,
  created_at: rule.createdAt,
  updated_at: rule.updatedAt,
});
