import { lstat, mkdir, realpath, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from './error.ts';
import { packageRoot } from './version.ts';

/**
 * Lets the modules in `folder` import `tollkeeper/core/…`: `folder/node_modules/tollkeeper` is a link to this very package.
 * It leads to the same files that the engine has loaded, so that both mean the same classes, and unlike hooks into node's
 * loader it also serves `node --test`, editors and the compiler. An `npm install` there removes it; each start makes it anew.
 * Returns a sentence when that cannot be done.
 */
export async function linkEngine(folder: string): Promise<string | undefined> {
  const root = await realpath(fileURLToPath(packageRoot()));
  const link = join(folder, 'node_modules', 'tollkeeper');
  try {
    if ((await realpath(link).catch(() => undefined)) === root) return undefined;
    const present = await lstat(link).catch(() => undefined);
    if (present !== undefined && !present.isSymbolicLink())
      return `${link} is another copy of the engine: delete it, so that modules use this one.`;
    await mkdir(join(folder, 'node_modules'), { recursive: true });
    if (present !== undefined) await rm(link, { force: true });
    await symlink(root, link, 'junction');
    return undefined;
  } catch (error) {
    // Of several processes that start together one makes it.
    if ((await realpath(link).catch(() => undefined)) === root) return undefined;
    return `${link} cannot be made, so modules cannot import tollkeeper: ${messageOf(error)}.`;
  }
}
