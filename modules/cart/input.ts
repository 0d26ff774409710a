import { invalidInput } from '#core/error';
import type { Settings } from '#core/product';

/** What visitors send is kept as it is, so it is kept small and plain. */

/** In bytes of JSON. */
const LARGEST = 8192;
const DEEPEST = 8;
/** Nothing sane asks for more, and prices times this are counted exactly. */
const MOST = 1_000_000;
const HOSTILE = new Set(['__proto__', 'constructor', 'prototype']);

/** A copy without keys that a later copy would obey. Refuses what is too large or nested too deeply. */
export function bounded(asked: Settings): Settings {
  const copy = plain(asked, 0) as Settings;
  if (Buffer.byteLength(JSON.stringify(copy)) > LARGEST)
    throw invalidInput('cart.config_too_large', 'The configuration of this item is too large.');
  return copy;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) throw invalidInput('cart.config_too_deep', 'The configuration of this item is too complex.');
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  const members = Object.entries(value).filter(([key]) => !HOSTILE.has(key));
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member, depth + 1)]));
}

/** At least 1, whatever was sent; fractions are cut off. */
export function quantityOf({ quantity }: Settings): number {
  const number = typeof quantity === 'string' ? Number.parseFloat(quantity) : Number(quantity);
  if (Number.isNaN(number) || typeof quantity === 'object') return 1;
  if (number > MOST) throw invalidInput('cart.quantity', `The quantity must not be above ${MOST}.`);
  return Math.max(1, Math.trunc(number));
}

/** Text of what may be text or a number; undefined when it is neither or blank. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}
