import { applyRate, money, multiply, rateFrom, subtract, sum, zero, type Money, type Rate } from '#core/money';
import type { Invoice, InvoiceLine, Totals } from './contract.ts';

export type Summed = Pick<Invoice, 'currency' | 'taxRate' | 'credit'> & {
  readonly lines: readonly Pick<InvoiceLine, 'price' | 'quantity' | 'isTaxed'>[];
};

export const lineTotal = ({ price, quantity }: Pick<InvoiceLine, 'price' | 'quantity'>): Money =>
  multiply(price, quantity);

/** One rounding of tax, over all taxed lines together (invoicing spec 4.4). */
export function totalsOf({ lines, currency, taxRate, credit }: Summed): Totals {
  const subtotal = sum(lines.map(lineTotal), currency);
  const taxable = sum(lines.filter(({ isTaxed }) => isTaxed).map(lineTotal), currency);
  const rate = percent(taxRate);
  const tax = rate === undefined ? zero(currency) : applyRate(taxable, rate);
  const total = money(subtotal.amount + tax.amount, currency);
  return { subtotal, tax, total, due: subtract(total, credit) };
}

/** The fraction that a per cent text stands for; undefined for what is no rate above zero. */
export function percent(text: string | undefined): Rate | undefined {
  if (text === undefined || !/^\s*\d{1,9}(\.\d{1,9})?\s*$/.test(text)) return undefined;
  const { numerator, denominator } = rateFrom(text);
  return numerator === 0n ? undefined : { numerator, denominator: denominator * 100n };
}

/**
 * What each line has of the total with its part of the tax: the parts add up to the total, because units that do not
 * divide go to the lines with the largest remainder.
 */
export function sharesOf(invoice: Summed): Money[] {
  const { tax } = totalsOf(invoice);
  const rate = percent(invoice.taxRate);
  const exact = invoice.lines.map((line) => {
    if (!line.isTaxed || rate === undefined) return { whole: 0n, rest: 0n };
    const scaled = BigInt(lineTotal(line).amount) * rate.numerator;
    const whole = floorDivide(scaled, rate.denominator);
    return { whole, rest: scaled - whole * rate.denominator };
  });
  let left = BigInt(tax.amount) - exact.reduce((total, { whole }) => total + whole, 0n);
  const bonus = new Set<number>();
  for (const { index } of exact
    .map(({ rest }, index) => ({ rest, index }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))) {
    if (left <= 0n) break;
    bonus.add(index);
    left -= 1n;
  }
  return invoice.lines.map((line, index) => {
    const whole = exact[index]?.whole ?? 0n;
    return money(lineTotal(line).amount + Number(whole) + (bonus.has(index) ? 1 : 0), invoice.currency);
  });
}

const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
};
