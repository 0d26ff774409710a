import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** Four numbers without leading zeros; undefined for everything else: no port, no network, no IPv6 in whatever spelling. */
export function readIpv4(text: string): string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  const isAddress = parts?.every((part) => Number(part) <= 255 && String(Number(part)) === part);
  return isAddress === true ? text : undefined;
}

/** Where a request comes from, in the one spelling in which it is compared: IPv4 within IPv6 is that IPv4 address. */
export function canonicalAddress(text: string): string {
  if (!isIPv6(text)) return text;
  const [zoneless = text] = text.split('%', 1);
  const address = new URL(`http://[${zoneless}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped === null) return address;
  const [high, low] = [parseInt(mapped[1] ?? '', 16), parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** A host name in lower case and punycode, without the final dot; one leading `*.` may stand for any name before it. */
export function readDomain(text: string): string | undefined {
  const isWild = text.startsWith('*.');
  const sent = (isWild ? text.slice(2) : text).replace(/\.$/, '');
  if (sent === '' || /[\s/:@?#\\%[\]*]/.test(sent)) return undefined;
  const host = domainToASCII(sent.toLowerCase());
  const name = isWild ? `*.${host}` : host;
  const labels = host.split('.');
  if (labels.length < 2 || name.length > 253 || !labels.every((label) => LABEL.test(label))) return undefined;
  // What ends in a number is an address, not a name.
  return /^\d+$/.test(labels.at(-1) ?? '') ? undefined : name;
}

/** Whether `host` is one of the names, or below one with a wildcard. */
export const isCovered = (names: readonly string[], host: string): boolean =>
  names.some((name) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) : name === host));
