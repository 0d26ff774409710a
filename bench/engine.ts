import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '#config/load';
import { createApp } from '#core/app';
import { shippedModules } from '#modules/index';
import { isUsable, keyAt, loadKeys, VISIBLE_CONFIG, type Question } from './keys.ts';
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

/** Installs the engine and its API key module, loads the keys and answers with the version of the database. */
export async function prepareStore(store: Store): Promise<string> {
  mkdirSync(store.folder, { recursive: true });
  const app = createApp({ config: loadConfig(environment(store)), modules: shippedModules });
  try {
    await app.migrate();
    await app.catalog.install(app.system(), 'serviceapikey');
    const { knex, kind } = app.database;
    if (kind === 'sqlite') await knex.raw('pragma cache_size = -262144'); // random index pages of a million keys
    await loadKeys(knex, APP_SECRET, store.keys);
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
      const [check, info] = await Promise.all([ask(server, 'check', index), ask(server, 'get_info', index)]);
      const isRight = isKnown
        ? check === `{"result":${isUsable(index)},"error":null}` && info.includes(VISIBLE_CONFIG)
        : [check, info].every((answer) => answer.includes('"API key does not exist"'));
      if (!isRight) throw new Error(`Wrong answers for key ${index}: ${check} ${info}`);
    }),
  );
}

async function ask({ url }: Server, method: string, index: number): Promise<string> {
  const body = JSON.stringify({ key: keyAt(index) });
  return (await fetch(`${url}/api/guest/serviceapikey/${method}`, { method: 'POST', body })).text();
}
