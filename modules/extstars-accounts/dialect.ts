import { Type } from '@sinclair/typebox';
import type { ErrorKind } from '#core/error';
import { headerOf, type Dialect, type HttpReply, type HttpRequest } from '#core/http/dialect';
import { wireFormat } from '#core/http/wire-format';
import { parametersOf } from './body.ts';
import { Reply } from './reply.ts';

/** Parameters that are headers; no body can say them. */
export const APP_HEADER = 'AppId';
export const TOKEN_HEADER = 'Token';

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
const ANYBODY = { ...HEADERS, 'access-control-allow-origin': '*' };

/** Every result code is HTTP 200; what is left are failures of the call itself (spec 1.5). */
const statusOfKind: Record<ErrorKind, number> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};
const statusOfCode: Readonly<Record<string, number>> = {
  'http.method_not_allowed': 405,
  'api.body_too_large': 413,
};

const PREFLIGHT: HttpReply = {
  status: 204,
  headers: {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': 'AppId, Token, Content-Type, Accept, X-Requested-With',
    'access-control-max-age': '86400',
  },
  body: '',
};

const LONGEST_BODY = 64 * 1024;

/** `{ code, message, data }` with a result code per endpoint, for programs and for pages of other origins. */
export function createExtstars(timeZone: string): Dialect {
  const toJson = wireFormat(timeZone);
  return {
    name: 'extstars',
    longestBody: LONGEST_BODY,
    preflight: () => PREFLIGHT,
    envelope: (output) => output,
    credentials: () => ({ scheme: 'none' }),
    read: (request) => ({
      ...parametersOf(request),
      [APP_HEADER]: headerOf(request, 'appid')?.trim(),
      [TOKEN_HEADER]: headerOf(request, 'token')?.trim(),
    }),
    write(request, result) {
      if (!(result instanceof Reply)) throw new TypeError('An endpoint of this dialect answers with a Reply.');
      const { code, message, data, token, app } = result;
      const json = data === null ? 'null' : isPlain(data) ? JSON.stringify(data) : toJson(data);
      const beside = token === undefined ? '' : `,"token":${JSON.stringify(token)}`;
      return {
        status: 200,
        headers:
          app === undefined || app.origins.has('*') ? ANYBODY : { ...HEADERS, ...originOf(request, app.origins) },
        body: `{"code":${code},"message":${JSON.stringify(message)}${beside},"data":${json}}`,
      };
    },
    fail(_request, error) {
      const status = statusOfCode[error.code] ?? statusOfKind[error.kind];
      const retry = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) };
      const body = JSON.stringify({ code: status, message: error.message, data: null });
      return { status, headers: { ...ANYBODY, ...retry }, body };
    },
  };
}

/** The answer of the hot path has no times and no lists in it. */
const isPlain = (data: unknown): boolean => typeof data === 'object' && data !== null && 'step_key' in data;

function originOf(request: HttpRequest, origins: ReadonlySet<string>): Record<string, string> {
  const origin = headerOf(request, 'origin');
  const isAllowed = origin !== undefined && origins.has(origin);
  return { vary: 'Origin', ...(isAllowed && { 'access-control-allow-origin': origin }) };
}

/** What every endpoint may be sent: it asks for the rest itself, so that the order of its answers is the contract's. */
export const Headers = {
  [APP_HEADER]: Type.Optional(Type.String({ description: 'Header: number of the app.' })),
  [TOKEN_HEADER]: Type.Optional(Type.String({ description: 'Header: token of the activation.' })),
};
