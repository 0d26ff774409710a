import { Type } from '@sinclair/typebox';
import type { AppError, ErrorKind } from '../error.ts';
import {
  cookieOf,
  headerOf,
  type Credentials,
  type Dialect,
  type HttpReply,
  type HttpRequest,
} from '../http/dialect.ts';
import { parseForm } from '../http/form.ts';
import { CSRF_COOKIE } from '../http/fossbilling.ts';
import type { Sent } from '../schema.ts';
import type { Page } from './page.ts';
import { fillPath, localPath, matchPath } from './route.ts';

/** A view that is still to be rendered, which takes time; a dialect takes none. The body comes with `render`. */
export interface ViewReply extends HttpReply {
  /** Undefined for the error page. */
  readonly view: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  /** The page a failed form stands on, which is shown in place of the error page. */
  readonly formAt?: readonly string[];
}

/** A form that succeeded, with the key of what the next page says of it. */
export interface RedirectReply extends HttpReply {
  readonly says: string;
}

export const isTold = (reply: HttpReply): reply is RedirectReply => 'says' in reply;

export const isView = (reply: HttpReply): reply is ViewReply => 'view' in reply;

const statusOf: Record<ErrorKind, number> = {
  invalid_input: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};
const statusByCode: Readonly<Record<string, number>> = { 'api.body_too_large': 413 };

/** What people can put right themselves is said beside the form. */
const shownAgain: readonly ErrorKind[] = ['invalid_input', 'conflict', 'unauthenticated'];

/** Nothing from elsewhere, no script within the page; forms go to this site and to `formsTo`. */
export const contentPolicy = (formsTo = ''): string =>
  `default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'${formsTo && ` ${formsTo}`}; object-src 'none'`;

const NOTHING = Buffer.alloc(0);
const CSRF_FIELD = 'CSRFToken';

/** HTML is one more dialect. `path` is the page's, as the site mounts it: its names are fields of the input. */
export function createHtml({ role, view, then, says, otherwise, leavesFor, formsTo }: Page, path: string): Dialect {
  const read = (request: HttpRequest): Sent => {
    const { [CSRF_FIELD]: _, ...fields } = isForm(request) ? formOf(request) : parseForm(request.query);
    return { ...fields, ...matchPath(path, request.path) };
  };
  return {
    name: 'html',
    envelope: () => Type.Unknown(),
    credentials,
    read,
    write(request, result) {
      const sent = read(request);
      const away = leavesFor?.(result, sent);
      if (away !== undefined) return telling(redirect(away), says);
      if (then !== undefined) return telling(redirect(localPath(sent['next']) ?? fillPath(then, sent)), says);
      return unrendered(200, { view, values: { result, fields: sent }, headers: allowForms(formsTo?.(result)) });
    },
    fail(request, error) {
      if (error.kind === 'unauthenticated' && role !== 'guest') return toLogin(role, request);
      if (error.kind === 'forbidden' && otherwise !== undefined) return redirect(otherwise);
      const reply = failure(error);
      if (!isForm(request) || !shownAgain.includes(error.kind)) return reply;
      const fields = withoutPasswords(read(request));
      const formAt = [request.path, ...(then === undefined ? [] : [fillPath(then, fields)])];
      return { ...reply, values: { ...reply.values, fields }, formAt };
    },
  };
}

const allowForms = (origin: string | undefined): Record<string, string> =>
  origin === undefined ? {} : { 'content-security-policy': contentPolicy(origin) };

/** The error page, also for what never reaches an endpoint. */
export function failure(error: AppError): ViewReply {
  const { kind, code, message, retryAfter, fields } = error;
  const status = statusByCode[code] ?? statusOf[kind];
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const values = { error: { status, kind, code, message, fields: fields ?? {} } };
  return unrendered(status, { view: undefined, values, headers });
}

/** Whether htmx asks for what goes into the present page, and not for a page, as it does to go back in the history. */
export const isPartial = (request: HttpRequest): boolean =>
  headerOf(request, 'hx-request') === 'true' && headerOf(request, 'hx-request-type') !== 'full';

const isForm = ({ method }: HttpRequest): boolean => method === 'POST';

/** A page only shows, so its session counts as it is; a form changes something and brings the token. */
const credentials = (request: HttpRequest): Credentials =>
  isForm(request)
    ? { scheme: 'session', csrf: sentCsrf(request), csrfCookie: cookieOf(request, CSRF_COOKIE) }
    : { scheme: 'visit' };

export function sentCsrf(request: HttpRequest): string | undefined {
  const token = formOf(request)[CSRF_FIELD];
  return typeof token === 'string' ? token : headerOf(request, 'x-csrf-token');
}

const formOf = (request: HttpRequest): Sent =>
  /^application\/x-www-form-urlencoded/i.test(headerOf(request, 'content-type') ?? '')
    ? parseForm(request.body.toString('utf8'))
    : {};

interface Unrendered extends Pick<ViewReply, 'view' | 'values'> {
  readonly headers?: ViewReply['headers'];
}

const unrendered = (status: number, { view, values, headers = {} }: Unrendered): ViewReply => ({
  status,
  headers,
  body: NOTHING,
  view,
  values,
});

const redirect = (to: string): HttpReply => ({ status: 303, headers: { location: to }, body: NOTHING });

const telling = (reply: HttpReply, says: string | undefined): HttpReply =>
  says === undefined ? reply : toldOf(reply, says);

const toldOf = (reply: HttpReply, says: string): RedirectReply => ({ ...reply, says });

/** htmx would put the form to sign in where it puts a page's content, so it is told to leave the page. */
function toLogin(role: 'client' | 'admin', request: HttpRequest): HttpReply {
  const to = loginFor(role, request);
  return isPartial(request) ? { status: 401, headers: { 'hx-redirect': to }, body: NOTHING } : redirect(to);
}

function loginFor(role: 'client' | 'admin', { method, path, query }: HttpRequest): string {
  const login = role === 'admin' ? '/admin/login' : '/login';
  const next = localPath(method === 'POST' ? undefined : query === '' ? path : `${path}?${query}`);
  return next === undefined ? login : `${login}?next=${encodeURIComponent(next)}`;
}

const withoutPasswords = (sent: Sent): Sent =>
  Object.fromEntries(Object.entries(sent).filter(([name]) => !/password/i.test(name)));
