import { isUniqueViolation } from './db/errors.ts';
import type { AppError } from './error.ts';
import type { Secrets } from './secret.ts';

/** Keys that are sold: their owner may look at them at any time, and whoever has only the database cannot. */
export interface KeyVault {
  seal(key: string): string;
  open(sealed: string): string;
  /** Finds a key whatever the case of its letters; unique, so no two keys differ by case alone. */
  hashOf(key: string): string;
  /** Of the key to the letter, where case matters. */
  exactHashOf(key: string): string;
}

export const createKeyVault = (secrets: Secrets, purpose: string): KeyVault => ({
  seal: (key) => secrets.seal(purpose, key),
  open: (sealed) => secrets.open(purpose, sealed),
  hashOf: (key) => secrets.fingerprint(purpose, key.toUpperCase()),
  exactHashOf: (key) => secrets.fingerprint(purpose, `exact:${key}`),
});

/** The unique index is the judge: a key that is taken, which chance hardly ever makes, is made anew. */
export async function untilFree<T>(attempts: number, exhausted: AppError, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 0; tried < attempts; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
  throw exhausted;
}
