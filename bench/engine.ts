import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { loadConfig } from '#config/load';
import { createApp } from '#core/app';
import { shippedModules } from '#modules/index';
import { CALLS, isUsable, keyAt, loadKeys, VISIBLE_CONFIG, type Call, type Question } from './keys.ts';
import { startServer, type Server } from './process.ts';

const APP_SECRET = 'a secret of the benchmark, which guards nothing';

/** Where the keys of one engine are. */
export interface Store {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly keys: number;
}

const environment = ({ folder, databaseUrl }: Store) => ({
  DATA_DIR: folder,
  DATABASE_URL: databaseUrl,
  APP_SECRET,
  ADMIN_EMAIL: 'bench@example.com',
  ADMIN_PASSWORD: 'Nobody-Signs-In-1',
  ADMIN_API_TOKEN: 'BenchToken0123456789abcdefABCDEF',
  RATE_LIMITS: 'off',
  CRON: 'off',
  LOG_LEVEL: 'silent',
});

/** What an engine is asked about. */
export interface Filling {
  readonly module: string;
  load(db: Knex, appSecret: string, count: number): Promise<void>;
}

const KEYS: Filling = { module: 'serviceapikey', load: loadKeys };

/** Installs the engine and a module, fills its tables and answers with the version of the database. */
export async function prepareStore(store: Store, { module, load }: Filling = KEYS): Promise<string> {
  mkdirSync(store.folder, { recursive: true });
  const app = createApp({ config: loadConfig(environment(store)), modules: shippedModules });
  try {
    await app.migrate();
    await app.catalog.install(app.system(), module);
    const { knex, kind } = app.database;
    if (kind === 'sqlite') await knex.raw('pragma cache_size = -262144'); // random index pages of a million keys
    await load(knex, APP_SECRET, store.keys);
    const asked = await knex
      .select(knex.raw(`${kind === 'sqlite' ? 'sqlite_version' : 'version'}() as version`))
      .first<{ version: string }>();
    return `${kind === 'sqlite' ? 'SQLite' : 'MariaDB'} ${asked.version}`;
  } finally {
    await app.close();
  }
}

/** The built engine, as its own process. */
export const startEngine = (store: Store, nodeOptions: readonly string[]): Promise<Server> =>
  startServer({
    command: [...nodeOptions, join(import.meta.dirname, '../dist/bin/tollkeeper.js'), 'serve'],
    env: environment(store),
    readyAt: '/readyz',
  });

/**
 * A fast wrong answer is worth nothing: some of what will be asked, compared with what is known of the keys. All at once,
 * because look-ups that wait together share a statement.
 */
export async function verify(server: Server, questions: readonly Question[]): Promise<void> {
  await Promise.all(
    questions.map(async ({ index, isKnown }) => {
      const [check, info, license] = await Promise.all([
        ask(server, 'check', index),
        ask(server, 'get_info', index),
        ask(server, 'licence check', index),
      ]);
      const isRight = isKnown
        ? check === `{"result":${isUsable(index)},"error":null}` &&
          info.includes(VISIBLE_CONFIG) &&
          license.includes(isUsable(index) ? '"valid":true' : '"code":1006')
        : [check, info].every((answer) => answer.includes('"API key does not exist"')) &&
          license.includes('"code":1005');
      if (!isRight) throw new Error(`Wrong answers for key ${index}: ${check} ${info} ${license}`);
    }),
  );
}

async function ask({ url }: Server, call: Call, index: number): Promise<string> {
  const { path, bodyOf } = CALLS[call];
  const body = JSON.stringify(bodyOf(keyAt(index)));
  return (await fetch(`${url}/api/guest/${path}`, { method: 'POST', body })).text();
}
