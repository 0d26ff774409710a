import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

const LARGEST = 2 * 1024 * 1024;

/**
 * The picture of `company_logo`, a path below `public/` such as `public/branding/logo.png`; undefined for what is elsewhere,
 * of another kind or not there. Nothing is fetched from other places.
 */
export async function readLogo(setting: string | undefined, folder: string): Promise<Uint8Array | undefined> {
  const path = /^\/?public\/(.+\.(?:png|jpe?g))$/i.exec(setting ?? '')?.[1];
  if (path === undefined || path.includes('\0')) return undefined;
  try {
    const root = await realpath(folder);
    // A link that leads out of the folder is as good as a path that does.
    const file = await realpath(join(root, path));
    if (!file.startsWith(`${root}${sep}`)) return undefined;
    const { size } = await stat(file);
    return size > LARGEST ? undefined : await readFile(file);
  } catch {
    return undefined;
  }
}
