import { createHmac } from 'node:crypto';
import { equalsSecret } from '#core/secret';
import type { App } from './app/service.ts';

/** What a successful check proves to third parties (spec 3). */
export interface KeyPayload {
  readonly app: number;
  /** Of the activation. */
  readonly sub: number;
  /** SHA-256 of the device id, hexadecimal. */
  readonly dev: string;
  readonly ord: number;
  readonly iat: number;
  readonly exp: number;
}

/** `base64url(payload).base64url(HMAC-SHA256(payload, sign key))`, which whoever holds the sign key can verify alone. */
export function signKey(payload: KeyPayload, secret: string): string {
  const text = JSON.stringify(payload);
  return `${Buffer.from(text).toString('base64url')}.${macOf(text, secret)}`;
}

/** Undefined when the app did not sign it, or it is over. */
export function verifyKey(key: string, app: App, now: Date): KeyPayload | undefined {
  const [body = '', mac = ''] = key.split('.', 2);
  const text = Buffer.from(body, 'base64url').toString('utf8');
  const current = app.retiredKeys.filter(({ until }) => until > now.getTime()).map((one) => one.key);
  if (![app.signKey, ...current].some((secret) => equalsSecret(mac, macOf(text, secret)))) return undefined;
  const payload = JSON.parse(text) as KeyPayload;
  return payload.app === app.appId && payload.exp * 1000 > now.getTime() ? payload : undefined;
}

const macOf = (text: string, secret: string): string => createHmac('sha256', secret).update(text).digest('base64url');
