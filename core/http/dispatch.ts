import { guestActor, holds, mayEnter, type Actor, type AdminActor } from '../actor.ts';
import type { Authenticator } from '../authenticator.ts';
import type { Context } from '../context.ts';
import { isUnavailable } from '../db/errors.ts';
import type { AppError } from '../error.ts';
import { asAppError, forbidden, invalidInput, unavailable } from '../error.ts';
import { Download, OfVisit, SignedIn, SignedOut, type Endpoint, type Role, type Visit } from '../endpoint.ts';
import type { Log } from '../log.ts';
import { authenticate } from './authenticate.ts';
import type { Dialect, HttpReply, HttpRequest } from './dialect.ts';
import type { Limits, PolicyName } from './limit.ts';
import type { SessionHandle } from './session.ts';

/** One request on its way through the road. */
export interface Call {
  readonly dialect: Dialect;
  readonly request: HttpRequest;
  readonly session: SessionHandle;
  readonly target: Target;
}

/** What a path means: an endpoint, or why there is none. It is thrown only when the caller is known (spec A4). */
export interface Target {
  readonly role: Role;
  readonly module: string;
  readonly endpoint: Endpoint | undefined;
  /** Comes before the question whether the caller may enter the module. */
  readonly early?: AppError;
  /** Comes after it. */
  readonly late?: AppError;
}

export interface Road {
  context(actor: Actor, ip: string | undefined): Context;
  authenticators(): readonly Authenticator[];
  readonly limits: Limits;
  readonly log: Log;
  /** Sees each reply; the tests check it against the endpoint's schema. */
  readonly inspect?: ((endpoint: Endpoint, dialect: Dialect, reply: HttpReply) => void) | undefined;
}

export type Dispatch = (call: Call) => Promise<HttpReply>;

/** The road: dialect → actor → permission → validation → endpoint → dialect. */
export const createDispatch =
  (road: Road): Dispatch =>
  async (call) => {
    const { dialect, request, session } = call;
    try {
      const answered = await answer(road, call);
      const result = answered instanceof OfVisit ? await answered.answer(visitOf(call)) : answered;
      if (result instanceof SignedIn) {
        await session.signIn(result.role, result.id, result.isOnly);
        return dialect.write(request, result.result);
      }
      if (result instanceof SignedOut) {
        await session.signOut(result.role);
        return dialect.write(request, result.result);
      }
      if (result instanceof Download) return attachment(result);
      const reply = dialect.write(request, result);
      if (road.inspect !== undefined && call.target.endpoint !== undefined)
        road.inspect(call.target.endpoint, dialect, reply);
      return reply;
    } catch (thrown) {
      const error = isUnavailable(thrown)
        ? unavailable('database.unavailable', 'The database cannot be reached.', thrown)
        : asAppError(thrown);
      if (error.kind === 'internal' || error.kind === 'unavailable')
        road.log.error('request failed', { path: request.path, error: error.cause ?? error });
      return dialect.fail(request, error);
    }
  };

async function answer(road: Road, { dialect, request, session, target }: Call): Promise<unknown> {
  const sent = dialect.read(request);
  const { role, endpoint } = target;
  const { limits } = road;
  let ctx = road.context(guestActor, request.ip);
  if (role === 'guest') {
    await limits.consume(mainPolicy(target), request.ip);
  } else {
    await limits.consume(isLogin(target) ? 'api_login' : 'api_authenticated_ip', request.ip);
    const credentials = dialect.credentials(request);
    const actor = await authenticate(
      ctx,
      road.authenticators(),
      role,
      credentials,
      session,
      endpoint?.prefersSession ?? false,
    );
    if (isLogin(target)) await limits.consume('api_login', request.ip);
    else await limits.consume('api_authenticated_account', `${role}:${actor.id}`);
    ctx = road.context(actor, request.ip);
    refuseUnconfirmed(actor, target);
  }
  if (target.early !== undefined) throw target.early;
  if (ctx.actor.kind === 'admin' && !mayEnter(ctx.actor.rights, target.module))
    throw forbidden('api.no_access', `You do not have access to the ${target.module} module`);
  if (endpoint === undefined) throw target.late ?? invalidInput('api.unknown_call', 'Unknown API call');
  endpoint.reader.require(sent);
  if (ctx.actor.kind === 'admin') requirePermission(ctx.actor, target.module, endpoint.permission);
  if (endpoint.limit !== undefined && !isLogin(target)) await limits.consume(endpoint.limit, request.ip);
  return endpoint.run(ctx, endpoint.reader.read(sent));
}

const visitOf = ({ request, session }: Call): Visit => ({
  url: request.query === '' ? request.path : `${request.path}?${request.query}`,
  isSignedIn: async () => {
    const data = await session.read();
    return data?.clientId !== undefined || data?.adminId !== undefined;
  },
  takeMessages: () => session.takeMessages(),
  endOtherSessions: (role, id) => session.endOthers(role, id),
});

/** Guest logins count against their own policy instead of that of all guests (spec A8). */
const mainPolicy = ({ endpoint }: Target): PolicyName => (endpoint?.limit === 'api_login' ? 'api_login' : 'api_guest');
/** A staff member who signs in as a client counts against the logins too. */
const isLogin = ({ endpoint }: Target): boolean => endpoint?.limit === 'api_login';

function refuseUnconfirmed(actor: Actor, { module }: Target): void {
  if (actor.kind === 'client' && actor.mustConfirmEmail && module !== 'client' && module !== 'profile')
    throw forbidden('auth.unconfirmed', 'Please check your mailbox and confirm your email address.');
}

/** A key of this module, or `module.key` of another. */
export function requirePermission({ rights }: AdminActor, module: string, keys: readonly string[]): void {
  for (const key of keys) {
    const [owner, name] = key.includes('.') ? (key.split('.', 2) as [string, string]) : [module, key];
    if (!holds(rights, owner, name))
      throw forbidden('permission', `You need the "${owner}.${name}" permission to perform this action`);
  }
}

const attachment = ({ name, type, content }: Download): HttpReply => ({
  status: 200,
  headers: {
    'content-type': type,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  },
  body: content,
});
