import { Type, type TObject, type TSchema } from '@sinclair/typebox';
import { invalidFields, invalidInput, type AppError, type ErrorKind } from '#core/error';
import { headerOf, type Credentials, type Dialect, type HttpReply, type HttpRequest } from '#core/http/dialect';
import { parseForm, sanitizeKeys } from '#core/http/form';
import type { Sent } from '#core/schema';
import { MODULE } from './rules.ts';

export const KEY_KIND = `${MODULE}.key`;
export const TOKEN_KIND = `${MODULE}.token`;

const statusOfKind: Record<ErrorKind, number> = {
  invalid_input: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 422,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};
/** Words of the wire where the error's own code has none (spec 13). */
const wordOfKind: Record<ErrorKind, string> = {
  invalid_input: 'validation_failed',
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  not_found: 'not_found',
  conflict: 'not_possible',
  rate_limited: 'too_many_requests',
  unavailable: 'unavailable',
  internal: 'internal_error',
};
const wordOfCode: Readonly<Record<string, string>> = {
  'http.method_not_allowed': 'method_not_allowed',
  'http.malformed_json': 'malformed_json',
  'api.body_too_large': 'body_too_large',
  'auth.unconfirmed': 'account_inactive',
};
const statusOfWord: Readonly<Record<string, number>> = {
  authorization_pending: 428, slow_down: 429, expired_token: 410, invalid_grant: 400, not_a_bearer_session: 400,
  malformed_json: 400, method_not_allowed: 405, body_too_large: 413, upstream_error: 502, topup_unavailable: 503,
  confirmation_timeout: 504,
}; // prettier-ignore

/** Errors of this module are `orbit.<word of the wire>`. */
const OWN = 'orbit.';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** Version 2: `{ success, message, data }`. Endpoints give the message and the data. */
export const version2: Dialect = {
  name: 'orbit-customer-2',
  envelope: (output) => Type.Object({ success: Type.Literal(true), ...propertiesOf(output) }),
  credentials: (request) => keyIn(request) ?? bearerIn(request) ?? { scheme: 'none' },
  read,
  write: (_request, result, isNew = false) => ({
    status: isNew ? 201 : 200,
    headers: HEADERS,
    body: `{"success":true,${JSON.stringify(result).slice(1)}`,
  }),
  fail: (_request, error) => failure(error, {}, (said) => ({ success: false, ...said })),
};

/** Version 1: what was asked for stands at the top, beside `error: false`. API keys only. */
export const version1: Dialect = {
  name: 'orbit-customer-1',
  envelope: (output) => Type.Object({ error: Type.Literal(false), ...propertiesOf(output) }),
  credentials: (request) => keyIn(request) ?? { scheme: 'none' },
  read,
  write: (request, result) => ({
    status: 200,
    headers: { ...HEADERS, ...deprecated(request) },
    body: `{"error":false,${JSON.stringify(result).slice(1)}`,
  }),
  fail: (request, error) =>
    failure(error, deprecated(request), ({ message, errors }) => ({ error: true, message, ...(errors && { errors }) })),
};

const propertiesOf = (output: TSchema): TObject['properties'] => (output as TObject).properties;

interface Said {
  readonly message: string;
  readonly error: string;
  readonly errors?: AppError['fields'];
  readonly interval?: number;
}

function failure(error: AppError, more: Readonly<Record<string, string>>, envelope: (said: Said) => object): HttpReply {
  const { kind, code, message, retryAfter, fields } = error;
  const word = code.startsWith(OWN) ? code.slice(OWN.length) : (wordOfCode[code] ?? wordOfKind[kind]);
  const status = statusOfWord[word] ?? statusOfKind[kind];
  const said: Said = {
    message,
    error: word,
    ...(status === 422 && fields !== undefined && { errors: fields }),
    ...(word === 'slow_down' && retryAfter !== undefined && { interval: retryAfter }),
  };
  return {
    status,
    headers: {
      ...HEADERS,
      ...more,
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify(envelope(said)),
  };
}

/** Where the call has moved to in version 2. */
function deprecated({ path }: HttpRequest): Record<string, string> {
  const successor = path
    .replace('/v1', '/v2')
    .replace(/\/v2\/locations\/?$/, '/v2/licenses/locations')
    .replace(/\/whitelist-ip\/?$/, '/ips');
  return { deprecation: 'true', link: `<${encodeURI(decodeSafely(successor))}>; rel="successor-version"` };
}

function decodeSafely(path: string): string {
  try {
    return decodeURIComponent(path).replaceAll(/[\u0000-\u0020<>"\u007f]/g, '');
  } catch {
    return '/';
  }
}

function keyIn(request: HttpRequest): Credentials | undefined {
  const secret = headerOf(request, 'x-orbit-key')?.trim();
  return secret ? { scheme: 'secret', kind: KEY_KIND, secret } : undefined;
}

function bearerIn(request: HttpRequest): Credentials | undefined {
  const secret = /^\s*bearer\s+(\S+)\s*$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  return secret === undefined ? undefined : { scheme: 'secret', kind: TOKEN_KIND, secret };
}

/** The body, or the query of what has none; names in the path win. */
function read(request: HttpRequest): Sent {
  const { method, query, params } = request;
  const isInBody = method === 'POST' || method === 'PATCH';
  if (!isInBody && query === '') return params ?? {};
  return { ...(isInBody ? bodyOf(request) : parseForm(query)), ...params };
}

function bodyOf(request: HttpRequest): Sent {
  if (request.body.length === 0) return {};
  const text = request.body.toString('utf8');
  if (/^application\/x-www-form-urlencoded/i.test(headerOf(request, 'content-type') ?? '')) return parseForm(text);
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = sanitizeKeys(JSON.parse(text));
  } catch {
    throw invalidInput('http.malformed_json', 'The body is not valid JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Sent;
  throw invalidFields({ body: ['The body must be a JSON object.'] });
}
