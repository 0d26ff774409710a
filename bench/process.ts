import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 30_000;

/** A server that is measured, in a process of its own. */
export interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Program {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What answers 200 once the server is ready. */
  readonly readyAt: string;
}

/** Nothing that was started outlives the benchmark, however it ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts `node COMMAND…` with PORT in its environment and waits until it is ready. */
export async function startServer({ command, env = {}, readyAt }: Program): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, command, {
    env: { ...process.env, NODE_ENV: 'production', ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = once(child, 'exit');
  running.add(child);
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + PATIENCE_MS; !(await isReady(url + readyAt)); await sleep(50)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`\`node ${command.join(' ')}\` did not start.`);
  }
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await gone;
      running.delete(child);
    },
  };
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const TICKS_PER_SECOND = 100;

/** Processor seconds a process has used; undefined where there is no /proc. */
export function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}
