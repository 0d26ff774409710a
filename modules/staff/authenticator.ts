import type { AdminActor } from '#core/actor';
import type { AdminAuthenticator } from '#core/authenticator';
import type { Context } from '#core/context';
import type { Secrets } from '#core/secret';
import * as groups from './group-repository.ts';
import { TOKEN } from './own-account.ts';
import * as accounts from './repository.ts';
import { mergeRights } from './rights.ts';

/** Active people only: the account of scheduled work signs in nowhere. Rights are read anew for each call. */
export function staffAuthenticator(secrets: Secrets): AdminAuthenticator {
  const actor = async (ctx: Context, { id, email }: { id: number; email: string }): Promise<AdminActor> => ({
    kind: 'admin',
    id,
    email,
    rights: mergeRights(await groups.listGrants(ctx.db, id)),
  });
  return {
    role: 'admin',
    async byToken(ctx, token) {
      const found = await accounts.findByToken(ctx.db, secrets.fingerprint(TOKEN, token));
      return found && actor(ctx, found);
    },
    async byId(ctx, id) {
      const found = await accounts.find(ctx.db, id);
      return found?.status === 'active' && found.systemName === undefined ? actor(ctx, found) : undefined;
    },
  };
}
