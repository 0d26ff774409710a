import { sign, verify, type KeyObject } from 'node:crypto';

export type Fields = Readonly<Record<string, string>>;

/** Alipay's clock runs in China, whatever zone this process is in: `2026-01-31 18:00:00`. */
const AHEAD_MS = 8 * 60 * 60 * 1000;

export const timeText = (time: Date): string =>
  new Date(time.getTime() + AHEAD_MS).toISOString().slice(0, 19).replace('T', ' ');

export function parseTime(text: string): Date | undefined {
  const time = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? new Date(`${text.replace(' ', 'T')}+08:00`) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}

/** The fields in the order of their names, as they read before they are encoded for the way. */
const signedText = (fields: Fields): string =>
  Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** The signature that Alipay calls RSA2. */
export const signatureOf = (fields: Fields, privateKey: KeyObject): string =>
  sign('sha256', Buffer.from(signedText(fields)), privateKey).toString('base64');

/** Of a notification: over all fields but these two. */
export function isSigned({ sign: signature = '', sign_type: type, ...fields }: Fields, key: KeyObject): boolean {
  return type === 'RSA2' && isSignedText(signedText(fields), signature, key);
}

export const isSignedText = (text: string, signature: string, key: KeyObject): boolean =>
  verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64'));
