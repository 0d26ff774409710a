import { randomInt } from 'node:crypto';

/** Without letters and digits that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const HALF = 5;
export const RECOVERY_CODES = 10;

/** `abcde-fgh23`: one of 31¹⁰, which nobody guesses at the pace of a sign-in. */
export const newRecoveryCode = (): string => `${half()}-${half()}`;

/** As it is hashed, however it was typed; undefined for what is no recovery code. */
export function readRecoveryCode(text: string): string | undefined {
  const code = plain(text).toLowerCase();
  return /^[a-z0-9]{10}$/.test(code) ? code : undefined;
}

/** Six digits, however they were typed. */
export const readDeviceCode = (text: string): string | undefined => /^\d{6}$/.exec(plain(text))?.[0];

const plain = (text: string): string => text.replaceAll(/[\s-]/g, '');

const half = (): string => Array.from({ length: HALF }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
