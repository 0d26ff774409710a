import type { AdminActor, ClientActor } from '../actor.ts';
import type { Authenticator, Recognizer } from '../authenticator.ts';
import type { Context } from '../context.ts';
import { forbidden, unauthenticated, type AppError } from '../error.ts';
import { equalsSecret } from '../secret.ts';
import type { Credentials } from './dialect.ts';
import type { SessionHandle } from './session.ts';
import type { SessionData } from './session-data.ts';

export type AccountRole = 'client' | 'admin';

/** Who is calling on a route of `role`. Throws what the contract says for each way to fail (spec A5, A6, A7). */
export async function authenticate(
  ctx: Context,
  authenticators: readonly Authenticator[],
  role: AccountRole,
  credentials: Credentials,
  session: SessionHandle,
  prefersSession: boolean,
): Promise<ClientActor | AdminActor> {
  const authenticator = authenticators.find((one) => one.role === role);
  if (authenticator === undefined) throw refused('auth.missing');
  if (credentials.scheme === 'none' || credentials.scheme === 'secret') throw refused('auth.missing');
  if (credentials.scheme === 'token' && !(prefersSession && hasIdentity(await session.read(), role)))
    return byToken(ctx, authenticator, role, credentials);

  const data = await session.read();
  const id = hasIdentity(data, role) ? identityOf(data, role) : undefined;
  if (data === undefined || id === undefined) throw refused('auth.missing');
  if (credentials.scheme === 'session') checkCsrf(data, credentials.csrf, credentials.csrfCookie);
  const actor = await authenticator.byId(ctx, id);
  if (actor !== undefined) return actor;
  await session.signOut(role);
  throw refused('auth.missing');
}

/** Who shows a secret that a module issued. */
export async function recognize(
  ctx: Context,
  recognizers: readonly Recognizer[],
  { kind, secret }: { kind: string; secret: string },
): Promise<ClientActor> {
  const actor = await recognizers.find((one) => one.kind === kind)?.recognize(ctx, secret);
  if (actor === undefined) throw refused('auth.unknown_secret');
  return actor;
}

async function byToken(
  ctx: Context,
  authenticator: Authenticator,
  role: AccountRole,
  { user, token }: { user: string; token: string },
) {
  if (token === '') throw refused('auth.empty_token');
  if (user !== role) throw refused('auth.wrong_role');
  const actor = await authenticator.byToken(ctx, token);
  if (actor === undefined) throw refused(`auth.unknown_${role}`);
  return actor;
}

/** A session's own token, sent by field or header; the cookie, when there is one, must hold the same. */
export function checkCsrf(data: SessionData, sent: string | undefined, cookie: string | undefined): void {
  const isGenuine =
    data.csrf !== undefined &&
    sent !== undefined &&
    equalsSecret(sent, data.csrf) &&
    (cookie === undefined || equalsSecret(cookie, data.csrf));
  if (!isGenuine) throw forbidden('auth.csrf', 'CSRF token invalid');
}

const identityOf = (data: SessionData, role: AccountRole): number | undefined =>
  role === 'client' ? data.clientId : data.adminId;
const hasIdentity = (data: SessionData | undefined, role: AccountRole): data is SessionData =>
  data !== undefined && identityOf(data, role) !== undefined;

const refused = (code: string): AppError => unauthenticated(code, 'Authentication Failed');
