import type { Context, Tx } from '#core/context';
import { atomic } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { checkEmail } from '#core/email';
import { conflict, invalidInput, notFound } from '#core/error';
import type { SessionStore } from '#core/http/session-data';
import { checkStrength, hashPassword } from '#core/password';
import { checkTimeZone } from '#core/time-zone';
import type { TwoFactorService } from '#modules/two-factor/contract';
import {
  staffBeingCreated,
  staffBeingRemoved,
  staffBeingUpdated,
  staffCreated,
  staffPasswordBeingChanged,
  staffPasswordChanged,
  staffRemoved,
  staffUpdated,
  type StaffMember,
} from './contract.ts';
import * as groups from './group-repository.ts';
import type { PlacedGroup } from './group-tree.ts';
import { checkManagesAccount, checkManagesGroup, keepOneAdministrator } from './hierarchy.ts';
import * as accounts from './repository.ts';
import type { Account, Change, Filter } from './repository.ts';

/** An account with its groups. */
export interface Staff {
  readonly account: Account;
  readonly groups: readonly PlacedGroup[];
}

export interface Application {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly groupId: number;
  readonly status: StaffMember['status'];
  readonly signature: string | undefined;
  readonly timezone: string | undefined;
}

/** What staff do with the accounts of others. */
export interface StaffAdministration {
  list(ctx: Context, filter: Filter, page: PageRequest): Promise<Page<Staff>>;
  listNames(ctx: Context, search: string | undefined, limit: number): Promise<readonly [id: number, name: string][]>;
  get(ctx: Context, id: number): Promise<Staff>;
  create(ctx: Context, application: Application): Promise<number>;
  update(ctx: Context, id: number, change: Change): Promise<void>;
  remove(ctx: Context, id: number): Promise<void>;
  setPassword(ctx: Context, id: number, password: string, confirmation: string): Promise<void>;
  /** Programs of the account are refused until its owner makes a new token. */
  removeToken(ctx: Context, id: number): Promise<void>;
  /** Throws when it is not on. */
  /** Whether a sign-in of the staff member needs a code. */
  hasTwoFactor(ctx: Context, id: number): Promise<boolean>;
  switchOffTwoFactor(ctx: Context, id: number): Promise<void>;
}

interface Needs {
  readonly sessions: SessionStore;
  readonly twoFactor: TwoFactorService;
}

export function createStaffAdministration({ sessions, twoFactor }: Needs): StaffAdministration {
  return {
    async list(ctx, filter, request) {
      const page = await accounts.list(ctx.db, filter, request);
      return { ...page, items: await withGroups(ctx, page.items) };
    },

    listNames: (ctx, search, limit) => accounts.listNames(ctx.db, search, limit),

    async get(ctx, id) {
      const account = existing(await accounts.find(ctx.db, id));
      const [found] = await withGroups(ctx, [account]);
      return found ?? { account, groups: [] };
    },

    async create(ctx, { password, groupId, ...application }) {
      checkEmail(application.email);
      checkStrength(password);
      if (application.timezone) checkTimeZone(application.timezone);
      const passwordHash = await hashPassword(password);
      return atomic(ctx, async (tx) => {
        await tx.ask(staffBeingCreated, { sent: { ...application, group_id: groupId } });
        await groups.holdTree(tx.db);
        const tree = await groups.readTree(tx.db);
        if (tree.find(groupId) === undefined) throw noGroup();
        await checkManagesGroup(tx, groupId, tree);
        const account = { ...application, passwordHash };
        const id = await refuseTaken(application.email, accounts.insert(tx.db, account, tx.now));
        await groups.insertMember(tx.db, id, groupId, tx.now);
        await tx.emit(staffCreated, { staffId: id });
        await tx.record(`Created new staff member ${id}`);
        return id;
      });
    },

    async update(ctx, id, change) {
      const isDeactivated = await atomic(ctx, async (tx) => {
        const account = await getToChange(tx, id);
        await tx.ask(staffBeingUpdated, { staffId: id });
        const leaves = account.status === 'active' && change.status === 'inactive';
        if (leaves && tx.actor.kind === 'admin' && tx.actor.id === id)
          throw conflict('staff.own_status', 'You cannot deactivate your own staff account');
        await checkManagesAccount(tx, account, await groups.readTree(tx.db));
        if (leaves) await keepOneAdministrator(tx, account);
        if (change.email !== undefined) checkEmail(change.email);
        if (change.timezone) checkTimeZone(change.timezone);
        await refuseTaken(change.email, accounts.change(tx.db, id, change, tx.now));
        if (leaves) await accounts.setToken(tx.db, id, undefined, tx.now);
        await tx.emit(staffUpdated, { staffId: id });
        await tx.record(`Updated staff member ${id} details`);
        return leaves;
      });
      if (isDeactivated) await sessions.endAll('admin', id);
    },

    async remove(ctx, id) {
      await atomic(ctx, async (tx) => {
        const account = await getToChange(tx, id);
        if (account.systemName === 'cron')
          throw conflict('staff.cron', 'The cron administrator account cannot be removed');
        await checkManagesAccount(tx, account, await groups.readTree(tx.db));
        await keepOneAdministrator(tx, account);
        await tx.ask(staffBeingRemoved, { staffId: id });
        await twoFactor.remove(tx, { role: 'admin', id });
        await accounts.remove(tx.db, id);
        await tx.emit(staffRemoved, { staffId: id });
        await tx.record(`Deleted staff member ${id}`);
      });
      await sessions.endAll('admin', id);
    },

    hasTwoFactor: (ctx, id) => twoFactor.isOn(ctx, { role: 'admin', id }),

    switchOffTwoFactor: (ctx, id) =>
      atomic(ctx, async (tx) => {
        await checkManagesAccount(tx, await getToChange(tx, id), await groups.readTree(tx.db));
        if (!(await twoFactor.remove(tx, { role: 'admin', id }))) throw noTwoFactor();
      }),

    removeToken: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const account = await getToChange(tx, id);
        await checkManagesAccount(tx, account, await groups.readTree(tx.db));
        await accounts.setToken(tx.db, id, undefined, tx.now);
        await tx.record(`Removed the API key of staff member ${id}`);
      }),

    async setPassword(ctx, id, password, confirmation) {
      if (password !== confirmation) throw invalidInput('password.mismatch', 'Passwords do not match.');
      checkStrength(password);
      const passwordHash = await hashPassword(password);
      await atomic(ctx, async (tx) => {
        const account = await getToChange(tx, id);
        await checkManagesAccount(tx, account, await groups.readTree(tx.db));
        await tx.ask(staffPasswordBeingChanged, { staffId: id });
        await accounts.setPasswordHash(tx.db, id, passwordHash, tx.now);
        await tx.emit(staffPasswordChanged, { staffId: id });
        await tx.record(`Changed staff member ${id} password`);
      });
      await sessions.endAll('admin', id);
    },
  };
}

/** Two queries, however many accounts. */
export async function withGroups({ db }: Context, found: readonly Account[]): Promise<Staff[]> {
  if (found.length === 0) return [];
  const [tree, groupIds] = [
    await groups.readTree(db),
    await groups.listGroupIds(
      db,
      found.map(({ id }) => id),
    ),
  ];
  return found.map((account) => ({
    account,
    groups: tree.all.filter(({ id }) => groupIds.get(account.id)?.includes(id)),
  }));
}

export const getToChange = async (tx: Tx, id: number): Promise<Account> =>
  existing(await accounts.findToChange(tx.db, id));

export function existing(account: Account | undefined): Account {
  if (account === undefined) throw notFound('staff.unknown', 'Staff member not found');
  return account;
}

export const noGroup = () => notFound('staff.unknown_group', 'Group not found');

/** The unique index is the judge of who has an e-mail. */
export async function refuseTaken<T>(email: string | undefined, write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (isUniqueViolation(error))
      throw conflict('staff.email_taken', `Staff member with email ${email ?? ''} is already registered.`);
    throw error;
  }
}

const noTwoFactor = () => conflict('staff.no_two_factor', 'The two-factor login of this staff member is not on.');
