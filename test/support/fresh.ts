import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#config/load';
import { createApp, type App } from '#core/app';
import { createLog } from '#core/log';
import { emptyDatabase } from './app.ts';
import { panelModules } from './panel.ts';

/** An engine that has just been started for the first time, at an address of its own. */
export interface Fresh {
  readonly url: string;
  readonly app: App;
  /** What it printed while it started. */
  readonly printed: string;
  end(): Promise<void>;
}

export async function openFresh(environment: Readonly<Record<string, string>> = {}): Promise<Fresh> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollkeeper-fresh-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = process.env['DATABASE_URL']?.startsWith('mysql:') ? process.env['DATABASE_URL'] : undefined;
  const config = loadConfig({
    PORT: String(port),
    BASE_URL: url,
    DATA_DIR: dataDir,
    DATABASE_URL: server ?? `sqlite:${join(dataDir, 'fresh.sqlite')}`,
    APP_SECRET: 'a secret of thirty-two characters',
    RATE_LIMITS: 'off',
    CRON: 'off',
    LOG_LEVEL: 'silent',
    ...environment,
  });
  let skew = 0;
  const clock = (): Date => new Date(Date.now() + skew);
  const app = createApp({ config, modules: panelModules, clock, log: createLog(config.logLevel) });
  if (server !== undefined) await emptyDatabase(app.database.knex);
  const printed = await overhear(() => app.migrate());
  await app.bus.deliverDue();
  skew = 2000; // what changed while it started is seen by the first request
  app.server.listen(port, '127.0.0.1');
  await once(app.server, 'listening');
  return {
    url,
    app,
    printed,
    async end() {
      app.server.closeAllConnections();
      app.server.close();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What `work` prints for people. */
export async function overhear(work: () => Promise<unknown>): Promise<string> {
  const printed: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => printed.push(String(text)) > 0;
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return printed.join('');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
