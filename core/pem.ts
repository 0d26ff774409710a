import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { fieldOf, Misfit } from './schema.ts';

/** Keys as people paste them: with armour or without, in one line or in many, with `\n` written out. */

const SHORTEST_RSA_BITS = 2048;

/** An RSA key to sign with; undefined for what is none. */
export const readPrivateKey = (text: string): KeyObject | undefined =>
  readKey(text, ([label, der]) => {
    if (label === 'RSA PRIVATE KEY') return createPrivateKey({ key: der, format: 'der', type: 'pkcs1' });
    if (label === 'PRIVATE KEY') return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    if (label !== '') throw new Error('no private key');
    return barePrivateKey(der);
  });

/** An RSA key to verify with, also from a certificate; undefined for what is none, such as a private key. */
export const readPublicKey = (text: string): KeyObject | undefined =>
  readKey(text, ([label, der]) => {
    if (isPrivate(der)) throw new Error('no public key');
    if (label === 'CERTIFICATE') return new X509Certificate(der).publicKey;
    if (label === 'RSA PUBLIC KEY') return createPublicKey({ key: der, format: 'der', type: 'pkcs1' });
    if (label === 'PUBLIC KEY') return createPublicKey({ key: der, format: 'der', type: 'spki' });
    if (label !== '') throw new Error('no public key');
    return firstOf(
      () => createPublicKey({ key: der, format: 'der', type: 'spki' }),
      () => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }),
      () => new X509Certificate(der).publicKey,
    );
  });

/** The certificates of a text, in its order; undefined when anything in it is none. */
export function readCertificates(text: string): readonly X509Certificate[] | undefined {
  const blocks = blocksOf(text);
  try {
    return blocks?.map(([label, der]) => {
      if (label !== 'CERTIFICATE' && label !== '') throw new Error('no certificate');
      return new X509Certificate(der);
    });
  } catch {
    return undefined;
  }
}

/** Members of a configuration, refused when they are saved and are none. Blank is allowed: it is still to come. */
export const PrivateKeyText = pemField('This is no RSA private key of at least 2048 bits.', readPrivateKey);
export const PublicKeyText = pemField('This is no RSA public key of at least 2048 bits.', readPublicKey);
export const CertificatesText = pemField('These are no certificates.', readCertificates);

function pemField(complaint: string, read: (text: string) => unknown) {
  return fieldOf<string>({ type: 'string', maxLength: 65_535, widget: 'textarea' }, (value) => {
    if (typeof value !== 'string') throw new Misfit(complaint);
    const text = value.trim();
    if (text !== '' && read(text) === undefined) throw new Misfit(complaint);
    return text;
  });
}

type Block = readonly [label: string, der: Buffer];

function readKey(text: string, read: (block: Block) => KeyObject): KeyObject | undefined {
  const [block, ...others] = blocksOf(text) ?? [];
  if (block === undefined || others.length > 0) return undefined;
  try {
    const key = read(block);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === 'rsa' && bits >= SHORTEST_RSA_BITS ? key : undefined;
  } catch {
    return undefined;
  }
}

const barePrivateKey = (der: Buffer): KeyObject =>
  firstOf(
    () => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: der, format: 'der', type: 'pkcs1' }),
  );

/** Node makes a public key of a private one; who pastes that has mistaken the field, and it is not sealed there. */
function isPrivate(der: Buffer): boolean {
  try {
    return barePrivateKey(der).type === 'private';
  } catch {
    return false;
  }
}

/** What stands between the lines of armour, or the whole text where there are none; undefined for anything else. */
function blocksOf(text: string): readonly Block[] | undefined {
  const plain = text.replaceAll('\\n', '\n').trim();
  if (!plain.includes('-----')) {
    const der = bytesOf(plain);
    return der && [['', der]];
  }
  const armoured = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;
  if (plain.replaceAll(armoured, '').trim() !== '') return undefined;
  const blocks = [...plain.matchAll(armoured)].map(([, label = '', body = '']) => [label, bytesOf(body)] as const);
  return blocks.every((block): block is Block => block[1] !== undefined) ? blocks : undefined;
}

function bytesOf(base64: string): Buffer | undefined {
  const text = base64.replaceAll(/\s+/g, '');
  return text !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** The first that does not throw; the last one's error when all do. */
function firstOf<T>(...attempts: readonly [() => T, ...(() => T)[]]): T {
  const [attempt, ...others] = attempts;
  const [next, ...rest] = others;
  try {
    return attempt();
  } catch (error) {
    if (next === undefined) throw error;
    return firstOf(next, ...rest);
  }
}
