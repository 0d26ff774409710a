import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { invalidInput, messageOf } from '../error.ts';

/** Writes values as gzipped lines of JSON. The file has its name only once it is complete and on the disk. */
export async function writeLines(target: string, values: AsyncIterable<unknown>): Promise<void> {
  const draft = `${target}.part`;
  try {
    await pipeline(Readable.from(textOf(values)), createGzip(), createWriteStream(draft, { mode: 0o600 }));
    const handle = await open(draft, 'r');
    await handle.sync();
    await handle.close();
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function* textOf(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** The values of such a file. Throws a sentence when the file is damaged, cut off or something else. */
export async function* readLines(file: string): AsyncGenerator<unknown> {
  const source = createReadStream(file);
  const text = createGunzip().setEncoding('utf8');
  source.once('error', (error) => text.destroy(error));
  source.pipe(text);
  let rest = '';
  try {
    for await (const piece of text as AsyncIterable<string>) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as unknown;
    }
  } catch (error) {
    throw isOfFile(error) ? unreadable(file, messageOf(error)) : error;
  } finally {
    source.destroy();
    text.destroy();
  }
  if (rest !== '') throw unreadable(file, 'it ends in the middle of a line');
}

const isOfFile = (error: unknown): boolean =>
  error instanceof SyntaxError ||
  (error instanceof Error && /^(Z_|ENOENT|EISDIR|EACCES)/.test(String(Reflect.get(error, 'code'))));

const unreadable = (file: string, reason: string): Error =>
  invalidInput('backup.unreadable', `${file} cannot be read as a backup: ${reason}.`);
