import { Type } from '@sinclair/typebox';
import type { AdminActor } from '#core/actor';
import type { Context, Tx } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import { Id, MapOf } from '#core/schema';
import { defineService } from '#core/service';

/** All that other modules may see of staff. */

export interface StaffMember {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  readonly signature: string | undefined;
  readonly timezone: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface StaffGroup {
  readonly id: number;
  readonly name: string;
  readonly isProtected: boolean;
}

export interface StaffService {
  find(ctx: Context, id: number): Promise<StaffMember | undefined>;
  /** Several in one query, by id. */
  findAll(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, StaffMember>>;
  groups(ctx: Context): Promise<readonly StaffGroup[]>;
  /** Active members of any of these groups, each once. */
  listActiveIn(ctx: Context, groupIds: readonly number[]): Promise<readonly StaffMember[]>;
  /** Removes sign-ins older than `time`, `limit` at most; returns how many went. */
  forgetSignInsBefore(tx: Tx, time: Date, limit: number): Promise<number>;

  /** What a member does with the own account (platform spec C6). */
  tokenOf(ctx: Context, id: number): Promise<string | undefined>;
  updateProfile(ctx: Context<AdminActor>, change: ProfileChange): Promise<void>;
  regenerateToken(ctx: Context<AdminActor>): Promise<void>;
  changePassword(ctx: Context<AdminActor>, current: string, next: string): Promise<void>;
  /** Throws unless this is the member's own password. */
  checkPassword(ctx: Context<AdminActor>, password: string): Promise<void>;

  /** Whether anybody who is active may do everything. */
  hasAdministrator(ctx: Context): Promise<boolean>;
  /** Makes a super administrator and returns its id. `also` belongs to it: when that throws, nobody is made. */
  createAdministrator(
    ctx: Context,
    account: { email: string; name: string; password: string; apiToken: string | undefined },
    also?: (tx: Tx) => Promise<void>,
  ): Promise<number>;
  /** For the command line: gives the member with this e-mail a new API token and returns it, for the one time it is shown. */
  resetTokenOf(ctx: Context, email: string): Promise<string>;
}

export interface ProfileChange {
  readonly email?: string;
  readonly name?: string;
  readonly signature?: string;
  readonly timezone?: string;
}

/** The engine made the first administrator and its password, which only whoever started it has seen. */
export const firstAdministratorMade = defineEvent('staff.first_administrator_made', Type.Object({}));

export const staffService = defineService<StaffService>('staff');

const StaffId = Type.Object({ staffId: Id });
/** `sealed` opens with the purpose `staff.reset` to what the link of the letter ends in. */
export const staffResetRequested = defineEvent(
  'staff.reset_requested',
  Type.Object({ staffId: Id, sealed: Type.String() }),
);
export const staffPasswordReset = defineEvent('staff.password_reset', StaffId);
const SignInTry = Type.Object({ email: Type.String(), ip: Type.String() });
const Sent = MapOf(Type.Unknown());
/** Asked before the password of a sign-in is looked at. */
export const staffSigningIn = defineHook('staff.signing_in', SignInTry);
export const staffSignInFailed = defineEvent('staff.sign_in_failed', SignInTry);
export const staffSignedIn = defineEvent('staff.signed_in', Type.Object({ staffId: Id, ip: Type.String() }));
/** Asked before a password is set by the link of a letter. */
export const staffResettingPassword = defineHook('staff.resetting_password', Type.Object({}));

/** What staff do with the accounts of others. */
export const staffBeingCreated = defineHook('staff.being_created', Type.Object({ sent: Sent }));
export const staffCreated = defineEvent('staff.created', StaffId);
export const staffBeingUpdated = defineHook('staff.being_updated', StaffId);
export const staffUpdated = defineEvent('staff.updated', StaffId);
export const staffBeingRemoved = defineHook('staff.being_removed', StaffId);
export const staffRemoved = defineEvent('staff.removed', StaffId);
export const staffPasswordBeingChanged = defineHook('staff.password_being_changed', StaffId);
export const staffPasswordChanged = defineEvent('staff.password_changed', StaffId);

/** What they do with their own. */
export const staffChangingProfile = defineHook('staff.changing_profile', Type.Object({ staffId: Id, sent: Sent }));
export const staffProfileChanged = defineEvent('staff.profile_changed', StaffId);
export const staffChangingOwnPassword = defineHook('staff.changing_own_password', StaffId);
export const staffOwnPasswordChanged = defineEvent('staff.own_password_changed', StaffId);
export const staffReplacingToken = defineHook('staff.replacing_token', StaffId);
export const staffTokenReplaced = defineEvent('staff.token_replaced', StaffId);

/** Asked before a staff group is removed; whoever still needs the group refuses. */
export const staffGroupBeingRemoved = defineHook('staff.group_being_removed', Type.Object({ groupId: Id }));
