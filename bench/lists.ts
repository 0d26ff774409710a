/**
 * `npm run bench:lists -- [--quick] [--database sqlite|mariadb]`: the lists of the panel with 100,000 clients and a million lines of
 * activity, on page 1, in the middle and at the end. README.md tells what is asked of them.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Knex } from 'knex';
import { loadConfig } from '#config/load';
import { createApp, type App } from '#core/app';
import { createSecrets } from '#core/secret';
import { shippedModules } from '#modules/index';
import { findMariadbd, startMariadb } from '../bin/mariadb.js';
import { always, fill, numbered, oneOf, scattered, times } from './fill.ts';
import { median } from './report.ts';

const TOKEN = 'BenchToken0123456789abcdefABCDEF';
const APP_SECRET = 'a secret of the benchmark, which guards nothing';
const MOST_QUERIES = 8;
const MOST_GROWTH = 2;
const PER_PAGE = 100;

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, database: { type: 'string', default: '' } },
});
const clients = values.quick ? 10_000 : 100_000;
const activity = values.quick ? 100_000 : 1_000_000;
const rounds = values.quick ? 3 : 9;

/** What is asked, in the order of the table below. */
const LISTS = [
  'client/get_list',
  'client/balance_get_list',
  'client/login_history_get_list',
  'activity/log_get_list',
  'email/email_get_list',
  'email/get_queue',
  'staff/get_list',
  'staff/login_history_get_list',
  'notification/get_list',
] as const;

const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-lists-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const failures: string[] = [];
if (values.database !== 'mariadb') await measure('SQLite', `sqlite:${join(folder, 'bench.sqlite')}`);
if (values.database !== 'sqlite' && findMariadbd() !== undefined) {
  const server = await startMariadb({ bufferPool: '1G' });
  try {
    await measure('MariaDB', server.url('lists'));
  } finally {
    await server.stop();
  }
}
console.log(failures.length === 0 ? '\nEvery list is within its limits.' : ['', ...failures].join('\n'));
process.exit(failures.length === 0 ? 0 : 1);

async function measure(database: string, databaseUrl: string): Promise<void> {
  const app = createApp({ config: loadConfig(environment(databaseUrl)), modules: shippedModules });
  await app.migrate();
  await app.catalog.install(app.system(), 'notification');
  const since = performance.now();
  await fillAll(app.database.knex);
  console.error(`Filled ${database} in ${((performance.now() - since) / 1000).toFixed(1)} s`);
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');

  console.log(`\n| ${database} | rows | queries | page 1, ms | middle | end | slowest : page 1 |`);
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const list of LISTS) {
    const { total, queries, medians } = await time(app, list);
    const growth = Math.max(...medians) / (medians[0] ?? NaN);
    const figures = medians.map((figure) => figure.toFixed(1)).join(' | ');
    console.log(`| ${list} | ${total.toLocaleString('en')} | ${queries} | ${figures} | ${growth.toFixed(2)}× |`);
    if (queries > MOST_QUERIES) failures.push(`${database}: ${list} makes ${queries} queries.`);
    if (growth > MOST_GROWTH) failures.push(`${database}: ${list} is ${growth.toFixed(2)} times slower far on.`);
  }
  app.server.closeAllConnections();
  app.server.close();
  await app.close();
}

/** The three pages in turns, so that a machine that grows slower does so for all of them. */
async function time(app: App, list: string): Promise<{ total: number; queries: number; medians: number[] }> {
  const { total, pages } = (await ask(app, list, 1)).result;
  const asked = [1, Math.max(1, Math.round(pages / 2)), Math.max(1, pages)];
  const times: number[][] = asked.map(() => []);
  const queries: number[][] = asked.map(() => []);
  for (let round = -2; round < rounds; round++) {
    for (const [index, page] of asked.entries()) {
      const answer = await ask(app, list, page);
      if (answer.result.list.length === 0 && total > 0) throw new Error(`${list}: page ${page} is empty.`);
      queries[index]?.push(answer.queries);
      if (round >= 0) times[index]?.push(answer.ms);
    }
  }
  // Once a second a call learns besides what staff changed meanwhile; that is no cost of the list.
  return { total, queries: Math.max(...queries.map(median)), medians: times.map(median) };
}

interface Answer {
  readonly result: { readonly total: number; readonly pages: number; readonly list: readonly unknown[] };
  readonly queries: number;
  readonly ms: number;
}

/** One call by HTTP, with the queries that were made meanwhile; who is calling is looked up besides, in one read. */
async function ask(app: App, list: string, page: number): Promise<Answer> {
  const { port } = app.server.address() as { port: number }; // it listens on a port
  let queries = 0;
  const count = (): void => void queries++;
  app.database.knex.on('query', count);
  const since = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/api/admin/${list}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`admin:${TOKEN}`).toString('base64')}` },
    body: JSON.stringify({ page, per_page: PER_PAGE }),
  });
  const { result, error } = (await response.json()) as { result: Answer['result']; error: unknown };
  const ms = performance.now() - since;
  app.database.knex.removeListener('query', count);
  if (error !== null) throw new Error(`${list}: ${JSON.stringify(error)}`);
  return { result, queries: queries + 1, ms };
}

/** As the modules would have written it in a year. */
async function fillAll(db: Knex): Promise<void> {
  const since = new Date(Date.now() - 365 * 86_400_000);
  const { seal } = createSecrets(APP_SECRET);
  const letter = seal('activity_client_email.content', '<p>Your invoice is attached.</p>');
  const queued = seal('email_queue.content', '<p>Your invoice is attached.</p>');
  const of = (count: number) => times(db, since, Math.floor((365 * 86_400_000) / count));
  await fill(db, 'client', clients, {
    email: numbered('client', '@example.com'), status: oneOf('active', 'active', 'active', 'suspended', 'canceled'),
    first_name: numbered('Kay '), last_name: oneOf('Ng', 'Li', 'Smith', 'Okoro'), currency: always('USD'),
    country: oneOf('US', 'DE', 'CN', 'FI'), client_group_id: always(1), created_at: of(clients), updated_at: of(clients),
  }); // prettier-ignore
  await fill(db, 'client_balance', clients, {
    client_id: scattered(clients), type: always('gift'), line_amount: scattered(10_000), currency: always('USD'),
    description: numbered('Gift '), created_at: of(clients),
  }); // prettier-ignore
  await fill(db, 'activity_system', activity, {
    priority: (n) => `case (${n}) % 10 when 0 then 3 when 1 then 4 else 6 end`,
    admin_id: (n) => `case (${n}) % 3 when 0 then 1 end`,
    client_id: (n) => `case (${n}) % 3 when 0 then null else ${scattered(clients)(n)} end`,
    message: numbered('Updated client #'), ip: oneOf('203.0.113.7', '198.51.100.1', '2001:db8::1'), created_at: of(activity),
  }); // prettier-ignore
  for (const [table, account] of [['activity_client_history', 'client_id'], ['activity_admin_history', 'admin_id']] as const)
    await fill(db, table, activity, {
      [account]: account === 'client_id' ? scattered(clients) : scattered(50), ip: always('203.0.113.7'), created_at: of(activity),
    }); // prettier-ignore
  await fill(db, 'activity_client_email', activity / 4, {
    client_id: scattered(clients), sender: always('shop@example.com'), recipients: numbered('client', '@example.com'),
    subject: numbered('Invoice #'), content_html: always(letter), created_at: of(activity / 4),
  }); // prettier-ignore
  await fill(db, 'email_queue', clients, {
    posting: numbered('posting-'), recipient: numbered('client', '@example.com'), sender: always('shop@example.com'),
    subject: numbered('Invoice #'), content: always(queued), client_id: scattered(clients), priority: scattered(3), tries: always(0),
    status: always('pending'), send_at: of(clients), created_at: of(clients), updated_at: of(clients),
  }); // prettier-ignore
  await fill(db, 'notification', clients, {
    message: numbered('Order #'),
    created_at: of(clients),
    updated_at: of(clients),
  });
  const pass = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  await fill(db, 'admin', 2000, {
    email: numbered('staff', '@example.com'), email_key: numbered('staff', '@example.com'), pass: always(pass),
    name: numbered('Sam '), status: always('active'), created_at: of(2000), updated_at: of(2000),
  }); // prettier-ignore
  await fill(db, 'admin_group_member', 2000, {
    admin_id: (n) => `${n} + 2`,
    admin_group_id: always(2),
    created_at: of(2000),
  });
  await db.raw(db.client.config.client === 'mysql2' ? 'analyze table client, activity_system, activity_client_history, activity_admin_history, client_balance, activity_client_email, email_queue, notification' : 'analyze'); // prettier-ignore
}

function environment(databaseUrl: string): Record<string, string> {
  return {
    DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
    APP_SECRET,
    ADMIN_EMAIL: 'bench@example.com',
    ADMIN_PASSWORD: 'Nobody-Signs-In-1',
    ADMIN_API_TOKEN: TOKEN,
    RATE_LIMITS: 'off',
    CRON: 'off',
    LOG_LEVEL: 'silent',
  };
}
