import { createHash, randomInt } from 'node:crypto';
import { later, SECOND } from '#core/clock';
import type { Context, Tx } from '#core/context';
import { randomHex, type Secrets } from '#core/secret';
import { confirmationAsked } from './event.ts';
import * as links from './link-repository.ts';

/** How long a link to set a new password works (spec A13). */
const RESET_MS = 900 * SECOND;
const RESET_LENGTH = 64;
const CONFIRMATION_LENGTH = 50;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PURPOSE = 'client.link';

/** What links in letters carry. The plain hash is in the letter alone; the table has its SHA-256, the event a sealed one. */
export interface Links {
  /** Makes the one link that works from now on, and returns what it carries, sealed. */
  openReset(tx: Tx, clientId: number): Promise<string>;
  /** Whose link this is, as long as it works. */
  findReset(ctx: Context, hash: string): Promise<number | undefined>;
  /** True for the one who took it: of two at once the other gets false. */
  takeReset(tx: Tx, hash: string): Promise<boolean>;
  /** Has a letter written that asks to confirm the address. */
  askConfirmation(tx: Tx, clientId: number): Promise<void>;
  findConfirmation(ctx: Context, hash: string): Promise<number | undefined>;
  unseal(sealedHash: string): string;
}

export const resetsSince = (now: Date): Date => later(now, -RESET_MS);

export const createLinks = (secrets: Secrets): Links => ({
  async openReset(tx, clientId) {
    const hash = randomHex(RESET_LENGTH);
    await links.removeResetsOf(tx.db, clientId);
    await links.insertReset(tx.db, { clientId, hash: stored(hash), ip: tx.ip }, tx.now);
    return secrets.seal(PURPOSE, hash);
  },

  findReset: (ctx, hash) => links.findReset(ctx.db, stored(hash), resetsSince(ctx.now)),
  takeReset: (tx, hash) => links.takeReset(tx.db, stored(hash), resetsSince(tx.now)),

  async askConfirmation(tx, clientId) {
    const hash = Array.from({ length: CONFIRMATION_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    await links.insertConfirmation(tx.db, clientId, stored(hash), tx.now);
    await tx.emit(confirmationAsked, { clientId, sealedHash: secrets.seal(PURPOSE, hash) });
  },

  findConfirmation: (ctx, hash) => links.findConfirmation(ctx.db, stored(hash)),
  unseal: (sealedHash) => secrets.open(PURPOSE, sealedHash),
});

const stored = (hash: string): string => createHash('sha256').update(hash).digest('hex');
