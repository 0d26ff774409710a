import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { conflict, invalidInput } from '#core/error';
import { checkStrength, hashPassword } from '#core/password';
import { randomToken } from '#core/secret';
import type { Toolbox } from '#core/toolbox';
import type { TwoFactorService } from '#modules/two-factor/contract';
import type { NewAccount } from './account.ts';
import * as balances from './balance-repository.ts';
import { checkDetails, readEmail } from './check.ts';
import {
  clientBeingCreated,
  clientBeingRemoved,
  clientBeingUpdated,
  clientChangingCurrency,
  clientCreated,
  clientPasswordBeingChanged,
  clientPasswordChanged,
  clientRemoved,
  clientUpdated,
} from './contract.ts';
import { clientWelcomed } from './event.ts';
import type { DetailChanges } from './fields.ts';
import * as groups from './group-repository.ts';
import * as history from './history-repository.ts';
import * as links from './link-repository.ts';
import type { Links } from './links.ts';
import * as clients from './repository.ts';
import { unknownClient } from './service.ts';

/** What staff do to clients. */
export interface Keeping {
  create(ctx: Context, account: NewAccount): Promise<number>;
  update(ctx: Context, id: number, change: clients.Change): Promise<void>;
  changePassword(ctx: Context, id: number, password: string, confirmation: string): Promise<void>;
  /** Throws when it is not on. */
  /** Whether a sign-in of the client needs a code. */
  hasTwoFactor(ctx: Context, id: number): Promise<boolean>;
  switchOffTwoFactor(ctx: Context, id: number): Promise<void>;
  /** Says who staff are about to act as. */
  impersonate(ctx: Context, id: number): Promise<clients.ClientRecord>;
  remove(ctx: Context, id: number): Promise<void>;
  /** One after the other; stops at the first that is not there. */
  removeAll(ctx: Context, ids: readonly number[]): Promise<void>;
}

interface Needs extends Pick<Toolbox, 'settings' | 'sessions'> {
  readonly twoFactor: TwoFactorService;
}

export function createKeeping({ settings, sessions, twoFactor }: Needs, letters: Links): Keeping {
  const remove = async (ctx: Context, id: number): Promise<void> => {
    await atomic(ctx, async (tx) => {
      await getForUpdate(tx, id);
      await tx.ask(clientBeingRemoved, { clientId: id });
      await balances.removeOf(tx.db, id);
      await history.removeOf(tx.db, id);
      await links.removeResetsOf(tx.db, id);
      await links.removeConfirmationsOf(tx.db, id);
      await twoFactor.remove(tx, { role: 'client', id });
      await clients.remove(tx.db, id);
      await tx.emit(clientRemoved, { clientId: id });
      await tx.record(`Removed client #${id}`);
    });
    await sessions.endAll('client', id);
  };

  return {
    async create(ctx, account) {
      const email = readEmail(account.email);
      const { password, status, sendsWelcome } = account;
      await refuseTaken(ctx, email);
      if (!sendsWelcome && password === undefined)
        throw invalidInput('client.password', 'A password is required when the welcome email is disabled.');
      if (sendsWelcome && status !== 'active')
        throw invalidInput('client.welcome', 'Welcome email can only be sent for active clients.');
      if (password !== undefined) checkStrength(password);
      const details = checkDetails(await withCountry(ctx, account.details));
      const passwordHash = await hashPassword(password ?? randomToken());

      return unlessTaken(() =>
        atomic(ctx, async (tx) => {
          await tx.ask(clientBeingCreated, { sent: { ...details, email, status, group_id: account.groupId } });
          if (account.groupId !== undefined) await lockGroup(tx, account.groupId);
          const { groupId, ip, createdAt = tx.now } = account;
          const id = await clients.insert(
            tx.db,
            { email, passwordHash, status, groupId, ip, details, createdAt },
            tx.now,
          );
          if (sendsWelcome)
            await tx.emit(clientWelcomed, { clientId: id, sealedHash: await letters.openReset(tx, id) });
          await tx.emit(clientCreated, { clientId: id, sendsWelcome });
          await tx.record(`Created client #${id}`);
          return id;
        }),
      );
    },

    async update(ctx, id, sent) {
      const email = sent.email === undefined ? undefined : readEmail(sent.email);
      const details = checkDetails(sent.details ?? {});
      const wasActive = await unlessTaken(() =>
        atomic(ctx, async (tx) => {
          const { status, groupId: group_id } = sent;
          await tx.ask(clientBeingUpdated, {
            clientId: id,
            ip: tx.ip ?? '',
            sent: { ...details, email, status, group_id },
          });
          const current = await getForUpdate(tx, id);
          const currency = details.currency === undefined ? current.currency : (details.currency ?? undefined);
          if (current.currency !== undefined && currency !== current.currency)
            await tx.ask(clientChangingCurrency, { clientId: id, currency: currency ?? null });
          if (typeof sent.groupId === 'number') await lockGroup(tx, sent.groupId);
          if (email !== undefined && email !== current.email) await links.removeConfirmationsOf(tx.db, id);
          await clients.update(tx.db, id, { ...sent, email, details }, tx.now);
          if (sent.status !== undefined && sent.status !== 'active')
            await clients.setToken(tx.db, id, undefined, tx.now);
          await tx.emit(clientUpdated, { clientId: id });
          await tx.record(`Updated client #${id}`);
          return current.status === 'active';
        }),
      );
      if (wasActive && sent.status !== undefined && sent.status !== 'active') await sessions.endAll('client', id);
    },

    async changePassword(ctx, id, password, confirmation) {
      checkMatch(password, confirmation);
      checkStrength(password);
      const hash = await hashPassword(password);
      await atomic(ctx, async (tx) => {
        await tx.ask(clientPasswordBeingChanged, { clientId: id });
        await getForUpdate(tx, id);
        await clients.setPassword(tx.db, id, hash, tx.now);
        await links.removeResetsOf(tx.db, id);
        await tx.emit(clientPasswordChanged, { clientId: id });
        await tx.record(`Changed the password of client #${id}`);
      });
      await sessions.endAll('client', id);
    },

    hasTwoFactor: (ctx, id) => twoFactor.isOn(ctx, { role: 'client', id }),

    switchOffTwoFactor: (ctx, id) =>
      atomic(ctx, async (tx) => {
        await getForUpdate(tx, id);
        if (!(await twoFactor.remove(tx, { role: 'client', id }))) throw noTwoFactor();
      }),

    impersonate: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const client = await getForUpdate(tx, id);
        await tx.record(`Signed in as client #${id}`);
        return client;
      }),

    remove,
    async removeAll(ctx, ids) {
      for (const id of ids) await remove(ctx, id);
    },
  };

  async function withCountry(ctx: Context, details: DetailChanges): Promise<DetailChanges> {
    if (details.country !== undefined && details.country !== null) return details;
    const { default_country: country } = await settings.config(ctx, 'mod_system');
    return typeof country === 'string' && country !== '' ? { ...details, country } : details;
  }
}

export async function getForUpdate(tx: Tx, id: number): Promise<clients.ClientRecord> {
  const client = await clients.findForUpdate(tx.db, id);
  if (client === undefined) throw unknownClient();
  return client;
}

export function checkMatch(password: string, confirmation: string): void {
  if (password !== confirmation) throw invalidInput('client.password_mismatch', 'Passwords do not match.');
}

const noTwoFactor = () => conflict('client.no_two_factor', 'The two-factor login of this client is not on.');
const taken = () => conflict('client.email_taken', 'This email address is already registered.');

/** Spares the work of what is bound to fail; the unique index is the judge. */
export async function refuseTaken(ctx: Context, email: string): Promise<void> {
  if ((await clients.findCredentials(ctx.db, { email })) !== undefined) throw taken();
}

export async function unlessTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) throw taken();
    throw error;
  }
}

async function lockGroup(tx: Tx, id: number): Promise<void> {
  if (!(await groups.lock(tx.db, id))) throw conflict('client.unknown_group', 'Client group not found');
}
