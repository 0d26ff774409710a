/**
 * `npm test`: every test on SQLite, then those that use the database on a MariaDB of their own.
 *
 *   npm test -- [FILES…] [MOCHA OPTIONS…]     only these files; options such as --grep go to mocha
 *
 * With CI=true nothing may be left out: a missing MariaDB and an `it.only` fail.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, orExit, root } from './build.js';
import { findMariadbd, startMariadb } from './mariadb.js';

const isCi = process.env.CI === 'true';

await orExit(async () => {
  await ensureInstalled();
  await ensureBuilt(); // end-to-end tests start the built engine
});

process.chdir(root);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
const scratch = mkdtempSync(join(fastestFolder(), 'tollkeeper-test-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
chmodSync(scratch, 0o711); // a MariaDB in it runs as somebody else
process.env.TMPDIR = scratch;

const args = process.argv.slice(2);
const isPath = (/** @type {string} */ arg) => !arg.startsWith('-') && existsSync(arg);
const options = args.filter((arg) => !isPath(arg));
const named = args.filter(isPath);
const files = (named.length > 0 ? named : ['test']).flatMap(testsBelow);

const halves = [await runOnSqlite(files), await runOnMariadb(files.filter(usesDatabase))];
const [passed, failed] = [sum('passes'), sum('failures')];
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Tests are of rules and not of disks, so their databases lie in memory where the system lends it as a folder. */
function fastestFolder() {
  const [memory, needed] = ['/dev/shm', 4 * 1024 ** 3];
  if (process.env.TMPDIR !== undefined || !existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= needed ? memory : tmpdir();
}

/** @param {readonly string[]} specs */
function runOnSqlite(specs) {
  console.log(`\nOn SQLite: ${specs.length} files`);
  const { DATABASE_URL: _, ...env } = process.env;
  return runMocha(specs, env);
}

/** @param {readonly string[]} specs */
async function runOnMariadb(specs) {
  if (specs.length === 0) return { passes: 0, failures: 0 };
  if (findMariadbd() === undefined) {
    console.log('The MariaDB half was left out: mariadbd is not installed on this machine.');
    return { passes: 0, failures: isCi ? 1 : 0 };
  }

  console.log(`\nOn MariaDB: ${specs.length} files`);
  let mariadb;
  try {
    mariadb = await startMariadb();
    return await runMocha(specs, { ...process.env, DATABASE_URL: mariadb.url('tollkeeper_test') });
  } catch (error) {
    console.error(error.message);
    return { passes: 0, failures: 1 };
  } finally {
    await mariadb?.stop();
  }
}

/**
 * @param {readonly string[]} specs
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ passes: number, failures: number }>}
 */
async function runMocha(specs, env) {
  if (specs.length === 0) return { passes: 0, failures: 0 };
  const counts = join(scratch, 'counts.json');
  rmSync(counts, { force: true });
  const mocha = [
    'node_modules/mocha/bin/mocha.js',
    '--config',
    configWithoutSpec(),
    '--reporter',
    'bin/test-reporter.cjs',
  ];
  const strict = isCi ? ['--forbid-only'] : [];
  const child = spawn(process.execPath, [...mocha, ...strict, ...options, ...specs], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, TEST_COUNTS: counts },
  });
  const kill = () => child.kill();
  process.once('exit', kill);
  const [code] = await once(child, 'exit');
  process.off('exit', kill);

  const { passes, failures } = existsSync(counts)
    ? JSON.parse(readFileSync(counts, 'utf8'))
    : { passes: 0, failures: 0 };
  const hasBroken = code !== 0 && failures === 0; // mocha ended before, or beside, its tests
  return { passes, failures: hasBroken ? 1 : failures };
}

/** Mocha adds the files it is given to those of its configuration, which names all of them. */
function configWithoutSpec() {
  const { spec: _, ...config } = JSON.parse(readFileSync('.mocharc.json', 'utf8'));
  const path = join(scratch, 'mocharc.json');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** @param {string} path */
function testsBelow(path) {
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(path, name))
    .sort();
}

/**
 * How a page looks is the same over either database, and takes minutes to see on every page.
 * @param {string} path
 */
function usesDatabase(path) {
  return !path.endsWith('end-to-end/access.test.ts') && readFileSync(path, 'utf8').includes('support/app');
}

/** @param {'passes' | 'failures'} key */
function sum(key) {
  return halves.reduce((total, counts) => total + counts[key], 0);
}
