import { randomBytes } from 'node:crypto';

import { invalidInput } from '#core/error';

/** What the keys of a product look like. The length counts hexadecimal characters, not the dashes between them. */
export interface KeyShape {
  readonly length: number;
  readonly split: boolean;
  readonly splitInterval: number;
  readonly case: 'upper' | 'lower' | 'mixed';
}

export function generateKey(shape: KeyShape): string {
  const hex = randomBytes(Math.ceil(shape.length / 2))
    .toString('hex')
    .slice(0, shape.length);
  const key = inCase(hex, shape.case);
  return shape.split ? withDashes(key, shape.splitInterval) : key;
}

/** Reads the shape from the config of a product or an order, where forms have left numbers and flags as text. */
export function readShape(config: Record<string, unknown>): KeyShape {
  const length = wholeNumber(config['length'] ?? 32);
  if (length === undefined || length < 1 || length > 1024) {
    throw invalidInput('serviceapikey.length', 'The key length must be a whole number from 1 to 1024.');
  }
  const split = isOn(config['split'] ?? true);
  const interval = wholeNumber(config['split_interval'] ?? 8);
  const isInterval = interval !== undefined && interval >= 1;
  // A key without dashes needs no interval, and forms send an empty or zero one along.
  if (split && !isInterval) {
    throw invalidInput('serviceapikey.split_interval', 'The split interval must be a whole number of at least 1.');
  }
  return { length, split, splitInterval: isInterval ? interval : 8, case: readCase(config['case'] ?? 'upper') };
}

/**
 * What a guest may read of a config: the parameters stored as `custom_…`, and nothing else, so that `private_…` and the
 * shape of the key stay private. Text that reads as a number is answered as one.
 */
export function customParameters(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([name]) => name.startsWith('custom_'))
      .map(([name, value]) => [name.slice('custom_'.length), numberIfNumeric(value)]),
  );
}

function inCase(hex: string, letters: KeyShape['case']): string {
  if (letters === 'lower') return hex;
  if (letters === 'upper') return hex.toUpperCase();
  const coins = randomBytes(hex.length);
  const toss = (character: string, index: number) => ((coins[index] ?? 0) & 1 ? character.toUpperCase() : character);
  return Array.from(hex, toss).join('');
}

function withDashes(key: string, interval: number): string {
  const groups = Math.ceil(key.length / interval);
  return Array.from({ length: groups }, (_, index) => key.slice(index * interval, (index + 1) * interval)).join('-');
}

function readCase(letters: unknown): KeyShape['case'] {
  if (letters === 'upper' || letters === 'lower' || letters === 'mixed') return letters;
  const given = typeof letters === 'string' ? letters : JSON.stringify(letters);
  throw invalidInput(
    'serviceapikey.case',
    `Unknown uppercase option '${given}'. API generator only accepts 'lower', 'upper', or 'mixed'.`,
  );
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

const isOn = (flag: unknown): boolean =>
  typeof flag === 'string' ? !['', '0', 'false'].includes(flag.trim().toLowerCase()) : flag !== false && flag !== 0;

function numberIfNumeric(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value)) return value;
  const number = Number(value);
  // JSON has no infinity, and an account number of 20 digits must not come out as a neighbour of itself.
  const isExact = Number.isFinite(number) && (Number.isSafeInteger(number) || !/^\s*[+-]?\d+\s*$/.test(value));
  return isExact ? number : value;
}
