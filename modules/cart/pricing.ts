import { conflict } from '#core/error';
import { add, isNegative, money, multiply, parseMoney, subtract, sum, toDecimal, zero, type Money } from '#core/money';
import { parsePeriod, PeriodError } from '#core/period';
import type { Discount, Price, Product, ProductService, Promo } from '#modules/product/contract';
import type { PurchaseLine, Quote, QuotedLine } from './contract.ts';
import { quantityOf, textOf } from './input.ts';

/** In minor units: the sum of a full cart, in any currency, is still counted exactly. */
const HIGHEST_TOTAL = 1_000_000_000_000;

interface Pricer {
  readonly products: ProductService;
  /** Code of the default currency. */
  readonly currency: string;
  readonly promo: Promo | undefined;
}

/** What one line costs. Throws when its period is not offered any more. */
export function priced(line: PurchaseLine, product: Product, { products, currency, promo }: Pricer): QuotedLine {
  const period = periodOf(line, product);
  const quantity = quantityOf(line.config);
  const price = inCurrency(products.priceOf(product, period), currency);
  if (Math.abs(price.price.amount) * quantity > HIGHEST_TOTAL) throw tooMuch();
  const asked = { productId: product.id, isAddon: product.isAddon, period, quantity, price };
  const discount = promo === undefined ? noDiscount(currency) : products.promos.discountOf(promo, asked);
  return { line, product, period, quantity, price, discount, total: multiply(price.price, quantity) };
}

export function totalled(lines: readonly QuotedLine[], currency: string): Quote {
  const subtotal = sum(
    lines.map(({ total, price }) => add(total, price.setup)),
    currency,
  );
  const discount = sum(
    lines.map((line) => line.discount.total),
    currency,
  );
  return { lines, subtotal, discount, total: subtract(subtotal, discount), isSubscribable: isSubscribable(lines) };
}

/** What is left of the set-up fee: what a promo waives and counts is off it, so that cart and invoice agree. */
export const setupToPay = ({ price, discount }: QuotedLine): Money =>
  subtract(price.setup, subtract(discount.total, discount.price));

export const tooMuch = () => conflict('cart.too_much', 'The quantity is too large.');

function isSubscribable(lines: readonly QuotedLine[]): boolean {
  const periods = new Set(lines.filter(({ total }) => total.amount > 0).map(({ period }) => period));
  const [period] = periods;
  const isSetUpFree = lines.every(({ price, discount }) => price.setup.amount <= discount.setup.amount);
  return periods.size === 1 && period !== undefined && isSetUpFree;
}

/** One that is not billed by periods keeps what was asked for where that is a period at all. */
function periodOf({ config }: PurchaseLine, { pricing }: Product): string | undefined {
  const period = textOf(config['period']);
  if (period === undefined || pricing.type === 'recurrent') return period;
  try {
    return parsePeriod(period).code;
  } catch (error) {
    if (error instanceof PeriodError) return undefined;
    throw error;
  }
}

/** Catalogue prices are numbers in the default currency, whichever it was when they were set. */
const inCurrency = ({ price, setup }: Price, currency: string): Price => ({
  price: sameNumber(price, currency),
  setup: sameNumber(setup, currency),
});

const sameNumber = (amount: Money, currency: string): Money =>
  amount.currency === currency ? amount : (parseMoney(toDecimal(amount), currency) ?? money(0, currency));

const noDiscount = (currency: string): Discount => ({
  price: zero(currency),
  setup: zero(currency),
  total: zero(currency),
});

export const isAboveZero = (amount: Money): boolean => amount.amount !== 0 && !isNegative(amount);

export const productsIn = (lines: readonly PurchaseLine[]): number[] => [
  ...new Set(lines.map(({ productId }) => productId)),
];
