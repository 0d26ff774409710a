import express, { type RequestHandler } from 'express';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** What is worth the trouble; pictures are small already. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const KEEP = { immutable: true, maxAge: '1y' } as const;

/**
 * The files beside the pages. Their names carry their version, so browsers keep them for a year; each is compressed when it
 * is first asked for, and then kept: Tabler alone is 635 kB as it is and 79 kB on the way.
 */
export function createAssets(folder: URL): RequestHandler {
  const asIs = express.static(fileURLToPath(folder), KEEP);
  const packed = new Map<string, Promise<Buffer | undefined>>();
  return async (req, res, next) => {
    const type = TYPES[extname(req.path)];
    const isPlain = type === undefined || !/^(\/[\w.-]+)+$/.test(req.path) || req.path.includes('..');
    if (isPlain || !['GET', 'HEAD'].includes(req.method) || req.acceptsEncodings('gzip') === false)
      return asIs(req, res, next);
    let content = packed.get(req.path);
    if (content === undefined) {
      content = pack(new URL(`.${req.path}`, folder));
      packed.set(req.path, content);
    }
    const body = await content;
    if (body === undefined) {
      packed.delete(req.path); // names that are no file do not fill the memory
      return asIs(req, res, next);
    }
    res.set({
      'content-type': type,
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    });
    res.send(body);
  };
}

const pack = (file: URL): Promise<Buffer | undefined> =>
  readFile(file).then(
    (content) => promisify(gzip)(content, { level: 9 }),
    () => undefined,
  );
