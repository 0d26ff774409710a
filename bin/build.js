/**
 * Compiles the project into dist/. Imported, it offers to do so only where something is missing or old; it may therefore
 * use nothing that has to be installed first. What it says goes to stderr: stdout belongs to the command that is run.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.js';

export const root = dirname(import.meta.dirname);

const SOURCES = ['bin', 'config', 'core', 'migrations', 'modules', 'web', 'package.json'];
const TSCONFIGS = ['tsconfig.json', 'tsconfig.build.json'];
const COMPILER = join(root, 'node_modules/.bin/tsc');
/** Locks and half-made builds. Below it everything is called dist, which git, Prettier and ESLint ignore by name. */
const WORKSHOP = join(root, '.build');
const DIST = join(root, 'dist');
const STAMP = join(DIST, '.built-at');

/** Installs the dependencies when they are missing or older than the lock file. None of them needs its install script. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await prepareWorkshop();
  await withLock(join(WORKSHOP, 'install.lock'), async () => {
    if (isInstalled()) return;
    console.error('Installing the dependencies …');
    const command = existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install';
    // --include=dev: the compiler is one of them, and NODE_ENV=production would leave it out.
    await run('npm', [command, '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']);
  });
}

/** Builds when dist/ is missing or older than the sources. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await prepareWorkshop();
  await withLock(join(WORKSHOP, 'build.lock'), async () => {
    if (!isBuilt()) await compile();
  });
}

/** Builds, whatever is there. */
export async function build() {
  await prepareWorkshop();
  await withLock(join(WORKSHOP, 'build.lock'), compile);
}

function isInstalled() {
  const installed = mtimeOf(join(root, 'node_modules/.package-lock.json'));
  return installed > 0 && installed >= mtimeOf(join(root, 'package-lock.json'));
}

function isBuilt() {
  if (!existsSync(STAMP)) return false;
  return newestOf([...SOURCES, ...TSCONFIGS].map((name) => join(root, name))) <= Number(readFileSync(STAMP, 'utf8'));
}

async function compile() {
  if (!existsSync(COMPILER)) throw new Error('The compiler is not installed. Run `npm ci --ignore-scripts` first.');
  const startedAt = Date.now(); // what is saved while the compiler runs may have been missed, so it counts as newer
  console.error('Building dist/ …');

  const workbench = join(WORKSHOP, String(process.pid));
  const fresh = join(workbench, 'dist');
  await removeAbandonedWorkbenches();
  await run(COMPILER, ['-p', 'tsconfig.build.json', '--outDir', fresh]);
  await copyAssets(fresh);
  await writeFile(join(fresh, '.built-at'), String(startedAt));

  const replaced = join(workbench, 'replaced');
  await mkdir(replaced);
  if (existsSync(DIST)) await rename(DIST, join(replaced, 'dist'));
  await rename(fresh, DIST);
  await rm(workbench, { recursive: true, force: true });
}

/** Copies what the engine reads while it runs and the compiler leaves behind. */
async function copyAssets(target) {
  for (const folder of ['core', 'modules']) {
    for (const path of filesBelow(join(root, folder))) {
      if (path.endsWith('.liquid') || path.includes('/locales/')) await cp(path, join(target, path.slice(root.length)));
    }
  }
  if (existsSync(join(root, 'web'))) await cp(join(root, 'web'), join(target, 'web'), { recursive: true });
}

async function prepareWorkshop() {
  await mkdir(WORKSHOP, { recursive: true });
  await writeFile(join(WORKSHOP, '.gitignore'), '*\n');
}

/** Only the holder of the build lock has a workbench: any that is there belongs to a build that was killed. */
async function removeAbandonedWorkbenches() {
  const names = readdirSync(WORKSHOP).filter((name) => /^\d+$/.test(name));
  await Promise.all(names.map((name) => rm(join(WORKSHOP, name), { recursive: true, force: true })));
}

/** @param {string} folder */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Folders count too: that is where a deleted file shows. @param {readonly string[]} paths */
function newestOf(paths) {
  let newest = 0;
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) continue;
    const below = stat.isDirectory() ? newestOf(readdirSync(path).map((name) => join(path, name))) : 0;
    newest = Math.max(newest, stat.mtimeMs, below);
  }
  return newest;
}

/** @param {string} path */
function mtimeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', process.stderr, process.stderr] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`\`${[command, ...args].join(' ')}\` ended with ${signal ?? `exit code ${code}`}.`));
    });
  });
}

/** Runs the steps of a program; a failure is one sentence and a non-zero exit, its details are on the screen already. */
export async function orExit(steps) {
  try {
    return await steps();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

const isProgram = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) await orExit(build);
