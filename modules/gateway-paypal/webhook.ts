import { verify } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DAY, MINUTE } from '#core/clock';
import { forbidden } from '#core/error';
import type { GatewayCall } from '#core/gateway';
import type { Certificates } from './certificate.ts';
import type { Merchant } from './merchant.ts';

/** PayPal repeats what was not heard for three days. Replayed it says nothing new, since it is asked what is true now. */
const OLDEST_MS = 3 * DAY + 5 * MINUTE;
const CLOCKS_DIFFER_MS = 5 * MINUTE;

/**
 * Throws unless PayPal sent this to this very webhook. Proven here and not by PayPal's own call for it: a forged one then
 * costs a checksum and no request. The signature is over a checksum only, to which other words can be found; so nothing
 * but the number of a payment is taken from them, and what became of it PayPal is asked.
 */
export async function proveCall(
  { method, raw, headers }: GatewayCall,
  merchant: Merchant,
  keyAt: Certificates,
  now: Date,
): Promise<void> {
  const [id, time, signature, certificate, algorithm] = HEADERS.map((name) => headers[name] ?? '');
  if (!id || !time || !signature || !certificate || method !== 'POST' || !/^SHA256withRSA$/i.test(algorithm ?? ''))
    throw invalid();
  const age = now.getTime() - timeIn(time);
  if (!(age <= OLDEST_MS && age >= -CLOCKS_DIFFER_MS)) throw forbidden('paypal.stale', 'What PayPal said is too old.');
  const signed = [id, time, merchant.webhookId, crc32(raw)].join('|');
  const key = await keyAt(certificate, merchant, now);
  if (!verify('sha256', Buffer.from(signed), key, Buffer.from(signature, 'base64'))) throw invalid();
}

const HEADERS = ['transmission-id', 'transmission-time', 'transmission-sig', 'cert-url', 'auth-algo'].map(
  (name) => `paypal-${name}`,
);

/** NaN for what is no time. */
const timeIn = (text: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;

const invalid = () => forbidden('paypal.signature', 'The signature of PayPal is missing or wrong.');
