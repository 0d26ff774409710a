import type { X509Certificate, KeyObject } from 'node:crypto';
import { DAY } from '#core/clock';
import { forbidden } from '#core/error';
import { readCertificates } from '#core/pem';
import type { Client } from './client.ts';
import type { Merchant } from './merchant.ts';

const PATH = /^\/v1\/notifications\/certs\/[\w.-]{1,128}$/;
/** Whom a certificate of PayPal's notifications is about. */
const NAME = /^CN=([\w-]+\.)*paypal\.com$/m;
const GOOD_FOR_MS = DAY;
const MOST_KNOWN = 20;
const LONGEST_CHAIN = 5;

interface Known {
  readonly key: KeyObject;
  readonly until: number;
}

export type Certificates = ReturnType<typeof createCertificates>;

/** Keys that PayPal signs with, from PayPal only, each looked at once a day. */
export function createCertificates(client: Client) {
  const known = new Map<string, Known>();

  return async function keyAt(address: string, merchant: Merchant, now: Date): Promise<KeyObject> {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const isFit = url !== undefined && merchant.certificateOrigins.includes(url.origin) && PATH.test(url.pathname);
    if (!isFit || url.search !== '' || url.username !== '' || url.password !== '')
      throw forbidden('paypal.certificate', 'The certificate of the notification is not at PayPal.');
    const found = known.get(url.href);
    if (found !== undefined && found.until > now.getTime()) return found.key;
    const chain = readCertificates(await client.read(url)) ?? [];
    const [leaf] = chain;
    if (leaf === undefined || !NAME.test(leaf.subject) || !isTrusted(chain, merchant.authorities(), now))
      throw forbidden('paypal.certificate', 'The certificate of the notification is not one of PayPal.');
    if (known.size >= MOST_KNOWN) known.clear();
    const until = Math.min(now.getTime() + GOOD_FOR_MS, new Date(leaf.validTo).getTime());
    known.set(url.href, { key: leaf.publicKey, until });
    return leaf.publicKey;
  };
}

/** From the first certificate, each issued by the next, to one that is trusted anyway. */
function isTrusted(
  [leaf, ...others]: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: Date,
): boolean {
  let current = leaf;
  for (let step = 0; current !== undefined && step < LONGEST_CHAIN; step++) {
    const subject = current;
    if (!isValidAt(subject, now)) return false;
    const isIssuer = (one: X509Certificate): boolean =>
      one.ca && subject.checkIssued(one) && subject.verify(one.publicKey);
    if (authorities.some((one) => isValidAt(one, now) && isIssuer(one))) return true;
    current = others.find((one) => one !== subject && isIssuer(one));
  }
  return false;
}

const isValidAt = ({ validFrom, validTo }: X509Certificate, now: Date): boolean =>
  new Date(validFrom) <= now && now <= new Date(validTo);
