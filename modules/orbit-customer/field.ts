import { fieldOf, Misfit } from '#core/schema';
import { readDomain, readIpv4 } from './address.ts';
import { decodedSignature, isWallet } from './wallet/base58.ts';

/** Wire types of this dialect: each says what is wrong with what it cannot read, and all complaints go out together. */

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Misfit('This must be text.');
  return value.trim();
};

/** Text of 1 to `maxLength` characters, without the spaces around it. */
export const Line = (maxLength = 255) =>
  fieldOf<string>({ type: 'string', maxLength }, (value) => {
    const line = text(value);
    if (line === '') throw new Misfit('This must not be empty.');
    if ([...line].length > maxLength) throw new Misfit(`This must have at most ${maxLength} characters.`);
    return line;
  });

/** The same, but nothing is as good as absent: it reads as the empty text. */
export const OptionalLine = (maxLength = 255) =>
  fieldOf<string>({ type: 'string', maxLength }, (value) => {
    const line = text(value);
    if ([...line].length > maxLength) throw new Misfit(`This must have at most ${maxLength} characters.`);
    return line;
  });

export const Whole = (minimum = 1) =>
  fieldOf<number>({ type: 'integer', minimum }, (value) => {
    const number = typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new Misfit('This must be a whole number.');
    if (number < minimum) throw new Misfit(`This must be at least ${minimum}.`);
    return number;
  });

/** The id of a location, or its code. */
export const LocationKey = fieldOf<number | string>({ type: ['integer', 'string'] }, (value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  if (typeof value !== 'string' || value.trim() === '' || value.length > 40)
    throw new Misfit('This must be the id of a location.');
  const text = value.trim();
  return /^\d{1,15}$/.test(text) ? Number(text) : text.toLowerCase();
});

const WORDS = new Map<unknown, boolean>([
  [true, true], ['true', true], ['1', true], [1, true], [false, false], ['false', false], ['0', false], [0, false],
]); // prettier-ignore

export const Switch = fieldOf<boolean>({ type: 'boolean' }, (value) => {
  const flag = WORDS.get(typeof value === 'string' ? value.trim().toLowerCase() : value);
  if (flag === undefined) throw new Misfit('This must be true or false.');
  return flag;
});

/** One of several words; `others` are further ways to say them. */
export const Word = <const T extends string>(words: readonly T[], others: Readonly<Record<string, NoInfer<T>>> = {}) =>
  fieldOf<T>({ type: 'string', enum: words }, (value) => {
    const said = text(value).toLowerCase();
    const word = words.find((one) => one === said) ?? (Object.hasOwn(others, said) ? others[said] : undefined);
    if (word === undefined) throw new Misfit(`This must be one of ${words.join(', ')}.`);
    return word;
  });

export const Ipv4 = fieldOf<string>({ type: 'string', format: 'ipv4' }, (value) => {
  const address = readIpv4(text(value));
  if (address === undefined) throw new Misfit('This must be an IPv4 address, such as 203.0.113.7.');
  return address;
});

const MOST_ADDRESSES = 500;

export const Ipv4List = fieldOf<string[]>({ type: 'array', items: { type: 'string' } }, (value) => {
  if (!Array.isArray(value)) throw new Misfit('This must be a list of IPv4 addresses.');
  if (value.length > MOST_ADDRESSES) throw new Misfit(`This must hold at most ${MOST_ADDRESSES} addresses.`);
  const addresses = value.map((one: unknown) => (typeof one === 'string' ? readIpv4(one.trim()) : undefined));
  if (!addresses.every((one) => one !== undefined)) throw new Misfit('Each of these must be an IPv4 address.');
  return [...new Set(addresses)];
});

export const Domain = fieldOf<string>({ type: 'string', maxLength: 253 }, (value) => {
  const domain = readDomain(text(value));
  if (domain === undefined)
    throw new Misfit('This must be a host name, such as app.example.com, without scheme, port or path.');
  return domain;
});

export const Wallet = fieldOf<string>({ type: 'string', minLength: 32, maxLength: 44 }, (value) => {
  const address = text(value);
  if (!isWallet(address)) throw new Misfit('This must be a Solana wallet address.');
  return address;
});

export const Signature = fieldOf<string>({ type: 'string' }, (value) => {
  const signature = text(value);
  if (decodedSignature(signature) === undefined)
    throw new Misfit('This must be an ed25519 signature of 64 bytes in base58.');
  return signature;
});

export const Email = fieldOf<string>({ type: 'string', maxLength: 255 }, (value) => {
  const email = text(value);
  if (email !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw new Misfit('This must be an e-mail address.');
  if (email.length > 255) throw new Misfit('This must have at most 255 characters.');
  return email;
});

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** ISO 8601; without a zone it is UTC. */
export const Moment = fieldOf<Date>({ description: 'ISO 8601' }, (value) => {
  const moment = momentOf(text(value));
  if (moment === undefined) throw new Misfit('This must be a time, such as 2026-01-31T00:00:00Z.');
  return moment;
});

/** A day, or the day of a time. */
export const DayOf = fieldOf<string>({ type: 'string', format: 'date' }, (value) => {
  const moment = momentOf(text(value));
  if (moment === undefined) throw new Misfit('This must be a day, such as 2026-01-31.');
  return moment.toISOString().slice(0, 10);
});

function momentOf(sent: string): Date | undefined {
  const [, year, month, day, zone] = TIME.exec(sent) ?? [];
  if (year === undefined) return undefined;
  // JavaScript takes 31 February for 3 March.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day)) return undefined;
  const spelled = sent.replace(' ', 'T');
  const moment = new Date(sent.length > 10 && zone === undefined ? `${spelled}Z` : spelled);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

/** `page` and `per_page` (spec 2.5). */
export const Paging = {
  page: pageNumber(1, Number.MAX_SAFE_INTEGER),
  per_page: pageNumber(15, 100),
};

function pageNumber(fallback: number, most: number) {
  return fieldOf<number>({ type: 'integer', minimum: 1, default: fallback }, (value) => {
    const number = typeof value === 'string' && /^\s*\d{1,12}\s*$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1)
      throw new Misfit('This must be a whole number of at least 1.');
    return Math.min(number, most);
  });
}
