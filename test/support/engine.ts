import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ADMIN } from './app.ts';

const ENGINE = fileURLToPath(new URL('../../dist/bin/tollkeeper.js', import.meta.url));
const READY_WITHIN_MS = 30_000;

/** The built engine in a process of its own, which can be killed and started again on the same data. */
export interface Engine {
  readonly url: string;
  readonly dataDir: string;
  start(): Promise<void>;
  /** At once, as when the power fails. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** Another command on the same data, in a process of its own. */
  run(...args: string[]): Promise<{ readonly code: number; readonly output: string }>;
  /** Posts to the API as the first administrator, or as a guest. */
  call<T>(path: string, params?: object): Promise<T>;
  /** What it has printed since its last start. */
  output(): string;
  end(): Promise<void>;
}

export async function buildEngine(environment: Readonly<Record<string, string>> = {}): Promise<Engine> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollkeeper-engine-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env['PATH'],
    PORT: String(port),
    DATA_DIR: dataDir,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ADMIN_API_TOKEN: ADMIN.token,
    RATE_LIMITS: 'off',
    CRON: 'off',
    LOG_LEVEL: 'warn',
    ...environment,
  };
  let child: ChildProcess | undefined;
  let output = '';

  async function start(): Promise<void> {
    output = '';
    child = spawn(process.execPath, [ENGINE, 'serve'], { env });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => (output += text.toString()));
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await isReady())) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The engine did not start:\n${output}`);
      await sleep(50);
    }
  }
  const isReady = (): Promise<boolean> =>
    fetch(`${url}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  async function signal(name: NodeJS.Signals): Promise<number | null> {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return running?.exitCode ?? null;
    const exit = once(running, 'exit');
    running.kill(name);
    const [code] = (await exit) as [number | null];
    return code;
  }

  return {
    url,
    dataDir,
    start,
    kill: async () => void (await signal('SIGKILL')),
    stop: () => signal('SIGTERM'),
    async run(...args) {
      const command = spawn(process.execPath, [ENGINE, ...args], { env });
      let said = '';
      for (const stream of [command.stdout, command.stderr])
        stream.on('data', (text: Buffer) => (said += text.toString()));
      const [code] = (await once(command, 'close')) as [number | null];
      return { code: code ?? -1, output: said };
    },
    async call<T>(path: string, params: object = {}) {
      const isAdmin = path.startsWith('admin/');
      const authorization = `Basic ${Buffer.from(`admin:${ADMIN.token}`).toString('base64')}`;
      const response = await fetch(`${url}/api/${path}`, {
        method: 'POST',
        body: JSON.stringify(params),
        headers: { 'content-type': 'application/json', ...(isAdmin && { authorization }) },
      });
      const { result, error } = (await response.json()) as { result: T; error: { message: string } | null };
      if (error !== null) throw new Error(`${path}: ${error.message}`);
      return result;
    },
    output: () => output,
    async end() {
      await signal('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
