import type { AdminActor } from '#core/actor';
import { atomic } from '#core/context';
import { checkEmail } from '#core/email';
import { conflict } from '#core/error';
import { checkStrength, hashPassword, verifyPassword } from '#core/password';
import { randomToken, type Secrets } from '#core/secret';
import { checkTimeZone } from '#core/time-zone';
import type { Context, Tx } from '#core/context';
import {
  staffChangingOwnPassword,
  staffChangingProfile,
  staffOwnPasswordChanged,
  staffProfileChanged,
  staffReplacingToken,
  staffTokenReplaced,
  type StaffService,
} from './contract.ts';
import * as groups from './group-repository.ts';
import * as accounts from './repository.ts';
import type { SealedToken } from './repository.ts';
import { SUPER_ADMIN } from './rights.ts';
import { existing, refuseTaken } from './service.ts';
import * as visits from './sign-in-repository.ts';

export const TOKEN = 'admin.api_token';

/** What a member does with the own account, and what other modules may know of staff. */
export function createOwnAccounts(secrets: Secrets): StaffService {
  return {
    find: (ctx, id) => accounts.find(ctx.db, id),

    async findAll(ctx, ids) {
      return new Map((await accounts.findAll(ctx.db, ids)).map((account) => [account.id, account]));
    },

    groups: async (ctx) => (await groups.readTree(ctx.db)).all,

    listActiveIn: (ctx, groupIds) => accounts.listActiveIn(ctx.db, groupIds),

    forgetSignInsBefore: (tx, time, limit) => visits.removeSignInsBefore(tx.db, time, limit),

    async tokenOf(ctx, id) {
      const sealed = await accounts.findSealedToken(ctx.db, id);
      return sealed && secrets.open(TOKEN, sealed);
    },

    async updateProfile(ctx, change) {
      if (change.email !== undefined) checkEmail(change.email);
      if (change.timezone) checkTimeZone(change.timezone);
      await atomic(ctx, async (tx) => {
        const { email, name, signature, timezone } = change;
        await tx.ask(staffChangingProfile, { staffId: tx.actor.id, sent: { ...change } });
        await refuseTaken(email, accounts.change(tx.db, tx.actor.id, { email, name, signature, timezone }, tx.now));
        await tx.emit(staffProfileChanged, { staffId: tx.actor.id });
        await tx.record('Updated profile');
      });
    },

    async regenerateToken(ctx) {
      const token = sealToken(secrets, randomToken());
      await atomic(ctx, async (tx) => {
        await tx.ask(staffReplacingToken, { staffId: tx.actor.id });
        await accounts.setToken(tx.db, tx.actor.id, token, tx.now);
        await tx.emit(staffTokenReplaced, { staffId: tx.actor.id });
        await tx.record('Generated new API key');
      });
    },

    async changePassword(ctx, current, next) {
      checkStrength(next);
      const from = await verifyOwn(ctx, current);
      const to = await hashPassword(next);
      await atomic(ctx, async (tx) => {
        await tx.ask(staffChangingOwnPassword, { staffId: tx.actor.id });
        if (!(await accounts.replacePasswordHash(tx.db, tx.actor.id, { from, to }, tx.now))) throw wrongPassword();
        await tx.emit(staffOwnPasswordChanged, { staffId: tx.actor.id });
        await tx.record('Changed profile password');
      });
    },

    checkPassword: async (ctx, password) => void (await verifyOwn(ctx, password)),

    hasAdministrator: async (ctx) => (await groups.countSuperAdministrators(ctx.db)) > 0,

    async createAdministrator(ctx, account, also) {
      checkEmail(account.email);
      checkStrength(account.password);
      return makeAdministrator(ctx, secrets, account, also);
    },

    async resetTokenOf(ctx, email) {
      const token = randomToken();
      await atomic(ctx, async (tx) => {
        const account = existing(await accounts.findByEmail(tx.db, email));
        if (account.status !== 'active' || account.systemName !== undefined)
          throw conflict('staff.not_active', 'This staff member is not active.');
        await accounts.setToken(tx.db, account.id, sealToken(secrets, token), tx.now);
        await tx.record(`Generated new API key of staff member ${account.id}`);
      });
      return token;
    },
  };
}

/** Gives the hash it was held against. */
async function verifyOwn(ctx: Context<AdminActor>, password: string): Promise<string> {
  const stored = await accounts.findPasswordHash(ctx.db, ctx.actor.id);
  if (stored === undefined || !(await verifyPassword(stored, password))) throw wrongPassword();
  return stored;
}

/** A super administrator who can sign in at once. */
export async function makeAdministrator(
  ctx: Context,
  secrets: Secrets,
  { email, name, password, apiToken }: Parameters<StaffService['createAdministrator']>[1],
  also?: (tx: Tx) => Promise<void>,
): Promise<number> {
  const passwordHash = await hashPassword(password);
  const token = apiToken === undefined ? undefined : sealToken(secrets, apiToken);
  return atomic(ctx, async (tx) => {
    await also?.(tx);
    const account = { email, name, passwordHash, token, status: 'active' as const };
    const id = await refuseTaken(email, accounts.insert(tx.db, account, tx.now));
    const { all } = await groups.readTree(tx.db);
    const top = all.find(({ systemName }) => systemName === SUPER_ADMIN);
    if (top === undefined) throw new Error('There is no group of super administrators.');
    await groups.insertMember(tx.db, id, top.id, tx.now);
    await tx.record(`Created administrator ${id}`);
    return id;
  });
}

const sealToken = (secrets: Secrets, token: string): SealedToken => ({
  sealed: secrets.seal(TOKEN, token),
  hash: secrets.fingerprint(TOKEN, token),
});

const wrongPassword = () => conflict('staff.wrong_password', 'Current password incorrect');
