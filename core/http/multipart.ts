import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DAY, later } from '../clock.ts';
import { invalidInput, type AppError } from '../error.ts';
import { wellFormed } from '../text.ts';
import { Upload } from '../upload.ts';
import { parseForm, type Form } from './form.ts';

/** Where files wait until their call is answered, and how large one may be. */
export interface Incoming {
  readonly folder: string;
  readonly maxFileBytes: number;
}

export interface ReceivedForm {
  readonly fields: Form;
  readonly files: Readonly<Record<string, Upload>>;
}

/** A multipart body that nobody has read yet: a file is taken in only once it is known who sends it. */
export interface PendingForm {
  /** Files are dropped unless `takesFiles`. */
  receive(takesFiles: boolean, now: Date): Promise<ReceivedForm>;
  /** Removes what was received and not moved away. */
  discard(): Promise<void>;
}

const MAX_FIELD_BYTES = 1024 * 1024;
const MAX_FIELDS = 1000;
const MAX_FILES = 8;

export const isMultipart = ({ headers }: IncomingMessage): boolean =>
  /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');

export function pendingForm(req: IncomingMessage, incoming: Incoming): PendingForm {
  const received: Upload[] = [];
  return {
    async receive(takesFiles, now) {
      if (takesFiles) await makeRoom(incoming.folder, now);
      return receive(req, takesFiles ? incoming : undefined, received);
    },
    discard: async () => void (await Promise.all(received.map((upload) => upload.discard()))),
  };
}

async function receive(
  req: IncomingMessage,
  incoming: Incoming | undefined,
  received: Upload[],
): Promise<ReceivedForm> {
  const parser = parserOf(req);
  const pairs: string[] = [];
  const files: Record<string, Upload> = {};
  const streams: Readable[] = [];
  const writing: Promise<void>[] = [];
  let fieldBytes = 0;
  let failure: unknown;
  /** What is still on its way is read and dropped, or the sender would not see the answer. */
  const fail = (error: unknown): void => {
    failure ??= error;
    req.unpipe(parser);
    for (const stream of streams) stream.destroy();
    parser.destroy();
    req.resume();
  };

  parser.on('field', (name, value, isNameCut, isValueCut) => {
    fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (isNameCut || isValueCut || fieldBytes > MAX_FIELD_BYTES) fail(tooLarge());
    else pairs.push(`${encoded(name)}=${encoded(value)}`);
  });
  parser.on('file', (field, stream, name) => {
    stream.on('error', (error: Error) => fail(malformed(error.message)));
    // A form with nothing chosen sends a file without a name.
    if (incoming === undefined || !name) return void stream.resume();
    streams.push(stream);
    // Written from this moment on: a stream that fails before anybody listens would end the process.
    const kept = keep(stream, name, incoming, received).then((upload) => void (files[field] = upload));
    writing.push(kept.catch(fail));
  });
  let bodyBytes = 0;
  const limit = MAX_FIELD_BYTES + (incoming?.maxFileBytes ?? 0);
  req.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length;
    if (bodyBytes > limit && failure === undefined) fail(incoming === undefined ? tooLarge() : fileTooLarge(incoming));
  });

  await new Promise<void>((resolve) => {
    const end = (error?: Error): void => {
      if (error !== undefined) fail(malformed(error.message));
      resolve();
    };
    const gone = (): void => (req.complete ? undefined : end(new Error('The request was aborted')));
    parser.once('finish', () => end());
    parser.on('error', end);
    parser.once('close', () => end());
    req.on('error', end);
    req.once('close', gone);
    // Its sender may have gone while it was found out who that is.
    if (req.destroyed) gone();
    req.pipe(parser);
  });
  if (failure !== undefined) parser.destroy();
  await Promise.all(writing);
  if (failure !== undefined) throw failure;
  return { fields: parseForm(pairs.join('&')), files };
}

/** Also removes what a process that died left behind. */
async function makeRoom(folder: string, now: Date): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.mtime < later(now, -DAY)) await rm(join(folder, name), { force: true });
  }
}

function parserOf({ headers }: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      limits: {
        fieldNameSize: 1000,
        fieldSize: MAX_FIELD_BYTES,
        fields: MAX_FIELDS,
        files: MAX_FILES,
        headerPairs: 50,
      },
    });
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'no boundary');
  }
}

/** To the disk as it comes, counted and hashed on its way; never whole in memory. */
async function keep(stream: Readable, name: string, incoming: Incoming, received: Upload[]): Promise<Upload> {
  const { folder, maxFileBytes } = incoming;
  const path = join(folder, randomUUID());
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      size += chunk.length;
      hash.update(chunk);
      next(size > maxFileBytes ? fileTooLarge(incoming) : null, chunk);
    },
  });
  // Known before it is written, so that whatever fails leaves nothing behind.
  received.push(new Upload(name, 0, '', path));
  await pipeline(stream, measure, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
  return new Upload(name, size, hash.digest('hex'), path);
}

const encoded = (text: string): string => encodeURIComponent(wellFormed(text));

const malformed = (detail: string): AppError =>
  invalidInput('api.malformed_form', `Malformed form input: ${detail.replace(/\.$/, '')}.`);
const tooLarge = (): AppError =>
  invalidInput('api.body_too_large', 'The request body is too large. The limit is 1 MiB.');
const fileTooLarge = ({ maxFileBytes }: Incoming): AppError =>
  invalidInput(
    'upload.too_large',
    `File upload failed: the file is larger than ${Math.floor(maxFileBytes / 1024 / 1024)} MiB.`,
  );
