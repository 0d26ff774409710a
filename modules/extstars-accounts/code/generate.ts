import { randomBytes } from 'node:crypto';

/** Capitals and digits that nobody takes for each other; 32 of them, so that no byte is favoured. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const LENGTH = 18;
const GROUP = 4;

/** 90 random bits: `7K4D-QX9M-2FHT-VB3R-EC`. */
export function generateCode(): string {
  const letters = Array.from(randomBytes(LENGTH), (byte) => LETTERS[byte % LETTERS.length] ?? '');
  return letters.map((letter, index) => (index > 0 && index % GROUP === 0 ? `-${letter}` : letter)).join('');
}
