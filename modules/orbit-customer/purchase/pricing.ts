import { add, money, multiply, subtract, toNumber, zero, type Money } from '#core/money';
import type { QuotedLine } from '#modules/cart/contract';
import type { Currency, CurrencyService } from '#modules/currency/contract';
import type { Invoicing } from '#modules/invoice/contract';
import type { Product, ProductService } from '#modules/product/contract';
import { PERIOD_NAMES, PERIODS, type PeriodName } from '../license/schema.ts';

/** What a period of a plan costs (spec 12.1), in one currency. */
export interface Pricing {
  readonly base: Money;
  readonly months: number;
  readonly periodTotal: Money;
  /** After the discounts of period and coupon, before tax. */
  readonly final: Money;
  readonly setup: Money;
  readonly tax: Money;
  /** What a purchase takes. */
  readonly due: Money;
  /** What the coupon takes off. */
  readonly couponOff: Money;
}

export interface PricingNeeds {
  readonly products: ProductService;
  readonly currencies: CurrencyService;
  readonly invoices: Invoicing;
}

/** A line of a checkout's quote as this wire tells it; `taxRate` in per cent. */
export function pricingOf(
  { products, currencies, invoices }: PricingNeeds,
  line: QuotedLine,
  { name, currency, taxRate }: { readonly name: PeriodName; readonly currency: Currency; readonly taxRate: string },
): Pricing {
  const inCurrency = (amount: Money): Money => currencies.fromDefault(amount, currency);
  const { months } = PERIODS[name];
  const base = inCurrency(monthlyOf(products, line.product, line.price.price, months));
  const periodTotal = multiply(base, months);
  // The same lines a checkout puts on the invoice, so that the sums are the same to the cent.
  const price = inCurrency(line.price.price);
  const isFree = line.discount.price.amount === line.total.amount;
  const off = isFree ? price : inCurrency(line.discount.price);
  const setup = inCurrency(subtract(line.price.setup, subtract(line.discount.total, line.discount.price)));
  const isTaxed = taxRate !== '0';
  const lines = [price, money(-off.amount, off.currency), setup].map((amount) => ({
    price: amount,
    quantity: 1,
    isTaxed,
  }));
  const totals = invoices.totals({
    lines: lines as never,
    currency: currency.code,
    taxRate,
    credit: zero(currency.code),
  });
  const isCharged = add(line.total, line.price.setup).amount > line.discount.total.amount;
  return {
    base,
    months,
    periodTotal,
    final: subtract(price, off),
    setup,
    tax: isCharged ? totals.tax : zero(currency.code),
    due: isCharged ? totals.total : zero(currency.code),
    couponOff: add(off, subtract(inCurrency(line.price.setup), setup)),
  };
}

/** What a month costs; where months are not sold, the part of the period. */
function monthlyOf(products: ProductService, product: Product, period: Money, months: number): Money {
  const monthly = product.pricing.periods.find(({ code }) => code === PERIODS.monthly.code);
  const isSold = monthly !== undefined && products.offersPeriod(product, monthly.code);
  if (isSold) return money(monthly.price.amount, period.currency);
  return money(Math.round(period.amount / months), period.currency);
}

export function presentPricing({ base, months, periodTotal, final }: Pricing) {
  const off = subtract(periodTotal, final);
  return {
    base_price: toNumber(base),
    period_months: months,
    period_total: toNumber(periodTotal),
    discount_percent: percentOf(off, periodTotal),
    discount_amount: toNumber(off),
    final_price: toNumber(final),
  };
}

const percentOf = (part: Money, whole: Money): number =>
  whole.amount === 0 ? 0 : Math.round((part.amount / whole.amount) * 10_000) / 100;

/** Names of the periods a plan is sold for. */
export const offeredPeriods = (products: ProductService, product: Product): PeriodName[] =>
  PERIOD_NAMES.filter((name) => products.offersPeriod(product, PERIODS[name].code));
