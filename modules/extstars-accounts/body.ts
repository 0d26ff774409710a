import { isUtf8 } from 'node:buffer';
import { headerOf, type HttpRequest } from '#core/http/dialect';
import { sanitizeKeys } from '#core/http/form';
import { wellFormed } from '#core/text';
import type { Sent } from '#core/schema';

/** Whatever cannot be read is as good as nothing sent, so that the answer is a result code and never a failure (spec 1.4). */
export function parametersOf(request: HttpRequest): Sent {
  const query = request.query === '' ? NOTHING : (formOf(request.query) ?? NOTHING);
  const body = request.method === 'POST' ? bodyOf(request) : NOTHING;
  return query === NOTHING ? body : { ...query, ...body };
}

const NOTHING: Sent = {};

function bodyOf(request: HttpRequest): Sent {
  const { body } = request;
  if (body.length === 0 || !isUtf8(body)) return NOTHING;
  const type = (headerOf(request, 'content-type') ?? '').toLowerCase();
  if (type.startsWith('multipart/form-data')) return multipartOf(body, type, headerOf(request, 'content-type') ?? '');
  const text = body.toString('utf8');
  if (type.startsWith('application/x-www-form-urlencoded')) return formOf(text) ?? NOTHING;
  return type.includes('json') || /^[\s\ufeff]*\{/.test(text) ? jsonOf(text) : (formOf(text) ?? NOTHING);
}

function jsonOf(text: string): Sent {
  try {
    const value = sanitizeKeys(JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Sent) : NOTHING;
  } catch {
    return NOTHING;
  }
}

const MOST_FIELDS = 200;

/** Flat; the last of a name counts. Undefined for what is not percent-encoded UTF-8, such as GBK. */
function formOf(text: string): Record<string, string> | undefined {
  const fields = new Map<string, string>();
  try {
    for (const pair of text.trim().split('&', MOST_FIELDS)) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
      fields.set(name, equals < 0 ? '' : decoded(pair.slice(equals + 1)));
    }
  } catch {
    return undefined;
  }
  return objectOf(fields);
}

const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/** Fields only: parts that are files are left out. */
function multipartOf(body: Buffer, type: string, header: string): Sent {
  const at = type.indexOf('boundary=');
  const boundary = at < 0 ? '' : (/^"([^"]+)"|^([^;\s]+)/.exec(header.slice(at + 9)) ?? [])[0]?.replaceAll('"', '');
  if (!boundary) return NOTHING;
  const fields = new Map<string, string>();
  for (const part of `\r\n${body.toString('utf8')}`.split(`\r\n--${boundary}`).slice(1, MOST_FIELDS)) {
    const end = part.indexOf('\r\n\r\n');
    if (part.startsWith('--') || end < 0) continue;
    const head = part.slice(0, end);
    const name = /\bname="([^"]*)"/i.exec(head)?.[1];
    if (name !== undefined && !/\bfilename\*?=/i.test(head)) fields.set(name, part.slice(end + 4));
  }
  return objectOf(fields);
}

/** `__proto__` is a name like any other here. */
const objectOf = (fields: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...fields].filter(([name]) => name !== '__proto__'));

/** Text as it is meant: cut, numbers and booleans written out. Empty is what was not sent, or is no scalar. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return wellFormed(value).trim();
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return '';
}

/** An e-mail address as it is compared. */
export const emailOf = (value: unknown): string => textOf(value).normalize('NFC').toLowerCase();

/** A whole number however it is written: `3`, `"3"`, `3.0`, `1.0E7`. */
export function wholeOf(value: unknown): number | undefined {
  const text = textOf(value);
  if (!/^[+-]?\d+(\.\d*)?(e[+-]?\d{1,3})?$/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
