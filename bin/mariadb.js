/**
 * A private MariaDB: its own folder, its own free port on the loopback interface, user root without a password. Nothing in
 * it is worth keeping, so it is killed rather than shut down.
 *
 *   node bin/mariadb.js COMMAND…     runs the command with MARIADB_PORT and MARIADB_URL in its environment
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_MS = 60_000;
const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** The path of the server program, or undefined on a machine without it. Debian keeps it out of a normal user's PATH. */
export function findMariadbd() {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'mariadbd')).find((path) => existsSync(path));
}

/**
 * @param {import('./mariadb.js').MariadbOptions} [options]
 * @returns {Promise<import('./mariadb.js').Mariadb>}
 */
export async function startMariadb({ flush = 0, bufferPool = '64M' } = {}) {
  const program = findMariadbd();
  if (program === undefined) throw new Error('mariadbd is not installed.');

  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-mariadb-'));
  const common = ['--no-defaults', `--datadir=${folder}/data`, `--tmpdir=${folder}/tmp`];
  const log = join(folder, 'log');
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    prepare(folder, common);
  } catch (error) {
    remove();
    throw error;
  }

  const port = await freePort();
  const socket = join(folder, 's.sock');
  const output = openSync(log, 'a');
  const server = spawn(
    program,
    [
      ...common,
      ...runAs(),
      `--socket=${socket}`,
      `--pid-file=${folder}/pid`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--secure-file-priv=${folder}/tmp`,
      '--skip-name-resolve',
      '--character-set-server=utf8mb4',
      '--performance-schema=OFF',
      '--innodb-log-file-size=48M',
      `--innodb-buffer-pool-size=${bufferPool}`,
      `--innodb-flush-log-at-trx-commit=${flush}`,
    ],
    { stdio: ['ignore', output, output] },
  );
  const gone = once(server, 'exit');

  const discard = () => {
    server.kill('SIGKILL');
    remove();
  };
  const leave = () => process.exit(1); // so that 'exit' comes: a signal alone ends the process without it
  process.once('exit', discard);
  for (const signal of SIGNALS) process.once(signal, leave);
  const stop = async () => {
    process.off('exit', discard);
    for (const signal of SIGNALS) process.off(signal, leave);
    server.kill('SIGKILL');
    await gone;
    remove();
  };

  if (!(await answers(server, port))) {
    const lines = readFileSync(log, 'utf8').trim().split('\n').slice(-15);
    await stop();
    throw new Error(`MariaDB did not start:\n${lines.join('\n')}`);
  }

  return {
    port,
    pid: server.pid ?? 0,
    url(database) {
      const statement = `create database if not exists \`${database}\` character set utf8mb4`;
      execFileSync('mariadb', ['--no-defaults', `--socket=${socket}`, '-uroot', '-e', statement]);
      return `mysql://root@127.0.0.1:${port}/${database}`;
    },
    stop,
  };
}

/**
 * MariaDB refuses to run as root, so root hands the folder to the user that the package made.
 *
 * @param {string} folder
 * @param {readonly string[]} common
 */
function prepare(folder, common) {
  mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'tmp'));
  if (isRoot()) execFileSync('chown', ['-R', 'mysql:mysql', folder]);

  const install = spawnSync(
    'mariadb-install-db',
    [...common, ...runAs(), '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'],
    { encoding: 'utf8' },
  );
  if (install.error) throw install.error;
  if (install.status !== 0) throw new Error(`mariadb-install-db failed:\n${install.stdout}${install.stderr}`);
}

const isRoot = () => process.getuid?.() === 0;
const runAs = () => (isRoot() ? ['--user=mysql'] : []);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Waits for the greeting, which MariaDB sends to whoever connects once it is ready.
 *
 * @param {import('node:child_process').ChildProcess} server
 * @param {number} port
 */
async function answers(server, port) {
  for (const until = Date.now() + START_MS; Date.now() < until; await sleep(50)) {
    if (server.exitCode !== null || server.signalCode !== null) return false;
    if (await greets(port)) return true;
  }
  return false;
}

/** @param {number} port */
function greets(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

/** @param {readonly string[]} command */
async function runBeside([program, ...args]) {
  if (program === undefined) throw new Error('usage: node bin/mariadb.js COMMAND…');
  const mariadb = await startMariadb();
  try {
    const env = { ...process.env, MARIADB_PORT: String(mariadb.port), MARIADB_URL: mariadb.url('tollkeeper') };
    const child = spawn(program, args, { stdio: 'inherit', env });
    process.once('exit', () => child.kill());
    const [code] = await once(child, 'exit');
    return code ?? 1;
  } finally {
    await mariadb.stop();
  }
}

const isProgram = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) process.exitCode = await runBeside(process.argv.slice(2));
