import { createHash } from 'node:crypto';
import { atomic, type Context } from '#core/context';
import { later, SECOND } from '#core/clock';
import { AppError, conflict, invalidInput, notFound } from '#core/error';
import type { Limits } from '#core/http/limit';
import type { SessionStore } from '#core/http/session-data';
import { LOGIN_PACE, paced, RESET_PACE } from '#core/pace';
import { checkStrength, hashPassword } from '#core/password';
import { isTruthy } from '#core/schema';
import { randomHex, type Secrets } from '#core/secret';
import type { SettingStore } from '#core/settings';
import type { Page, PageRequest } from '#core/db/paginate';
import { staffPasswordReset, staffResetRequested, staffResettingPassword } from './contract.ts';
import * as accounts from './repository.ts';
import { maySignIn } from './entrance.ts';
import * as visits from './sign-in-repository.ts';
import type { SignIn, SignInFilter } from './sign-in-repository.ts';

/** Purpose under which the secret of a reset is sealed for its letter. */
export const RESET = 'staff.reset';
const RESET_LASTS_MS = 900 * SECOND;
const PAST_RESET = 'The link has expired or you have already confirmed the password reset.';

export interface Reset {
  readonly code: string;
  readonly password: string;
  readonly confirmation: string;
}

/** The doors of the staff: who came in, and the way back in without the password. */
export interface StaffSignIn {
  /** Answers the same whoever asks: nobody learns from it who works here. */
  requestReset(ctx: Context, email: string): Promise<void>;
  /** Throws unless the link that carries `code` still works. */
  checkReset(ctx: Context, code: string): Promise<void>;
  confirmReset(ctx: Context, reset: Reset): Promise<void>;
  list(ctx: Context, filter: SignInFilter, page: PageRequest): Promise<Page<SignIn>>;
  get(ctx: Context, id: number): Promise<SignIn>;
}

interface Needs {
  readonly settings: SettingStore;
  readonly secrets: Secrets;
  readonly sessions: SessionStore;
  readonly limits: Limits;
}

export function createStaffSignIn({ settings, secrets, sessions, limits }: Needs): StaffSignIn {
  const config = (ctx: Context) => settings.config(ctx, 'mod_staff');

  async function requestReset(ctx: Context, email: string): Promise<void> {
    checkResetIsOpen(await config(ctx));
    if (!(await isWithinLimits(ctx, email))) return;
    const account = await accounts.findByEmail(ctx.db, email);
    if (account === undefined || !maySignIn(account)) return;
    const secret = randomHex(64);
    await atomic(ctx, async (tx) => {
      await visits.replaceReset(tx.db, { accountId: account.id, hash: hashOf(secret), ip: tx.ip }, tx.now);
      await tx.emit(staffResetRequested, { staffId: account.id, sealed: secrets.seal(RESET, secret) });
      await tx.record(`Staff member ${account.id} requested a password reset`);
    });
  }

  async function isWithinLimits({ ip = 'local' }: Context, email: string): Promise<boolean> {
    try {
      await limits.consume('staff_password_reset_ip', ip);
      await limits.consume('staff_password_reset_email', email, ip);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.kind === 'rate_limited') return false;
      throw error;
    }
  }

  async function confirmReset(ctx: Context, { code, password, confirmation }: Reset): Promise<void> {
    checkResetIsOpen(await config(ctx));
    requireText(code, 'Code required');
    requireText(password, 'Password required');
    requireText(confirmation, 'Password confirmation required');
    if (password !== confirmation) throw invalidInput('password.mismatch', 'Passwords do not match.');
    checkStrength(password);
    const [hash, after] = [hashOf(code), later(ctx.now, -RESET_LASTS_MS)];
    if ((await visits.findReset(ctx.db, hash, after)) === undefined) throw pastReset(); // spares the hashing
    const passwordHash = await hashPassword(password);
    const id = await atomic(ctx, async (tx) => {
      await tx.ask(staffResettingPassword, {});
      const reset = await visits.findReset(tx.db, hash, after);
      if (reset === undefined) throw pastReset();
      const account = await accounts.find(tx.db, reset.accountId);
      if (account === undefined) throw notFound('staff.unknown', 'Admin not found');
      if (!maySignIn(account)) throw pastReset();
      await accounts.setPasswordHash(tx.db, account.id, passwordHash, tx.now);
      await visits.removeResets(tx.db, account.id);
      await tx.emit(staffPasswordReset, { staffId: account.id });
      await tx.record(`Staff member ${account.id} changed the password by a reset link`);
      return account.id;
    });
    await sessions.endAll('admin', id);
  }

  return {
    requestReset: (ctx, email) => paced(LOGIN_PACE, () => requestReset(ctx, email)),
    async checkReset(ctx, code) {
      checkResetIsOpen(await config(ctx));
      if ((await visits.findReset(ctx.db, hashOf(code), later(ctx.now, -RESET_LASTS_MS))) === undefined)
        throw pastReset();
    },
    confirmReset: (ctx, reset) => paced(RESET_PACE, () => confirmReset(ctx, reset)),
    list: (ctx, filter, page) => visits.listSignIns(ctx.db, filter, page),
    async get(ctx, id) {
      const found = await visits.findSignIn(ctx.db, id);
      if (found === undefined) throw notFound('staff.unknown_sign_in', 'Event not found');
      return found;
    },
  };
}

function checkResetIsOpen({ public: shown }: Readonly<Record<string, unknown>>): void {
  const isOpen: unknown = typeof shown === 'object' && shown !== null ? Reflect.get(shown, 'reset_pw') : undefined;
  if (isOpen !== undefined && isOpen !== null && !isTruthy(isOpen)) throw forbiddenReset();
}

const forbiddenReset = () => invalidInput('staff.reset_disabled', 'Password reset has been disabled');
const pastReset = () => conflict('staff.past_reset', PAST_RESET);
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function requireText(text: string, message: string): void {
  if (text.trim() === '') throw invalidInput('input.required', message);
}
