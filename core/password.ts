import { hash, verify } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';
import { invalidInput } from './error.ts';

/** argon2id with 19 MiB, two passes, one lane: the smallest setting OWASP recommends. One hash costs about 20 ms. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => hash(password, OPTIONS);

/** Also verifies what PHP's password_hash made: imported clients keep their passwords (spec D3). */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  if (stored.startsWith('$argon2')) return verify(stored, password);
  if (/^\$2[abxy]\$/.test(stored)) return bcrypt.compare(password, stored.replace(/^\$2[xy]\$/, '$2b$'));
  return false;
}

export const needsRehash = (stored: string): boolean => !stored.startsWith('$argon2id$v=19$m=19456,t=2,p=1$');

/** A hash that no password has: verifying against it takes as long for an unknown account as for a known one. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$wU7Xq7oA2Jv0lqzQJr0hZ5T6H2v0rT8dQzY0o0w0YzE';

/** Rules and texts of the contract, in its order (spec A13); lengths are bytes. */
export function checkStrength(password: string): void {
  const bytes = Buffer.byteLength(password);
  if (bytes === 0) throw weak('Password is required.');
  if (bytes < 8) throw weak('Minimum password length is 8 characters.');
  if (bytes > 256) throw weak('Maximum password length is 256 characters.');
  if (!/\d/.test(password)) throw weak('Password must include at least one number.');
  if (!/[a-z]/.test(password)) throw weak('Password must include at least one lowercase letter.');
  if (!/[A-Z]/.test(password)) throw weak('Password must include at least one uppercase letter.');
}

const weak = (message: string) => invalidInput('password.weak', message);
