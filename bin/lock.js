import { mkdir, readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 15 * 60_000;

/**
 * Runs `work` while no other process holds the lock at `path`.
 *
 * The lock is a folder with one file, named after the pid of its holder. It is made aside and renamed into place, which
 * fails as long as a folder with a file is there: so a lock never exists without its pid. To break the lock of a dead
 * process means to delete the file of exactly that pid, which cannot hit the lock of whoever was quicker.
 *
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  await acquire(path);
  try {
    return await work();
  } finally {
    await release(path, process.pid);
  }
}

/** @param {string} path */
async function acquire(path) {
  const own = `${path}.${process.pid}`;
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  await writeFile(join(own, String(process.pid)), '');

  const until = Date.now() + PATIENCE_MS;
  let isWaiting = false;
  while (!(await isMoved(own, path))) {
    const holder = await holderOf(path);
    if (holder === undefined || !isAlive(holder)) {
      await release(path, holder);
      continue;
    }
    if (Date.now() > until) {
      await rm(own, { recursive: true, force: true });
      throw new Error(`Process ${holder} has held ${path} for too long; delete that folder if it is not at work.`);
    }
    if (!isWaiting) console.error(`Waiting for process ${holder}, which is at work in ${dirname(path)} …`);
    isWaiting = true;
    await sleep(100);
  }
}

/**
 * @param {string} own
 * @param {string} path
 */
async function isMoved(own, path) {
  try {
    await rename(own, path);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) return false;
    throw error;
  }
}

/** @param {string} path */
async function holderOf(path) {
  const [name] = await readdir(path).catch(() => []);
  return name === undefined ? undefined : Number(name);
}

/** @param {number} pid */
function isAlive(pid) {
  if (pid === process.pid) return false; // left by an earlier process that had our number, as happens in containers
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * @param {string} path
 * @param {number | undefined} holder
 */
async function release(path, holder) {
  if (holder !== undefined) await unlink(join(path, String(holder))).catch(() => {});
  await rmdir(path).catch(() => {}); // fails when the next holder is in already, as it should
}
