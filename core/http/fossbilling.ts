import { Type, type TSchema } from '@sinclair/typebox';
import { invalidInput, type AppError, type ErrorKind } from '../error.ts';
import { sanitizeKeys, parseForm } from './form.ts';
import { cookieOf, headerOf, type Credentials, type Dialect, type HttpReply, type HttpRequest } from './dialect.ts';
import type { Sent } from '../schema.ts';
import { wireFormat } from './wire-format.ts';

/** Numbers of the wire by kind of error; 9999 is the ordinary business error (spec A5). */
const byKind: Record<ErrorKind, number> = {
  invalid_input: 9999,
  unauthenticated: 201,
  forbidden: 403,
  not_found: 9999,
  conflict: 9999,
  rate_limited: 429,
  unavailable: 503,
  internal: 9998,
};

/** Numbers of the errors that the API layer itself raises. Those of modules are in their `errorNumbers`. */
const byCode: Readonly<Record<string, number>> = {
  'auth.empty_token': 202,
  'auth.wrong_role': 203,
  'auth.unknown_client': 204,
  'auth.unknown_admin': 205,
  'api.malformed_json': 400,
  'api.body_too_large': 413,
  'api.no_module_name': 714,
  'api.inactive_module': 715,
  'api.no_access': 725,
  'api.unknown_method': 740,
  'api.unknown_call': 879,
};

/** HTTP status by number; every other answer is a 200 (spec A5). */
const statusOf: Readonly<Record<number, number>> = {
  201: 401, 202: 401, 203: 401, 204: 401, 205: 401, 206: 401, 1002: 401, 1004: 401,
  403: 403, 413: 413, 429: 429, 503: 503, 701: 400, 740: 404, 879: 400,
}; // prettier-ignore

const HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-cache, must-revalidate',
  expires: 'Mon, 26 Jul 1997 05:00:00 GMT',
};

export const CSRF_COOKIE = 'fossbilling_csrf';
const CSRF_FIELD = 'CSRFToken';

export interface FossbillingOptions {
  readonly timeZone: string;
  /** Numbers of an error's code, as the modules declare them. */
  numberOf(code: string): number | undefined;
}

export function createFossbilling({ timeZone, numberOf }: FossbillingOptions): Dialect {
  const toJson = wireFormat(timeZone);
  const answer = (status: number, body: string, more = {}): HttpReply => ({
    status,
    headers: { ...HEADERS, ...more },
    body,
  });
  return {
    name: 'fossbilling',
    envelope: (output: TSchema) => Type.Object({ result: output, error: Type.Null() }),
    credentials,
    read,
    write: (_request, result) => answer(200, `{"result":${toJson(result)},"error":null}`),
    fail(_request, error: AppError) {
      const code = byCode[error.code] ?? numberOf(error.code) ?? byKind[error.kind];
      const retry = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) };
      const body = { result: null, error: { message: error.message, code } };
      return answer(statusOf[code] ?? 200, JSON.stringify(body), retry);
    },
  };
}

/** Basic with the role as user name; anything else in that header falls through to the session (spec A6). */
function credentials(request: HttpRequest): Credentials {
  const [scheme = '', value = ''] = (headerOf(request, 'authorization') ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(value, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const user = text.slice(0, Math.max(colon, 0));
    if (user === 'client' || user === 'admin') return { scheme: 'token', user, token: text.slice(colon + 1) };
  }
  return {
    scheme: 'session',
    csrf: sentCsrf(request),
    csrfCookie: cookieOf(request, CSRF_COOKIE) ?? cookieOf(request, 'csrf_token'),
  };
}

/** First found of: the body's key, the query's key, the header (spec A7). */
function sentCsrf(request: HttpRequest): string | undefined {
  for (const fields of [parsed(request), parseForm(request.query)]) {
    const token = fields[CSRF_FIELD];
    if (typeof token === 'string') return token;
  }
  return headerOf(request, 'x-csrf-token');
}

function read(request: HttpRequest): Sent {
  const fields = parsed(request);
  if (!(CSRF_FIELD in fields)) return fields;
  const { [CSRF_FIELD]: _, ...rest } = fields;
  return rest;
}

/** Parsing twice would cost a request more than all else: once for the token, once for the input. */
const parsedBodies = new WeakMap<HttpRequest, Sent>();

/** GET: the query. POST: the form's fields, or JSON whatever the content type, never the query (spec A2). */
function parsed(request: HttpRequest): Sent {
  let fields = parsedBodies.get(request);
  if (fields === undefined) parsedBodies.set(request, (fields = parse(request)));
  return fields;
}

function parse(request: HttpRequest): Sent {
  if (request.form !== undefined) return { ...request.form.fields, ...request.form.files };
  if (request.method !== 'POST') return request.query === '' ? {} : parseForm(request.query);
  if (request.body.length === 0) return {};
  const text = request.body.toString('utf8');
  if (/^application\/x-www-form-urlencoded/i.test(headerOf(request, 'content-type') ?? '')) return parseForm(text);
  return parseJson(text);
}

function parseJson(text: string): Sent {
  let value: unknown;
  try {
    value = sanitizeKeys(JSON.parse(text));
  } catch (error) {
    throw malformed(error instanceof RangeError ? 'Maximum stack depth exceeded' : 'Syntax error');
  }
  if (typeof value === 'object' && value !== null) return value as Sent; // an object, or a list whose keys are its indexes
  throw malformed(`JSON content was expected to decode to an array, "${phpType(value)}" returned.`);
}

const malformed = (detail: string): AppError => invalidInput('api.malformed_json', `Malformed JSON input: ${detail}`);

function phpType(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'boolean' ? 'bool' : value === null ? 'null' : 'string';
}
