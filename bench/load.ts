import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from './process.ts';

export const CONNECTIONS = 32;

export interface Round {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers that did not come or were not 2xx. */
  readonly failed: number;
  /** Cores that were busy, by who kept them so; undefined where it cannot be known. */
  readonly cores: { readonly server?: number; readonly database?: number; readonly generator?: number };
}

interface Load {
  readonly url: string;
  /** One request a line: method, path and body between tabs. */
  readonly requests: string;
  readonly offset: number;
  readonly seconds: number;
  readonly pids: { readonly server: number; readonly database: number | undefined };
}

/** wrk costs a fraction of what autocannon takes from the cores that it shares with the server. */
export const generator = spawnSync('wrk', ['-v']).error === undefined ? 'wrk' : 'autocannon';

export async function runLoad({ url, requests, offset, seconds, pids }: Load): Promise<Round> {
  const [program, args] =
    generator === 'wrk'
      ? ['wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', beside('requests.lua'), url, '--', requests, offset]]
      : [process.execPath, [beside('cannon.js'), url, requests, offset, seconds, CONNECTIONS]];
  const child = spawn(program, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const output = text(child.stdout);
  const cores = await busyCores({ ...pids, generator: child.pid }, seconds * 1000);
  const [code] = (await gone) as [number | null];
  const line = (await output).trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0 || !line.startsWith('{')) throw new Error(`${generator} failed on ${url}.`);
  return { ...(JSON.parse(line) as Omit<Round, 'cores'>), cores };
}

const beside = (name: string): string => join(import.meta.dirname, name);

/** Looks at the middle of the round, which begins and ends with what is not load. */
async function busyCores(pids: Record<string, number | undefined>, roundMs: number): Promise<Round['cores']> {
  const used = () => Object.entries(pids).map(([who, pid]) => [who, pid === undefined ? undefined : cpuSeconds(pid)]);
  await sleep(roundMs * 0.4);
  const [before, since] = [used(), performance.now()];
  await sleep(roundMs * 0.5);
  const [after, seconds] = [Object.fromEntries(used()) as Record<string, number>, (performance.now() - since) / 1000];
  return Object.fromEntries(
    before.flatMap(([who, start]) => {
      const end = after[String(who)];
      return typeof start === 'number' && end !== undefined ? [[who, (end - start) / seconds]] : [];
    }),
  );
}
