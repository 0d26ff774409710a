import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFile } from '#core/endpoint';
import type { Upload } from '#core/upload';
import { STORED_NAME } from './product-files.ts';

/** Files under names of our own making: no path is ever built of what somebody sent. */
export interface Storage {
  take(upload: Upload): Promise<string>;
  /** Undefined when it is not on the disk, or not whole. */
  find(name: string, size: number, hash: string): Promise<StoredFile | undefined>;
  remove(name: string): Promise<void>;
  /** Folder by folder, those that were written before `time`. */
  listBefore(time: Date): AsyncIterable<readonly string[]>;
}

export function createStorage(folder: string): Storage {
  const folderOf = (name: string): string => join(folder, name.slice(0, 2));
  const pathOf = (name: string): string => {
    if (!STORED_NAME.test(name)) throw new Error('No stored file has such a name.');
    return join(folderOf(name), name);
  };

  return {
    async take(upload) {
      const name = randomBytes(32).toString('hex');
      await mkdir(folderOf(name), { recursive: true });
      await upload.moveTo(pathOf(name));
      return name;
    },

    async find(name, size, hash) {
      const path = pathOf(name);
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() !== true || found.size !== size) return undefined;
      return { size, hash, open: (start, end) => createReadStream(path, { start, end: Math.max(start, end - 1) }) };
    },

    remove: (name) => rm(pathOf(name), { force: true }),

    async *listBefore(time) {
      for (const part of await readdir(folder).catch(() => [])) {
        const names = (await readdir(join(folder, part)).catch(() => [])).filter((name) => STORED_NAME.test(name));
        const found = await Promise.all(
          names.map(async (name) => ({ name, at: (await stat(pathOf(name)).catch(() => undefined))?.mtime ?? time })),
        );
        yield found.filter(({ at }) => at < time).map(({ name }) => name);
      }
    },
  };
}
