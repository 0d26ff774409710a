import { randomInt } from 'node:crypto';

/** Consonants only: no words come about, and nothing is mistaken for a digit (RFC 8628, 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;

export const generateUserCode = (): string =>
  Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** `BCDF-GHJK`. */
export const spelled = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** As people type it; undefined when it cannot be a code. */
export function readUserCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replaceAll(/[\s\u2010-\u2015-]/g, '');
  return code.length === LENGTH && [...code].every((letter) => LETTERS.includes(letter)) ? code : undefined;
}
