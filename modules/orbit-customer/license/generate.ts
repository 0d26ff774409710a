import { randomInt } from 'node:crypto';

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const SMALL = 'abcdefghjkmnpqrstvwxyz23456789';

const drawn = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** `ORBIT-AB12CD-123456-123456`. */
export const generateKey = (): string =>
  ['ORBIT', drawn(CAPITALS, 6), drawn('0123456789', 6), drawn('0123456789', 6)].join('-');

/** A name for a licence that outlives its keys; never a number, which would be taken for an id. */
export function generateSlug(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return `${words === '' ? 'license' : words}-${drawn(SMALL, 8)}`;
}
