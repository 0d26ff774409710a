import { randomInt } from 'node:crypto';
import { invalidInput } from '#core/error';
import type { Settings } from '#core/product';
import type { LicensePlugin } from './contract.ts';

/** No zero: people read keys to each other. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789';
const MAX_LENGTH = 255;

/** The prefix, then one position fewer than `length` says; every fifth of them is a dash (commerce spec 9.3). */
export const simplePlugin: LicensePlugin = {
  name: 'Simple',
  generate(config) {
    const length = lengthOf(config['length'] ?? 25);
    const positions = Array.from({ length: length - 1 }, (_, index) => ((index + 1) % 5 === 0 ? '-' : randomLetter()));
    return `${prefixOf(config['prefix'])}${positions.join('')}`;
  },
};

/** How often a free key is looked for. */
export function iterationsOf({ iterations = 10 }: Settings & { iterations?: unknown }): number {
  const number = Number(iterations);
  return Number.isInteger(number) && number >= 1 ? Math.min(number, 100) : 10;
}

const randomLetter = (): string => LETTERS[randomInt(LETTERS.length)] ?? '';

function lengthOf(value: unknown): number {
  const length = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 2 || length > MAX_LENGTH)
    throw invalidInput(
      'servicelicense.length',
      `The licence key length must be a whole number from 2 to ${MAX_LENGTH}.`,
    );
  return length;
}

function prefixOf(value: unknown): string {
  const prefix = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (prefix.length > MAX_LENGTH)
    throw invalidInput('servicelicense.prefix', `The licence key prefix cannot exceed ${MAX_LENGTH} characters.`);
  return prefix;
}
