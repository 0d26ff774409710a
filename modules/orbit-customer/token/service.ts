import { randomBytes } from 'node:crypto';
import type { Recognizer } from '#core/authenticator';
import { DAY, later, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import type { Secrets } from '#core/secret';
import type { Admit } from '../admit.ts';
import { TOKEN_KIND } from '../dialect.ts';
import type { ReadRules } from '../rules.ts';
import * as tokens from './repository.ts';

export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

export interface Tokens {
  issue(tx: Tx, clientId: number, origin: 'device' | 'wallet'): Promise<IssuedToken>;
  revoke(ctx: Context, id: number): Promise<void>;
  revokeAllOf(ctx: Context, clientId: number): Promise<void>;
  removeAllOf(tx: Tx, clientId: number): Promise<void>;
  purge(ctx: Context): Promise<void>;
  readonly recognizer: Recognizer;
}

const CHUNK = 500;
const PURPOSE = 'orbit.token';

interface Needs {
  readonly secrets: Secrets;
  readonly rules: ReadRules;
  readonly admit: Admit;
}

export function createTokens({ secrets, rules, admit }: Needs): Tokens {
  const hashOf = (token: string): string => secrets.fingerprint(PURPOSE, token);
  return {
    async issue(tx, clientId, origin) {
      const { tokenDays } = await rules(tx);
      const accessToken = randomBytes(32).toString('base64url');
      const expiresAt = later(tx.now, tokenDays * DAY);
      await tokens.insert(tx.db, { hash: hashOf(accessToken), clientId, origin, expiresAt }, tx.now);
      await tx.record(`Client #${clientId} signed in by ${origin}`);
      return { accessToken, expiresIn: (tokenDays * DAY) / SECOND };
    },

    revoke: (ctx, id) => atomic(ctx, (tx) => tokens.revoke(tx.db, id, tx.now)),
    revokeAllOf: (ctx, clientId) => atomic(ctx, async (tx) => void (await tokens.revokeAllOf(tx.db, clientId, tx.now))),
    removeAllOf: (tx, clientId) => tokens.removeOf(tx.db, clientId),
    async purge(ctx) {
      while ((await atomic(ctx, (tx) => tokens.purge(tx.db, tx.now, CHUNK))) === CHUNK);
    },

    recognizer: {
      kind: TOKEN_KIND,
      async recognize(ctx, secret) {
        if (secret.length > 200) return undefined;
        const token = await tokens.findByHash(ctx.db, hashOf(secret));
        if (token === undefined || token.revokedAt !== undefined || token.expiresAt <= ctx.now) return undefined;
        return admit(ctx, token.clientId, { kind: TOKEN_KIND, id: token.id });
      },
    },
  };
}
