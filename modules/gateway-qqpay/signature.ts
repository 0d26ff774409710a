import { createHash, createHmac } from 'node:crypto';
import { equalsSecret } from '#core/secret';

export const SIGN_TYPES = ['MD5', 'HMAC-SHA256'] as const;
export type SignType = (typeof SIGN_TYPES)[number];

/** The flat fields of a message, by name. */
export type Fields = Readonly<Record<string, string>>;

/** Over all fields that are not empty, in the order of their names, with the merchant's key at the end. */
export function signatureOf(fields: Fields, key: string, type: SignType): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  const text = [...names.sort().map((name) => `${name}=${fields[name] ?? ''}`), `key=${key}`].join('&');
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', key);
  return hash.update(text).digest('hex').toUpperCase();
}

/** By the algorithm that staff set, whatever the message says of its own. */
export const isSigned = (fields: Fields, key: string, type: SignType): boolean =>
  equalsSecret(fields['sign']?.toUpperCase() ?? '', signatureOf(fields, key, type));
