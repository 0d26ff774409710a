import { Type, type Static } from '@sinclair/typebox';
import { money, multiply, subtract, toNumber, zero } from '#core/money';
import type { OrderStatus } from '#core/product';
import { Or } from '#core/schema';
import { time, timeOrNull } from '../format.ts';
import { referenceOf } from '../invoice/reference.ts';
import { invoiceStatus } from '../invoice/schema.ts';
import type { Invoicing } from '#modules/invoice/contract';
import { featuresOf } from '../license/plan.ts';
import { LicenseRef, periodName, PERIOD_NAMES, PERIODS, presentRef } from '../license/schema.ts';
import { presentPricing } from './pricing.ts';
import { orderReference } from './reference.ts';
import { paymentStatusOf, type Bought, type Offer, type Plan, type ShownOrder } from './service.ts';

const ProductRef = Type.Object({ name: Type.String(), slug: Type.String() });

export const PricingView = Type.Object({
  base_price: Type.Number(),
  period_months: Type.Integer(),
  period_total: Type.Number(),
  discount_percent: Type.Number(),
  discount_amount: Type.Number(),
  final_price: Type.Number(),
});

export const OfferView = Type.Object({
  product: ProductRef,
  billing_period: Type.String(),
  pricing: PricingView,
  discount: Or(Type.Object({ code: Type.String(), type: Type.String(), value: Type.Number(), amount: Type.Number() })),
  user_balance: Type.Number(),
  can_afford: Type.Boolean(),
  setup_fee: Type.Number(),
  tax: Type.Number(),
  total_due: Type.Number(),
  currency: Type.String(),
});

export const presentOffer = ({ product, period, promo, pricing, balance }: Offer): Static<typeof OfferView> => ({
  product: { name: product.title, slug: product.slug },
  billing_period: period,
  pricing: presentPricing(pricing),
  discount:
    promo === undefined
      ? null
      : {
          code: promo.code,
          type: promo.type,
          value: promo.valueHundredths / 100,
          amount: toNumber(pricing.couponOff),
        },
  user_balance: toNumber(balance),
  can_afford: balance.amount >= pricing.due.amount,
  setup_fee: toNumber(pricing.setup),
  tax: toNumber(pricing.tax),
  total_due: toNumber(pricing.due),
  currency: pricing.due.currency,
});

export const BoughtView = Type.Object({
  order: Type.Object({ reference: Type.String(), status: Type.String(), total_amount: Type.Number() }),
  license: LicenseRef,
  invoice: Or(Type.Object({ reference: Type.String() })),
  new_balance: Type.Number(),
});

export const presentBought = ({ order, license, invoiceId, total, balance }: Bought): Static<typeof BoughtView> => ({
  order: { reference: orderReference(order.id), status: orderStatus(order.status), total_amount: toNumber(total) },
  license: presentRef(license),
  invoice: invoiceId === undefined ? null : { reference: referenceOf(invoiceId) },
  new_balance: toNumber(balance),
});

export const ORDER_STATUSES = ['pending', 'completed', 'canceled', 'failed'] as const;
const STATUS: Readonly<Record<OrderStatus, (typeof ORDER_STATUSES)[number]>> = {
  pending_setup: 'pending',
  active: 'completed',
  suspended: 'completed',
  failed_renew: 'completed',
  canceled: 'canceled',
  failed_setup: 'failed',
};
export const orderStatus = (status: OrderStatus): (typeof ORDER_STATUSES)[number] => STATUS[status];
export const statusesOf = (name: (typeof ORDER_STATUSES)[number]): OrderStatus[] =>
  (Object.keys(STATUS) as OrderStatus[]).filter((status) => STATUS[status] === name);

export const OrderView = Type.Object({
  reference: Type.String(),
  status: Type.String(),
  payment_status: Type.String(),
  payment_method: Or(Type.String()),
  product: ProductRef,
  billing_period: Or(Type.String()),
  total_amount: Type.Number(),
  pricing_breakdown: Type.Object({}, { additionalProperties: true }),
  placed_at: Type.String(),
  paid_at: Or(Type.String()),
  fulfilled_at: Or(Type.String()),
  invoice: Or(Type.Object({ reference: Type.String(), status: Type.String(), billing_total: Type.Number() })),
  license: Or(LicenseRef),
});

export function presentOrder(
  { order, product, license, invoice, payment, pricing }: ShownOrder,
  invoices: Invoicing,
): Static<typeof OrderView> {
  const total = invoice && invoices.totals(invoice).total;
  const breakdown = pricing ?? breakdownOf(order);
  const frozen = pricing?.['total_due'];
  const price = subtract(multiply(order.price, order.quantity), order.discount ?? zero(order.currency));
  return {
    reference: orderReference(order.id),
    status: orderStatus(order.status),
    payment_status: paymentStatusOf(order, invoice),
    payment_method: payment?.gateway ?? null,
    product: { name: product?.title ?? order.title, slug: product?.slug ?? '' },
    billing_period: periodName(order.period),
    total_amount: typeof frozen === 'number' ? frozen : toNumber(total ?? price),
    pricing_breakdown: breakdown,
    placed_at: time(order.createdAt),
    paid_at: timeOrNull(invoice?.paidAt),
    fulfilled_at: timeOrNull(order.activatedAt),
    invoice:
      invoice === undefined || total === undefined
        ? null
        : { reference: referenceOf(invoice.id), status: invoiceStatus(invoice), billing_total: toNumber(total) },
    license: license === undefined ? null : presentRef(license),
  };
}

/** Of an order that came by another way: what stands in it, as if that were the price of a month. */
function breakdownOf({ period, price, quantity, discount, currency }: ShownOrder['order']): Static<typeof PricingView> {
  const months = PERIOD_NAMES.map((name) => PERIODS[name]).find(({ code }) => code === period)?.months ?? 1;
  const whole = multiply(price, quantity);
  const off = discount ?? zero(currency);
  return {
    base_price: toNumber(money(Math.round(whole.amount / months), currency)),
    period_months: months,
    period_total: toNumber(whole),
    discount_percent: whole.amount === 0 ? 0 : Math.round((off.amount / whole.amount) * 10_000) / 100,
    discount_amount: toNumber(off),
    final_price: toNumber(subtract(whole, off)),
  };
}

export const PlanView = Type.Object({
  name: Type.String(),
  slug: Type.String(),
  description: Or(Type.String()),
  currency: Type.String(),
  base_price: Type.Number(),
  pricing: Type.Record(Type.String(), Type.Omit(PricingView, ['base_price'])),
  features: Type.Object({}, { additionalProperties: true }),
});

export function presentPlan({ product, currency, pricings }: Plan): Static<typeof PlanView> {
  const all = [...pricings].map(([name, pricing]) => [name, presentPricing(pricing)] as const);
  return {
    name: product.title,
    slug: product.slug,
    description: product.description ?? null,
    currency: currency.code,
    base_price: all[0]?.[1].base_price ?? 0,
    pricing: Object.fromEntries(all.map(([name, { base_price: _, ...rest }]) => [name, rest])),
    features: featuresOf(product.config),
  };
}
