import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '#config/schema';
import { createLog } from '#core/log';
import { announce, Failed } from './command.ts';
import { openEngine } from './engine.ts';
import type { Terminal } from './terminal.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long did not die of its start. */
const HEALTHY_MS = 60_000;
const GIVE_UP_MS = 9_800;

/** WEB_CONCURRENCY above 1: this process migrates, starts the others, and starts anew whichever dies. It answers nothing itself. */
export async function supervise(config: Config, terminal: Terminal): Promise<void> {
  const log = createLog(config.logLevel);
  const { app } = await openEngine(config, log);
  try {
    await app.migrate();
  } finally {
    await app.close();
  }

  let isStopping = false;
  const alive = new Set<Worker>();
  const start = (): Worker => {
    const worker = cluster.fork();
    alive.add(worker);
    worker.once('exit', () => alive.delete(worker));
    return worker;
  };

  async function keepAlive(first: Worker): Promise<void> {
    let worker = first;
    for (let failures = 0; ;) {
      const startedAt = Date.now();
      const [code, signal] = (await once(worker, 'exit')) as [number | null, string | null];
      if (isStopping) return;
      failures = Date.now() - startedAt > HEALTHY_MS ? 0 : failures + 1;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
      log.error('a process died and is started again', { pid: worker.process.pid, code, signal, pause });
      await sleep(pause);
      if (isStopping) return;
      worker = start();
    }
  }

  function stop(): void {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => {
      for (const worker of alive) worker.process.kill('SIGKILL');
      process.exit(1);
    }, GIVE_UP_MS).unref();
    const ends = [...alive].map((worker) => once(worker, 'exit') as Promise<[number | null, string | null]>);
    for (const worker of alive) worker.process.kill('SIGTERM');
    // One that is still starting does not know the signal yet and has nothing to finish.
    const isInOrder = ([code, signal]: [number | null, string | null]): boolean => code === 0 || signal === 'SIGTERM';
    void Promise.all(ends).then((outcomes) => process.exit(outcomes.every(isInOrder) ? 0 : 1));
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);

  // One goes ahead: what keeps it from starting keeps all of them, and is said once.
  const first = start();
  const address = await whereItListens(first);
  if (isStopping) return;
  if (address === undefined) throw new Failed();
  for (const worker of [first, ...Array.from({ length: config.processes - 1 }, start)]) void keepAlive(worker);
  announce(terminal, config, address.port);
}

/** undefined when the process ended instead, having said why. */
const whereItListens = (worker: Worker): Promise<Pick<AddressInfo, 'port'> | undefined> =>
  new Promise((resolve) => {
    worker.once('listening', (address) => resolve({ port: address.port }));
    worker.once('exit', () => resolve(undefined));
  });
