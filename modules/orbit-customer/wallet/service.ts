import { randomBytes } from 'node:crypto';
import { later, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { AppError } from '#core/error';
import type { ClientService, NewcomerService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import { inactive } from '../admit.ts';
import type { ApiKeys, FullKey } from '../apikey/service.ts';
import { refusal } from '../failure.ts';
import { time } from '../format.ts';
import { nameParts } from '../profile/name.ts';
import type { IssuedToken, Tokens } from '../token/service.ts';
import { decodedSignature, isSignedBy } from './base58.ts';
import * as challenges from './challenge-repository.ts';
import * as wallets from './repository.ts';

export type SignedInToken = IssuedToken & { readonly clientId: number };

/** Signing in by signing a text (spec 4.5). */
export interface WalletSignIn {
  challenge(ctx: Context, wallet: string): Promise<{ readonly text: string; readonly expiresIn: number }>;
  verify(ctx: Context, wallet: string, signature: string): Promise<SignedInToken>;
  register(ctx: Context, application: Application): Promise<SignedInToken & { readonly apiKey: FullKey }>;
  removeAllOf(tx: Tx, clientId: number): Promise<void>;
  purge(ctx: Context): Promise<void>;
}

export interface Application {
  readonly wallet: string;
  readonly signature: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
}

const LIFE_MS = 300 * SECOND;
/** Nobody is locked out by others who ask for challenges, and nobody fills the table. */
const MOST_LIVE = 20;
const CHUNK = 500;
const DEFAULT_KEY = 'Default';

interface Needs {
  readonly clients: ClientService & NewcomerService;
  readonly currencies: CurrencyService;
  readonly keys: ApiKeys;
  readonly tokens: Tokens;
  /** As in `BASE_URL`. */
  readonly site: string;
}

export function createWalletSignIn({ clients, currencies, keys, tokens, site }: Needs): WalletSignIn {
  return {
    challenge: (ctx, wallet) =>
      atomic(ctx, async (tx) => {
        const expiresAt = later(tx.now, LIFE_MS);
        const text = challengeFor(site, wallet, tx.now, expiresAt);
        const before = await challenges.listLive(tx.db, wallet, tx.now);
        await challenges.remove(
          tx.db,
          before.slice(MOST_LIVE - 1).map(({ id }) => id),
        );
        await challenges.insert(tx.db, { wallet, text, expiresAt }, tx.now);
        return { text, expiresIn: LIFE_MS / SECOND };
      }),

    async verify(ctx, wallet, signature) {
      const challengeId = await signedChallenge(ctx, wallet, signature);
      return atomic(ctx, async (tx) => {
        const clientId = await wallets.findOwner(tx.db, wallet);
        const client = clientId === undefined ? undefined : await clients.find(tx, clientId);
        if (client === undefined)
          throw refusal('not_found', 'wallet_not_registered', 'No account uses this wallet. Please register.');
        if (client.status !== 'active') throw inactive();
        await consume(tx, challengeId);
        return { ...(await tokens.issue(tx, client.id, 'wallet')), clientId: client.id };
      });
    },

    async register(ctx, { wallet, signature, name, email: sentEmail }) {
      const challengeId = await signedChallenge(ctx, wallet, signature);
      if ((await wallets.findOwner(ctx.db, wallet)) !== undefined) throw alreadyRegistered();
      const fields = { name, email: sentEmail, wallet_address: wallet };
      const email = await translated(() => clients.checkNewcomer(ctx, { email: sentEmail, fields }));
      const { firstName, lastName } = nameParts(name ?? `${wallet.slice(0, 4)}...${wallet.slice(-4)}`);
      const { code: currency } = await currencies.default(ctx);
      try {
        return await atomic(ctx, async (tx) => {
          await consume(tx, challengeId);
          const newcomer = { email, firstName, lastName, currency, fields };
          const clientId = await translated(() => clients.addNewcomer(tx, newcomer));
          await wallets.insert(tx.db, clientId, wallet, tx.now);
          const apiKey = await keys.add(tx, clientId, DEFAULT_KEY, []);
          return { ...(await tokens.issue(tx, clientId, 'wallet')), clientId, apiKey };
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw alreadyRegistered();
        throw error;
      }
    },

    removeAllOf: (tx, clientId) => wallets.removeOf(tx.db, clientId),
    async purge(ctx) {
      while ((await atomic(ctx, (tx) => challenges.purge(tx.db, tx.now, CHUNK))) === CHUNK);
    },
  };

  /** The challenge of this wallet that was signed. It stays until it is used. */
  async function signedChallenge(ctx: Context, wallet: string, signature: string): Promise<number> {
    const live = await challenges.listLive(ctx.db, wallet, ctx.now);
    if (live.length === 0) throw challengeExpired();
    const bytes = decodedSignature(signature);
    const signed = live.find(({ text }) => bytes !== undefined && isSignedBy(wallet, Buffer.from(text), bytes));
    if (signed === undefined)
      throw refusal('unauthenticated', 'invalid_signature', 'The signature does not fit the challenge.');
    return signed.id;
  }
}

/** Once: whoever comes second finds nothing. */
async function consume(tx: Tx, challengeId: number): Promise<void> {
  if ((await challenges.remove(tx.db, [challengeId])) === 0) throw challengeExpired();
}

/** Begins with words, so that no wallet takes it for a transaction. */
const challengeFor = (site: string, wallet: string, now: Date, expiresAt: Date): string =>
  [
    `Sign in to ${site}`,
    '',
    `Wallet: ${wallet}`,
    `Nonce: ${randomBytes(24).toString('hex')}`,
    `Issued at: ${time(now)}`,
    `Expires at: ${time(expiresAt)}`,
  ].join('\n');

/** What the client module refuses, in the words of this wire. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'client.sign_up_closed')
      throw refusal('forbidden', 'registration_disabled', 'Registration is disabled.');
    if (error.kind !== 'invalid_input' && error.kind !== 'conflict') throw error;
    throw refusal('invalid_input', 'validation_failed', error.message, { email: [error.message] });
  }
}

const challengeExpired = (): AppError =>
  refusal('conflict', 'challenge_expired', 'There is no challenge to sign; please ask for a new one.', {
    signature: ['There is no challenge to sign.'],
  });
const alreadyRegistered = (): AppError =>
  refusal('conflict', 'wallet_already_registered', 'An account uses this wallet already.', {
    wallet_address: ['An account uses this wallet already.'],
  });
