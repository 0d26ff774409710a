import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { base58 } from '@scure/base';

const WALLET_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Whether this is an address: the text may have the right length and stand for 31 or 33 bytes all the same. */
export const isWallet = (text: string): boolean =>
  text.length >= 32 && text.length <= 44 && decoded(text)?.length === WALLET_BYTES;

/** Base58, or base64 as some wallets give it; undefined when it is not 64 bytes. */
export function decodedSignature(text: string): Uint8Array | undefined {
  if (text.length > 100) return undefined;
  const bytes = decoded(text);
  // What can be read as base58 is: 63 bytes of that could be read as 64 of base64.
  if (bytes !== undefined) return bytes.length === SIGNATURE_BYTES ? bytes : undefined;
  if (!/^[A-Za-z0-9+/_-]{85,88}={0,2}$/.test(text)) return undefined;
  const base64 = Buffer.from(text, 'base64');
  return base64.length === SIGNATURE_BYTES ? base64 : undefined;
}

export const encoded = (bytes: Uint8Array): string => base58.encode(bytes);

function decoded(text: string): Uint8Array | undefined {
  try {
    return base58.decode(text);
  } catch {
    return undefined;
  }
}

/** What an ed25519 key begins with in DER. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Whether the owner of `wallet` signed exactly these bytes. */
export function isSignedBy(wallet: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = keyOf(wallet);
  return key !== undefined && verify(null, bytes, key, signature);
}

function keyOf(wallet: string): KeyObject | undefined {
  const bytes = decoded(wallet);
  if (bytes?.length !== WALLET_BYTES) return undefined;
  try {
    return createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
