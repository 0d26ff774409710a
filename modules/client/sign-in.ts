import type { ClientActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { unauthenticated } from '#core/error';
import type { HalfSignIn } from '#core/http/session-data';
import { LOGIN_PACE, paced } from '#core/pace';
import { hashPassword, needsRehash, NOBODYS_HASH, verifyPassword } from '#core/password';
import { equalsSecret, type Secrets } from '#core/secret';
import type { TwoFactorService } from '#modules/two-factor/contract';
import type { Identity } from './account.ts';
import { readEmail } from './check.ts';
import { clientSignedIn, clientSigningIn, clientSignInFailed } from './contract.ts';
import * as history from './history-repository.ts';
import * as clients from './repository.ts';
import { getForUpdate } from './staff-service.ts';

/** How clients become signed in by their password, and by a code where they have asked for one. */
export interface SignIns {
  /** In one go, as programs do. */
  signIn(ctx: Context, attempt: Attempt): Promise<Identity>;
  /** The password, on a page: who it is, or whose code must follow. */
  begin(ctx: Context, attempt: Omit<Attempt, 'code'>): Promise<Identity | HalfSignIn>;
  /** The code, on the page after it. */
  finish(ctx: Context, half: HalfSignIn | undefined, code: string): Promise<Identity>;
}

export interface Attempt {
  readonly email: string;
  readonly password: string;
  readonly code?: string | undefined;
}

const PROOF = 'client.half_sign_in';

export function createSignIns(secrets: Secrets, twoFactor: TwoFactorService): SignIns {
  return {
    signIn: (ctx, { email, password, code }) =>
      paced(LOGIN_PACE, async () => {
        const found = await checkPassword(ctx, email, password);
        if (await twoFactor.isOn(ctx, ownerOf(found))) await proveCode(ctx, found, code);
        return admit(ctx, found);
      }),

    begin: (ctx, { email, password }) =>
      paced(LOGIN_PACE, async () => {
        const found = await checkPassword(ctx, email, password);
        const { role, id } = ownerOf(found);
        if (!(await twoFactor.isOn(ctx, { role, id }))) return admit(ctx, found);
        return { role, id, proof: proofOf(found) };
      }),

    finish: (ctx, half, code) =>
      paced(LOGIN_PACE, async () => {
        const found = half && (await clients.findCredentials(ctx.db, { id: half.id }));
        // Another password since then, or another status: what was shown holds no more.
        if (found?.status !== 'active' || !equalsSecret(half?.proof ?? '', proofOf(found))) throw beginAgain();
        await proveCode(ctx, found, code);
        return admit(ctx, found);
      }),
  };

  async function proveCode(ctx: Context, found: clients.Credentials, code: string | undefined): Promise<void> {
    try {
      await twoFactor.prove(ctx, ownerOf(found), code);
    } catch (error) {
      const attempt = { email: found.email, ip: ctx.ip ?? '' };
      if (code !== undefined) await atomic(ctx, (tx) => tx.emit(clientSignInFailed, attempt));
      throw error;
    }
  }

  /** Bound to the password: who sets a new one ends what was begun with the old one. */
  function proofOf({ id, passwordHash = '' }: clients.Credentials): string {
    return secrets.fingerprint(PROOF, `${id} ${passwordHash}`);
  }
}

async function checkPassword(ctx: Context, sentEmail: string, password: string): Promise<clients.Credentials> {
  const email = readEmail(sentEmail);
  const attempt = { email, ip: ctx.ip ?? '' };
  await atomic(ctx, (tx) => tx.ask(clientSigningIn, attempt));
  const found = await clients.findCredentials(ctx.db, { email });
  const stored = found?.passwordHash ?? NOBODYS_HASH;
  const isRight = await verifyPassword(stored, password);
  if (found === undefined || !isRight || found.status !== 'active') {
    await atomic(ctx, (tx) => tx.emit(clientSignInFailed, attempt));
    throw badLogin();
  }
  if (!needsRehash(stored)) return found;
  const passwordHash = await hashPassword(password);
  const isReplaced = await atomic(ctx, (tx) => clients.replacePassword(tx.db, found.id, stored, passwordHash, tx.now));
  return isReplaced ? { ...found, passwordHash } : found;
}

const admit = (ctx: Context, found: clients.Credentials): Promise<Identity> =>
  atomic(asClient(ctx, found), async (tx) => {
    const client = await getForUpdate(tx, found.id);
    if (client.status !== 'active') throw badLogin(); // suspended while the password was verified
    await noteSignIn(tx, found.id);
    await tx.record(`Client #${found.id} signed in`);
    return identityOf(client);
  });

/** The one who signs in is the one the activity log tells of. */
const asClient = (ctx: Context, { id, email }: clients.Credentials): Context<ClientActor> => ({
  ...ctx,
  actor: { kind: 'client', id, email, mustConfirmEmail: false },
});

export async function noteSignIn(tx: Tx, clientId: number): Promise<void> {
  await history.insert(tx.db, clientId, tx.ip, tx.now);
  await tx.emit(clientSignedIn, { clientId, ip: tx.ip ?? '' });
}

export const identityOf = ({ id, email, firstName, lastName }: clients.ClientRecord): Identity => ({
  id,
  email,
  name: clients.fullName(firstName, lastName),
});

const ownerOf = ({ id }: clients.Credentials) => ({ role: 'client', id }) as const;

const badLogin = () => unauthenticated('client.bad_login', 'Please check your login details.');
const beginAgain = () => unauthenticated('sign_in.begin_again', 'This took too long. Please sign in again.');
