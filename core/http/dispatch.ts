import { guestActor, holds, mayEnter, type Actor, type AdminActor, type ClientActor } from '../actor.ts';
import type { Authenticator, Recognizer } from '../authenticator.ts';
import type { Context } from '../context.ts';
import { isUnavailable } from '../db/errors.ts';
import type { AppError } from '../error.ts';
import { asAppError, forbidden, invalidInput, unauthenticated, unavailable } from '../error.ts';
import {
  Created,
  Download,
  HalfSignedIn,
  OfVisit,
  SignedIn,
  SignedOut,
  type Endpoint,
  type Role,
  type Visit,
} from '../endpoint.ts';
import type { Log } from '../log.ts';
import { authenticate, recognize } from './authenticate.ts';
import { attachment } from './attachment.ts';
import type { Dialect, HttpReply, HttpRequest } from './dialect.ts';
import type { Limits, Policy, PolicyName } from './limit.ts';
import type { SessionHandle } from './session.ts';

/** One request on its way through the road. */
export interface Call {
  readonly dialect: Dialect;
  readonly request: HttpRequest;
  readonly session: SessionHandle;
  readonly target: Target;
  /** Who stands before the API, when somebody does: asked once the body has been understood, before anything is counted. */
  readonly refuse?: (() => AppError | undefined) | undefined;
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
  /** Limits of its own instead of those of the API. */
  readonly pace?: Pace | undefined;
}

/** How often callers may call. Undefined: as often as they like. */
export interface Pace {
  /** By address, before anything else is looked at. */
  ofAddress(ctx: Context, endpoint: Endpoint): Promise<Policy | undefined>;
  /** By what was shown, or by account. */
  ofCaller(ctx: Context, endpoint: Endpoint): Promise<Policy | undefined>;
}

export interface Road {
  context(actor: Actor, ip: string | undefined): Context;
  authenticators(): readonly Authenticator[];
  recognizers(): readonly Recognizer[];
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
      if (result instanceof HalfSignedIn) {
        await session.halfSignIn(result.half);
        return dialect.write(request, result.result);
      }
      if (result instanceof SignedOut) {
        await session.signOut(result.role);
        return dialect.write(request, result.result);
      }
      if (result instanceof Download) return attachment(request, result);
      const reply =
        result instanceof Created ? dialect.write(request, result.result, true) : dialect.write(request, result);
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
    } finally {
      await request.pending?.discard();
    }
  };

async function answer(road: Road, call: Call): Promise<unknown> {
  const { dialect, session, target } = call;
  let { request } = call;
  let sent = request.pending === undefined ? dialect.read(request) : undefined;
  const refusal = call.refuse?.();
  if (refusal !== undefined) throw refusal;
  const { role, endpoint } = target;
  const { limits } = road;
  let ctx = road.context(guestActor, request.ip);
  if (target.pace !== undefined && endpoint !== undefined) {
    ctx = await byItsOwnPace(road, call, target.pace, endpoint, ctx);
  } else if (role === 'guest') {
    await limits.consume(mainPolicy(target), request.ip);
    request = await received(road, call, ctx);
  } else {
    await limits.consume(isLogin(target) ? 'api_login' : 'api_authenticated_ip', request.ip);
    request = await received(road, call, ctx);
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
    else await limits.consume('api_authenticated_account', `${role}:${actor.id}`, request.ip);
    ctx = road.context(actor, request.ip);
    refuseUnconfirmed(actor, target);
  }
  if (target.early !== undefined) throw target.early;
  if (ctx.actor.kind === 'admin' && !mayEnter(ctx.actor.rights, target.module)) throw noEntry(target);
  if (endpoint === undefined) throw target.late ?? invalidInput('api.unknown_call', 'Unknown API call');
  sent ??= dialect.read(request);
  endpoint.reader.require(sent);
  if (ctx.actor.kind === 'admin') requirePermission(ctx.actor, target.module, endpoint.permission);
  if (endpoint.limit !== undefined && !isLogin(target)) await limits.consume(endpoint.limit, request.ip);
  return endpoint.run(ctx, endpoint.reader.read(sent));
}

/** Who calls at a door with limits of its own, where secrets count that modules issue. */
async function byItsOwnPace(
  { limits, recognizers, context }: Road,
  { dialect, request, target }: Call,
  pace: Pace,
  endpoint: Endpoint,
  guest: Context,
): Promise<Context> {
  if (limits.isOn) await consumeIfAny(limits, await pace.ofAddress(guest, endpoint), request.ip);
  if (target.role === 'guest' && !endpoint.knowsCallers) return guest;
  const credentials = dialect.credentials(request);
  if (credentials.scheme !== 'secret') {
    if (target.role === 'guest') return guest;
    throw unauthenticated('auth.missing', 'Authentication Failed');
  }
  const actor = await recognize(guest, recognizers(), credentials);
  if (limits.isOn) await consumeIfAny(limits, await pace.ofCaller(guest, endpoint), subjectOf(actor), request.ip);
  refuseUnconfirmed(actor, target);
  return context(actor, request.ip);
}

async function consumeIfAny(
  limits: Limits,
  policy: Policy | undefined,
  subject: string,
  from = subject,
): Promise<void> {
  if (policy !== undefined) await limits.consume(policy, subject, from);
}

const subjectOf = ({ id, shown }: ClientActor): string =>
  shown === undefined ? `client:${id}` : `${shown.kind}:${shown.id}`;

/** Takes in a multipart body. Nobody who is not known gets to put a file on the disk. */
async function received(road: Road, { dialect, request, session, target }: Call, ctx: Context): Promise<HttpRequest> {
  const { pending } = request;
  if (pending === undefined) return request;
  const { role, endpoint } = target;
  const takesFiles = endpoint?.takesFiles === true && role !== 'guest' && target.early === undefined;
  if (takesFiles) {
    const sent = dialect.credentials(request);
    // The token of the session may be in the body; without it the call is refused all the same, after this.
    const credentials = sent.scheme === 'session' ? ({ scheme: 'visit' } as const) : sent;
    const actor = await authenticate(ctx, road.authenticators(), role, credentials, session, endpoint.prefersSession);
    if (actor.kind === 'admin') {
      if (!mayEnter(actor.rights, target.module)) throw noEntry(target);
      requirePermission(actor, target.module, endpoint.permission);
    }
  }
  return { ...request, form: await pending.receive(takesFiles, ctx.now) };
}

const noEntry = ({ module }: Target): AppError =>
  forbidden('api.no_access', `You do not have access to the ${module} module`);

const visitOf = ({ request, session }: Call): Visit => ({
  url: request.query === '' ? request.path : `${request.path}?${request.query}`,
  isSignedIn: async () => {
    const data = await session.read();
    return data?.clientId !== undefined || data?.adminId !== undefined;
  },
  who: async () => {
    const data = await session.read();
    return { clientId: data?.clientId, adminId: data?.adminId };
  },
  clientId: async () => (await session.read())?.clientId,
  note: (name) => session.note(name),
  keepNote: (name, text) => session.keepNote(name, text),
  takeMessages: () => session.takeMessages(),
  endOtherSessions: (role, id) => session.endOthers(role, id),
  listSessions: (role, id) => session.listOf(role, id),
  endSession: (role, id, key) => session.endOne(role, id, key),
  halfSignedIn: (role) => session.halfSignedIn(role),
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
