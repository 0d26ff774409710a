import { wellFormed } from '../text.ts';
import type { Download, StoredFile } from '../endpoint.ts';
import { headerOf, type HttpReply, type HttpRequest } from './dialect.ts';

const SAVED = "default-src 'none'; sandbox";
/** A browser's own reader of PDFs does not start in a sandbox. */
const SHOWN = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** A file, whole or the part that was asked for. It is saved and never shown in the browser, unless it is a PDF to be read. */
export function attachment(request: HttpRequest, { name, type, content, isInline }: Download): HttpReply {
  const headers = {
    'content-type': type,
    'content-disposition': dispositionOf(name, isInline ? 'inline' : 'attachment'),
    'content-security-policy': isInline ? SHOWN : SAVED,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
  return isStored(content) ? stored(request, content, headers) : { status: 200, headers, body: content };
}

function stored(request: HttpRequest, file: StoredFile, common: Record<string, string>): HttpReply {
  const { size } = file;
  const etag = `"${file.hash}"`;
  const headers = { ...common, 'accept-ranges': 'bytes', etag };
  const range = rangeOf(request, size, etag);
  if (range === undefined)
    return { status: 200, headers: { ...headers, 'content-length': String(size) }, body: file.open(0, size) };
  if (range === 'unsatisfiable')
    return { status: 416, headers: { ...common, 'content-range': `bytes */${size}` }, body: '' };
  const [start, end] = range;
  const part = { 'content-range': `bytes ${start}-${end - 1}/${size}`, 'content-length': String(end - start) };
  return { status: 206, headers: { ...headers, ...part }, body: file.open(start, end) };
}

/** First byte and the one after the last. One range only: several, or one nobody understands, are answered with the whole. */
function rangeOf(request: HttpRequest, size: number, etag: string): [number, number] | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headerOf(request, 'range') ?? '');
  const condition = headerOf(request, 'if-range');
  if (match === null || (condition !== undefined && condition !== etag)) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  return start < end ? [start, end] : 'unsatisfiable';
}

/** A plain name for old programs, and the real one by RFC 5987 for all others. */
function dispositionOf(name: string, how: 'inline' | 'attachment'): string {
  const plain = wellFormed(name).replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(wellFormed(name)).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${how}; filename="${plain}"; filename*=UTF-8''${exact}`;
}

const isStored = (content: Download['content']): content is StoredFile =>
  typeof content === 'object' && 'open' in content && 'hash' in content;
