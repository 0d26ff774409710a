import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { invalidInput, type AppError } from '../error.ts';
import type { HttpReply, HttpRequest } from './dialect.ts';
import { isMultipart, pendingForm, type Incoming } from './multipart.ts';

/** The only code that sees both node's objects and ours. Express's are the same objects, so one adapter serves both doors. */

const MAX_BODY_BYTES = 1024 * 1024;

/** Address and scheme of the caller, with a trusted proxy's word for them. */
export type Peer = (req: IncomingMessage) => { readonly ip: string; readonly isSecure: boolean };

const EMPTY = Buffer.alloc(0);

/** Reads a request whole. Throws `api.body_too_large` beyond `longestBody`, one mebibyte unless told otherwise. */
export async function readRequest(
  req: IncomingMessage,
  peer: Peer,
  incoming?: Incoming,
  longestBody = MAX_BODY_BYTES,
): Promise<HttpRequest> {
  if (incoming !== undefined && req.method === 'POST' && isMultipart(req))
    return { ...plain(req, peer, EMPTY), pending: pendingForm(req, incoming) };
  const hasBody = req.method !== 'GET' && req.method !== 'HEAD';
  return plain(req, peer, hasBody ? await readBody(req, longestBody) : EMPTY);
}

/** The same for what has no body or whose body is not asked for. */
export const readHead = (req: IncomingMessage, peer: Peer): HttpRequest => plain(req, peer, EMPTY);

function plain(req: IncomingMessage, peer: Peer, body: Buffer): HttpRequest {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: req.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: req.headers,
    body,
    ...peer(req),
  };
}

function readBody(req: IncomingMessage, longest: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= longest) return void chunks.push(chunk);
      // What is still on its way is read and dropped, or the sender would not see the answer.
      chunks.length = 0;
      reject(tooLarge(longest));
    });
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks)));
    req.on('error', reject);
    req.on('aborted', () => reject(invalidInput('http.aborted', 'The request was aborted.')));
  });
}

const tooLarge = (longest: number): AppError =>
  invalidInput('api.body_too_large', `The request body is too large. The limit is ${sizeOf(longest)}.`);

const sizeOf = (bytes: number): string =>
  bytes < MAX_BODY_BYTES ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`;

export async function sendReply(
  res: ServerResponse,
  { status, headers, body }: HttpReply,
  isHead: boolean,
): Promise<void> {
  if (res.destroyed) return abandon(body);
  res.statusCode = status;
  for (const name in headers) res.setHeader(name, headers[name] ?? '');
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
    if (isHead) {
      abandon(body);
      return void res.end();
    }
    // The reader of a download may go away at any moment; that is not our failure.
    return pipeline(body, res).catch(() => undefined);
  }
  res.setHeader('content-length', Buffer.byteLength(body));
  if (status === 413) res.setHeader('connection', 'close');
  res.end(isHead ? undefined : body);
}

/** A file that nobody reads to its end must be closed. */
function abandon(body: HttpReply['body']): void {
  if (body instanceof Readable) body.destroy();
}
