import type { TSchema } from '@sinclair/typebox';
import type { AppError } from '../error.ts';
import type { Sent } from '../schema.ts';
import type { PendingForm, ReceivedForm } from './multipart.ts';

/** A request as plain values. No dialect sees an Express or node object. */
export interface HttpRequest {
  readonly method: string;
  /** Decoded by nobody yet; without the query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** What the names of the route's path stand for, decoded once. */
  readonly params?: Readonly<Record<string, string>>;
  /** A multipart body that is still to be read; `body` is empty then. */
  readonly pending?: PendingForm | undefined;
  /** The same, once it is read. */
  readonly form?: ReceivedForm;
  readonly ip: string;
  readonly isSecure: boolean;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | NodeJS.ReadableStream;
}

/** What came with a request to say who is calling. */
export type Credentials =
  | { readonly scheme: 'token'; readonly user: string; readonly token: string }
  /** The session cookie, which counts for a change only with its CSRF token. */
  | { readonly scheme: 'session'; readonly csrf: string | undefined; readonly csrfCookie: string | undefined }
  /** The session cookie of someone who looks at a page, which changes nothing. */
  | { readonly scheme: 'visit' }
  /** A secret of a kind that a module recognizes. */
  | { readonly scheme: 'secret'; readonly kind: string; readonly secret: string }
  | { readonly scheme: 'none' };

/** Turns requests into inputs, and results and errors into replies. Pure: it knows HTTP and no business. */
export interface Dialect {
  readonly name: string;
  /** The schema of a whole response; the OpenAPI document is built from it. */
  envelope(output: TSchema): TSchema;
  credentials(request: HttpRequest): Credentials;
  read(request: HttpRequest): Sent;
  /** `isNew`: the call made something, for dialects that tell that apart. */
  write(request: HttpRequest, result: unknown, isNew?: boolean): HttpReply;
  fail(request: HttpRequest, error: AppError): HttpReply;
  /** Answers OPTIONS at any path of a mount, before anything is looked at: for pages of other origins. */
  readonly preflight?: () => HttpReply;
  /** Bytes of a body that are read at a mount; absent: one mebibyte. */
  readonly longestBody?: number;
}

export const headerOf = ({ headers }: HttpRequest, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

export function cookieOf(request: HttpRequest, name: string): string | undefined {
  const header = headerOf(request, 'cookie');
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return decoded(pair.slice(at + 1).trim());
  }
  return undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
