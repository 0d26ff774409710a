import { addressMatcher, readLines } from '#core/address';
import { atomic, type Context } from '#core/context';
import { forbidden, unauthenticated } from '#core/error';
import type { HalfSignIn } from '#core/http/session-data';
import { LOGIN_PACE, paced } from '#core/pace';
import { hashPassword, needsRehash, NOBODYS_HASH, verifyPassword } from '#core/password';
import { isTruthy } from '#core/schema';
import { equalsSecret, type Secrets } from '#core/secret';
import type { SettingStore } from '#core/settings';
import type { TwoFactorService } from '#modules/two-factor/contract';
import { staffSignedIn, staffSigningIn, staffSignInFailed } from './contract.ts';
import * as accounts from './repository.ts';
import type { Account } from './repository.ts';
import * as visits from './sign-in-repository.ts';

/** How staff come in: by their password, and by a code where they have asked for one. */
export interface Entrance {
  /** In one go, as programs do. */
  signIn(ctx: Context, attempt: Attempt): Promise<Account>;
  /** The password, on a page: who it is, or whose code must follow. */
  begin(ctx: Context, attempt: Omit<Attempt, 'code'>): Promise<Account | HalfSignIn>;
  /** The code, on the page after it. */
  finish(ctx: Context, half: HalfSignIn | undefined, code: string): Promise<Account>;
}

export interface Attempt {
  readonly email: string;
  readonly password: string;
  readonly code?: string | undefined;
}

interface Needs {
  readonly settings: SettingStore;
  readonly secrets: Secrets;
  readonly twoFactor: TwoFactorService;
}

const PROOF = 'staff.half_sign_in';

export function createEntrance({ settings, secrets, twoFactor }: Needs): Entrance {
  return {
    signIn: (ctx, { email, password, code }) =>
      paced(LOGIN_PACE, async () => {
        const account = await checkPassword(ctx, email, password);
        if (await twoFactor.isOn(ctx, ownerOf(account))) await proveCode(ctx, account, code);
        return admit(ctx, account);
      }),

    begin: (ctx, { email, password }) =>
      paced(LOGIN_PACE, async () => {
        const account = await checkPassword(ctx, email, password);
        const { role, id } = ownerOf(account);
        if (!(await twoFactor.isOn(ctx, { role, id }))) return admit(ctx, account);
        return { role, id, proof: proofOf(account) };
      }),

    finish: (ctx, half, code) =>
      paced(LOGIN_PACE, async () => {
        await checkAddress(ctx);
        const account = half && (await findKnown(ctx, half.id));
        // Another password since then, or another status: what was shown holds no more.
        if (account === undefined || !equalsSecret(half?.proof ?? '', proofOf(account))) throw beginAgain();
        await proveCode(ctx, account, code);
        return admit(ctx, account);
      }),
  };

  async function checkPassword(ctx: Context, email: string, password: string): Promise<Known> {
    await checkAddress(ctx);
    const attempt = { email, ip: ctx.ip ?? '' };
    await atomic(ctx, (tx) => tx.ask(staffSigningIn, attempt));
    const found = await accounts.findByEmail(ctx.db, email);
    const account = found && maySignIn(found) ? found : undefined;
    const isRight = await verifyPassword(account?.passwordHash ?? NOBODYS_HASH, password);
    if (account === undefined || !isRight) {
      ctx.log.warn('staff sign-in refused', { ip: ctx.ip });
      await atomic(ctx, (tx) => tx.emit(staffSignInFailed, attempt));
      throw forbidden('staff.sign_in', 'Check your login details');
    }
    const from = account.passwordHash;
    if (!needsRehash(from)) return account;
    const to = await hashPassword(password);
    const isReplaced = await atomic(ctx, (tx) => accounts.replacePasswordHash(tx.db, account.id, { from, to }, tx.now));
    return isReplaced ? { ...account, passwordHash: to } : account;
  }

  async function proveCode(ctx: Context, account: Account, code: string | undefined): Promise<void> {
    try {
      await twoFactor.prove(ctx, ownerOf(account), code);
    } catch (error) {
      ctx.log.warn('staff sign-in refused at its second step', { ip: ctx.ip });
      const attempt = { email: account.email, ip: ctx.ip ?? '' };
      if (code !== undefined) await atomic(ctx, (tx) => tx.emit(staffSignInFailed, attempt));
      throw error;
    }
  }

  /** Bound to the password: who sets a new one ends what was begun with the old one. */
  function proofOf({ id, passwordHash }: Known): string {
    return secrets.fingerprint(PROOF, `${id} ${passwordHash}`);
  }

  /** `check_ip` holds staff to `allowed_ips`, one address a line; an empty list restricts nobody. */
  async function checkAddress(ctx: Context): Promise<void> {
    const { check_ip: isChecked, allowed_ips: listed } = await settings.config(ctx, 'mod_staff');
    if (!isTruthy(isChecked)) return;
    const allowed = readLines(listed);
    if (allowed.length > 0 && (ctx.ip === undefined || !addressMatcher(allowed)(ctx.ip)))
      throw forbidden('staff.address', 'You are not allowed to login to admin area from this IP address.');
  }
}

type Known = Account & { readonly passwordHash: string };

async function findKnown(ctx: Context, id: number): Promise<Known | undefined> {
  const account = await accounts.find(ctx.db, id);
  const passwordHash = await accounts.findPasswordHash(ctx.db, id);
  return account === undefined || passwordHash === undefined || !maySignIn(account)
    ? undefined
    : { ...account, passwordHash };
}

/** Gives the account back as it is signed in. */
async function admit(ctx: Context, account: Account): Promise<Account> {
  await atomic(ctx, async (tx) => {
    await visits.insertSignIn(tx.db, account.id, tx.ip, tx.now);
    await tx.emit(staffSignedIn, { staffId: account.id, ip: tx.ip ?? '' });
    await tx.record(`Staff member ${account.id} logged in`);
  });
  return account;
}

/** Active people only: the account of scheduled work signs in nowhere. */
export const maySignIn = ({ status, systemName }: Account): boolean => status === 'active' && systemName === undefined;

const ownerOf = ({ id }: Account) => ({ role: 'admin', id }) as const;

const beginAgain = () => unauthenticated('sign_in.begin_again', 'This took too long. Please sign in again.');
