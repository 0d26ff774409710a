import { Type, type Static } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { parseMoney, type Money } from '#core/money';
import { parsePeriod } from '#core/period';
import { Anything, isTruthy, Text } from '#core/schema';
import type { NewLine } from '../contract.ts';

/** A line as staff write it (invoicing spec 6.5). Numbers are read here, with the contract's words when they are none. */
export const LineInput = Type.Object({
  title: Type.Optional(Anything()),
  price: Type.Optional(Anything()),
  quantity: Type.Optional(Anything()),
  period: Type.Optional(Anything()),
  unit: Type.Optional(Anything()),
  taxed: Type.Optional(Anything()),
  charged: Type.Optional(Anything()),
  type: Type.Optional(Anything()),
  task: Type.Optional(Anything()),
  status: Type.Optional(Anything()),
  rel_id: Type.Optional(Anything()),
});

/** Of a map, the members a line may have. */
export const asLine = (sent: Readonly<Record<string, unknown>>): Static<typeof LineInput> =>
  Object.fromEntries(Object.keys(LineInput.properties).map((name) => [name, sent[name]]));

export const UnitText = Text({ maxLength: 100 });

export function readLine(sent: Static<typeof LineInput>, currency: string): NewLine {
  const title = textOf(sent.title);
  if (title === undefined || title.trim() === '')
    throw invalidInput('invoice.line_title', 'Invoice item title is missing');
  return {
    title: title.slice(0, 255),
    price: sent.price === undefined || sent.price === null ? priceOf(0, currency) : priceOf(sent.price, currency),
    quantity: sent.quantity === undefined || sent.quantity === null ? 1 : quantityOf(sent.quantity),
    period: periodOf(sent.period),
    unit: textOf(sent.unit)?.slice(0, 100),
    isTaxed: isTruthy(sent.taxed),
    isCharged: isTruthy(sent.charged),
    type: textOf(sent.type)?.slice(0, 100) ?? 'custom',
    task: textOf(sent.task)?.slice(0, 100) ?? 'void',
    status: textOf(sent.status)?.slice(0, 20) ?? 'pending_payment',
    relId: textOf(sent.rel_id),
  };
}

/** Rounded to the minor units of the currency, half away from zero. At most a thousand million millions of them. */
export function priceOf(value: unknown, currency: string): Money {
  const price = typeof value === 'number' || typeof value === 'string' ? parseMoney(value, currency) : undefined;
  if (price === undefined || Math.abs(price.amount) > MOST_UNITS)
    throw invalidInput('invoice.line_price', 'Price must be a valid number.');
  return price;
}

/** The whole part, at least one. */
export function quantityOf(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number > MOST_PIECES)
    throw invalidInput('invoice.line_quantity', 'Quantity must be a valid number.');
  return Math.max(1, Math.trunc(number));
}

/** A price times a quantity stays a safe whole number. */
const MOST_UNITS = 1e11;
const MOST_PIECES = 10_000;

function periodOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text === '' || text === '0' ? undefined : parsePeriod(text).code;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
