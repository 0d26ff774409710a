import type { ClientActor } from '#core/actor';
import { atomic, type Context } from '#core/context';
import { invalidInput } from '#core/error';
import { toNumber } from '#core/money';
import { checkStrength, hashPassword, verifyPassword, NOBODYS_HASH } from '#core/password';
import { randomToken } from '#core/secret';
import type { Toolbox } from '#core/toolbox';
import { TOKEN_PURPOSE } from './account-service.ts';
import * as balances from './balance-repository.ts';
import { checkProfile, readEmail } from './check.ts';
import {
  clientChangingOwnPassword,
  clientChangingProfile,
  clientOwnPasswordChanged,
  clientProfileChanged,
  type ClientProfileService,
} from './contract.ts';
import { pick, PROFILE_NAMES } from './fields.ts';
import * as links from './link-repository.ts';
import type { Links } from './links.ts';
import * as clients from './repository.ts';
import type { ReadRules } from './rules.ts';
import { presentPublic } from './schema.ts';
import { getClient, unknownClient } from './service.ts';
import { checkMatch, getForUpdate, unlessTaken } from './staff-service.ts';

type Lent = Pick<Toolbox, 'secrets' | 'limits'>;

export function createProfiles({ secrets, limits }: Lent, readRules: ReadRules, letters: Links): ClientProfileService {
  return {
    async own(ctx, id) {
      const client = await getClient(ctx, id);
      const balance = (await balances.sums(ctx.db, [id])).get(id);
      const { customFields } = await readRules(ctx);
      return {
        ...presentPublic(client, customFields),
        billing_email: client.details.billing_email,
        balance: balance === undefined ? 0 : toNumber(balance),
      };
    },

    async updateProfile(ctx, sent) {
      const { id } = ctx.actor;
      const rules = await readRules(ctx);
      const email = sent.email === undefined ? undefined : readEmail(sent.email);
      // The contract wants the address with every change while it is fixed.
      if (rules.isEmailFixed && email !== ctx.actor.email)
        throw invalidInput('client.email_fixed', 'Email address cannot be changed');
      const details = checkProfile(pick(sent, PROFILE_NAMES), ctx.now);
      await unlessTaken(() =>
        atomic(ctx, async (tx) => {
          await tx.ask(clientChangingProfile, { clientId: id, ip: tx.ip ?? '', sent: { ...details, email } });
          const current = await getForUpdate(tx, id);
          const isNewAddress = email !== undefined && email !== current.email;
          const change = isNewAddress ? { details, email, isEmailApproved: false } : { details };
          await clients.update(tx.db, id, change, tx.now);
          if (isNewAddress) {
            // A link sent to the old address must not confirm the new one.
            await links.removeConfirmationsOf(tx.db, id);
            await links.removeResetsOf(tx.db, id);
            if (rules.needsConfirmedEmail) await letters.askConfirmation(tx, id);
          }
          await tx.emit(clientProfileChanged, { clientId: id });
          await tx.record('Updated the own profile');
        }),
      );
    },

    async tokenOf(ctx, id) {
      const sealed = await clients.findSealedToken(ctx.db, id);
      return sealed === undefined ? undefined : secrets.open(TOKEN_PURPOSE, sealed);
    },

    async replaceToken(ctx, id) {
      const token = randomToken();
      const stored = { sealed: secrets.seal(TOKEN_PURPOSE, token), hash: secrets.fingerprint(TOKEN_PURPOSE, token) };
      await atomic(ctx, async (tx) => {
        await getForUpdate(tx, id);
        await clients.setToken(tx.db, id, stored, tx.now);
        await tx.record(`Replaced the API key of client #${id}`);
      });
      return token;
    },

    async changeOwnPassword(ctx, { current, next, confirmation }) {
      const { id } = ctx.actor;
      checkStrength(next);
      checkMatch(next, confirmation);
      const stored = await verifyOwn(ctx, current);
      const hash = await hashPassword(next);
      await atomic(ctx, async (tx) => {
        await tx.ask(clientChangingOwnPassword, { clientId: id });
        if (!(await clients.replacePassword(tx.db, id, stored, hash, tx.now))) throw wrongPassword();
        await links.removeResetsOf(tx.db, id);
        await tx.emit(clientOwnPasswordChanged, { clientId: id });
        await tx.record('Changed the own password');
      });
    },

    checkOwnPassword: async (ctx, password) => void (await verifyOwn(ctx, password)),
  };

  /** Gives the hash it was held against. */
  async function verifyOwn(ctx: Context<ClientActor>, password: string): Promise<string> {
    const { id } = ctx.actor;
    await limits.consume('profile_password_change_account', `client:${id}`, ctx.ip);
    const found = await clients.findCredentials(ctx.db, { id });
    if (found === undefined) throw unknownClient();
    const stored = found.passwordHash ?? NOBODYS_HASH;
    if (!(await verifyPassword(stored, password))) throw wrongPassword();
    return stored;
  }
}

const wrongPassword = () => invalidInput('client.wrong_password', 'Current password incorrect');
