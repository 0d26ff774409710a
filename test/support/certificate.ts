import { createPublicKey, sign } from 'node:crypto';
import { keyPair } from './vendor.ts';

/** X.509 certificates for tests, which node can read but not make. */

interface Wanted {
  /** In hexadecimal. */
  readonly serial: string;
  readonly name?: string;
  /** Whom it is about; its issuer too, unless there is one. */
  readonly key: { readonly privateKey: string; readonly publicKey: string };
  readonly issuer?: { readonly name: string; readonly key: { readonly privateKey: string } };
  readonly from?: Date;
  readonly until?: Date;
  readonly isAuthority?: boolean;
  /** Of a server on this machine. */
  readonly isServer?: boolean;
}

/** As PEM. */
export function certificate(wanted: Wanted): string {
  const { serial, name = 'Test', key, issuer = { name, key }, from = new Date(0), isAuthority = false } = wanted;
  const { until = new Date('2049-01-01'), isServer = false } = wanted;
  const spki = createPublicKey(key.publicKey).export({ format: 'der', type: 'spki' });
  const basicConstraints = sequence(oid('551d13'), tagged(0x04, sequence(tagged(0x01, Buffer.from([0xff])))));
  const here = tagged(0x04, sequence(tagged(0x87, Buffer.from([127, 0, 0, 1]))));
  const extensions = [
    ...(isAuthority ? [basicConstraints] : []),
    ...(isServer ? [sequence(oid('551d11'), here)] : []), // subjectAltName
  ];
  const body = sequence(
    tagged(0xa0, number('02')), // version 3
    number(serial),
    SHA256_WITH_RSA,
    nameOf(issuer.name),
    sequence(timeOf(from), timeOf(until)),
    nameOf(name),
    spki,
    ...(extensions.length > 0 ? [tagged(0xa3, sequence(...extensions))] : []),
  );
  const signature = sign('sha256', body, issuer.key.privateKey);
  const der = sequence(body, SHA256_WITH_RSA, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

export interface Issued {
  readonly name: string;
  readonly key: Wanted['key'];
  readonly certificate: string;
}

/** A new key and its certificate, which signs itself without an issuer. */
export function issue(wanted: Omit<Wanted, 'serial' | 'key' | 'issuer'> & { name: string }, issuer?: Issued): Issued {
  const key = keyPair();
  const pem = certificate({ ...wanted, serial: String(++count), key, ...(issuer && { issuer }) });
  return { name: wanted.name, key, certificate: pem };
}
let count = 0;

const tagged = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = content.length.toString(16);
  const bytes = Buffer.from(size.padStart(size.length + (size.length % 2), '0'), 'hex');
  const length = content.length < 0x80 ? bytes : Buffer.concat([Buffer.from([0x80 + bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
};

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));

/** Positive: a first bit of 1 would say otherwise. */
const number = (hex: string): Buffer => {
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return tagged(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
};

const nameOf = (text: string): Buffer =>
  sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(text)))));

/** `20260131180000Z` */
const timeOf = (time: Date): Buffer =>
  tagged(0x18, Buffer.from(`${time.toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`));

const SHA256_WITH_RSA = sequence(oid('2a864886f70d01010b'), tagged(0x05));
