import { createHmac } from 'node:crypto';
import { MINUTE } from '#core/clock';
import { equalsSecret } from '#core/secret';

/** A signature is good for this long, so that a call that was overheard cannot be repeated later. */
const GOOD_FOR_MS = 5 * MINUTE;

export const SIGNATURE_HEADER = 'x-sandbox-signature';

/** `t=<milliseconds>,v1=<HMAC-SHA-256 over "time.body" in hexadecimal>`. */
export const signed = (secret: string, body: string, now: Date): string =>
  `t=${now.getTime()},v1=${macOf(secret, now.getTime(), body)}`;

export function isSigned(secret: string, body: string, header: string | undefined, now: Date): boolean {
  const [, time = '', mac = ''] = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (time === '' || Math.abs(now.getTime() - Number(time)) > GOOD_FOR_MS) return false;
  return equalsSecret(mac, macOf(secret, Number(time), body));
}

const macOf = (secret: string, time: number, body: string): string =>
  createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
