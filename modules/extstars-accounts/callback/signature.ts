import { createHash } from 'node:crypto';

/** `name=value` pairs in the order of their names' bytes, percent-encoded as PHP's http_build_query does (spec 5.1). */
export function signedText(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .filter(([name]) => name !== 'sign')
    .toSorted(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&');
}

/** MD5 is what the receivers compute: the wire's choice, not ours. */
export const signatureOf = (fields: Readonly<Record<string, string>>, signKey: string): string =>
  createHash('md5')
    .update(`${signedText(fields)}${signKey}`)
    .digest('hex');

const encoded = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll(/[~*!'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
