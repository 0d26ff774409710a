import type { ClientActor } from '#core/actor';
import type { Authenticator } from '#core/authenticator';
import { atomic, consult, type Context } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { AppError, conflict, invalidInput } from '#core/error';
import { paced, RESET_PACE } from '#core/pace';
import { checkStrength, hashPassword } from '#core/password';
import { isTruthy } from '#core/schema';
import type { Toolbox } from '#core/toolbox';
import type { SignUp } from './account.ts';
import { checkDetails, readEmail } from './check.ts';
import {
  clientAskingReset,
  clientPasswordReset,
  clientResettingPassword,
  clientSignedUp,
  clientSigningUp,
} from './contract.ts';
import { passwordResetAsked } from './event.ts';
import type { DetailChanges } from './fields.ts';
import * as history from './history-repository.ts';
import * as links from './link-repository.ts';
import { resetsSince, type Links } from './links.ts';
import * as clients from './repository.ts';
import type { ReadRules, Rules } from './rules.ts';
import { noteSignIn } from './sign-in.ts';
import { checkMatch, getForUpdate, refuseTaken, unlessTaken } from './staff-service.ts';

/** What visitors do to become clients, and clients who have lost their password or must confirm their address. */
export interface Accounts {
  signUp(ctx: Context, signUp: SignUp): Promise<{ readonly id: number; readonly isSignedIn: boolean }>;
  /** Says nothing about whether there is such a client. */
  askReset(ctx: Context, email: string, sent: SignUp['sent']): Promise<void>;
  /** Throws unless a link that carries `hash` still works. */
  checkReset(ctx: Context, hash: string): Promise<void>;
  resetPassword(ctx: Context, hash: string, password: string, confirmation: string): Promise<void>;
  /** False when the address is confirmed already. */
  askConfirmation(ctx: Context<ClientActor>): Promise<boolean>;
  confirmEmail(ctx: Context, hash: string): Promise<void>;
  listSignIns(ctx: Context, filter: history.Filter, request: PageRequest): Promise<Page<history.SignIn>>;
  removeOldResets(ctx: Context, before: Date): Promise<void>;
  /** Removes links that no longer work. */
  purge(ctx: Context): Promise<void>;
  readonly authenticator: Authenticator;
}

export const TOKEN_PURPOSE = 'client.api_token';

type Lent = Pick<Toolbox, 'sessions' | 'secrets' | 'limits'>;

export function createAccounts({ sessions, secrets, limits }: Lent, readRules: ReadRules, letters: Links): Accounts {
  return {
    async signUp(ctx, { email: sentEmail, password, confirmation, details: sentDetails, sent }) {
      const rules = await readRules(ctx);
      if (rules.isClosed) throw signUpClosed();
      checkMatch(password, confirmation);
      checkRequired(rules, sentDetails);
      checkStrength(password);
      const email = readEmail(sentEmail);
      const details = checkDetails(sentDetails);
      await refuseTaken(ctx, email);
      const question = { email, ip: ctx.ip ?? '', sent };
      await consult(ctx, clientSigningUp, question);
      const passwordHash = await hashPassword(password);

      const id = await unlessTaken(() =>
        atomic(ctx, async (tx) => {
          await tx.ask(clientSigningUp, question);
          const client = { email, passwordHash, status: 'active', ip: tx.ip, details, createdAt: tx.now } as const;
          const newId = await clients.insert(tx.db, client, tx.now);
          if (rules.needsConfirmedEmail) await letters.askConfirmation(tx, newId);
          await tx.emit(clientSignedUp, { clientId: newId });
          if (rules.signsInAfterSignUp) await noteSignIn(tx, newId);
          await tx.record(`Client #${newId} signed up`);
          return newId;
        }),
      );
      return { id, isSignedIn: rules.signsInAfterSignUp };
    },

    askReset: (ctx, sentEmail, sent) =>
      paced(RESET_PACE, async () => {
        const email = readEmail(sentEmail);
        if (!(await isWithin(limits, ctx.ip ?? '', email))) return;
        const question = { email, ip: ctx.ip ?? '', sent };
        await consult(ctx, clientAskingReset, question);
        await atomic(ctx, async (tx) => {
          await tx.ask(clientAskingReset, question);
          const client = await clients.findCredentials(tx.db, { email });
          if (client?.status !== 'active') return;
          await tx.emit(passwordResetAsked, {
            clientId: client.id,
            sealedHash: await letters.openReset(tx, client.id),
          });
          await tx.record(`Client #${client.id} asked for a new password`);
        });
      }),

    async checkReset(ctx, hash) {
      if ((await letters.findReset(ctx, hash)) === undefined) throw badLink();
    },

    resetPassword: (ctx, hash, password, confirmation) =>
      paced(RESET_PACE, async () => {
        checkMatch(password, confirmation);
        checkStrength(password);
        const id = await letters.findReset(ctx, hash);
        if (id === undefined) throw badLink();
        const passwordHash = await hashPassword(password);
        await atomic(ctx, async (tx) => {
          await tx.ask(clientResettingPassword, { hash });
          if (!(await letters.takeReset(tx, hash))) throw badLink();
          const client = await clients.findForUpdate(tx.db, id);
          if (client?.status !== 'active') throw badLink();
          await clients.setPassword(tx.db, id, passwordHash, tx.now);
          await links.removeResetsOf(tx.db, id);
          await tx.emit(clientPasswordReset, { clientId: id });
          await tx.record(`Client #${id} set a new password by a link`);
        });
        await sessions.endAll('client', id);
      }),

    async askConfirmation(ctx) {
      const { id } = ctx.actor;
      await limits.consume('client_email_verification_resend_account', `client:${id}`, ctx.ip);
      return atomic(ctx, async (tx) => {
        const { isEmailApproved } = await getForUpdate(tx, id);
        if (isEmailApproved === true) return false;
        await letters.askConfirmation(tx, id);
        return true;
      });
    },

    async confirmEmail(ctx, hash) {
      const id = await letters.findConfirmation(ctx, hash);
      if (id === undefined) throw badConfirmation();
      await atomic(ctx, async (tx) => {
        await getForUpdate(tx, id);
        if ((await links.removeConfirmationsOf(tx.db, id)) === 0) throw badConfirmation();
        await clients.update(tx.db, id, { isEmailApproved: true }, tx.now);
        await tx.record(`Client #${id} confirmed the email address`);
      });
    },

    listSignIns: (ctx, filter, request) => history.list(ctx.db, filter, request),
    removeOldResets: (ctx, before) => atomic(ctx, (tx) => links.removeResetsBefore(tx.db, before)),

    purge: (ctx) => atomic(ctx, (tx) => links.removeResetsBefore(tx.db, resetsSince(tx.now))),

    authenticator: {
      role: 'client',
      byToken: async (ctx, token) =>
        admit(
          ctx,
          await clients.findCredentials(ctx.db, { api_token_hash: secrets.fingerprint(TOKEN_PURPOSE, token) }),
        ),
      byId: async (ctx, id) => admit(ctx, await clients.findCredentials(ctx.db, { id })),
    },
  };

  async function admit(ctx: Context, found: clients.Credentials | undefined): Promise<ClientActor | undefined> {
    if (found?.status !== 'active') return undefined;
    const mustConfirmEmail = found.email !== '' && !found.isEmailApproved && (await readRules(ctx)).needsConfirmedEmail;
    return { kind: 'client', id: found.id, email: found.email, mustConfirmEmail, lang: found.lang };
  }
}

function checkRequired({ required, customFields }: Rules, details: DetailChanges): void {
  for (const name of required) if (isBlank(details, name)) throw missing(titleCase(name));
  for (const { name, title, isActive, isRequired } of customFields)
    if (isActive && isRequired && isBlank(details, name)) throw missing(title === '' ? titleCase(name) : title);
}

const isBlank = (details: Readonly<Record<string, unknown>>, name: string): boolean => {
  const value = details[name];
  return typeof value === 'string' ? value.trim() === '' : !isTruthy(value);
};

const titleCase = (name: string): string =>
  name.replaceAll(/(^|_)([a-z0-9])/g, (_, space: string, letter: string) => (space && ' ') + letter.toUpperCase());

/** Over the limit is answered like everything else: whoever asks learns nothing. */
async function isWithin(limits: Lent['limits'], ip: string, email: string): Promise<boolean> {
  try {
    await limits.consume('client_password_reset_ip', ip);
    await limits.consume('client_password_reset_email', email, ip);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'rate_limited') return false;
    throw error;
  }
}

const missing = (field: string) => invalidInput('client.field_missing', `Field ${field} cannot be empty`);
const signUpClosed = () => conflict('client.sign_up_closed', 'New registrations are temporarily disabled');
const badLink = () => conflict('client.bad_link', 'The link has expired or you have already reset your password.');
const badConfirmation = () => conflict('client.bad_confirmation', 'Invalid email confirmation link');
