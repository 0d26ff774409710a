import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadActivations, verifyChecks, writeCheckRequests } from './activations.ts';
import { findMariadbd, startMariadb, type Mariadb } from '../bin/mariadb.js';
import { prepareStore, startEngine, verify, type Store } from './engine.ts';
import { CALLS, questionsAbout, writeRequests, type Call } from './keys.ts';
import { loadLicenses, verifyLicenses, writeLicenseRequests } from './licenses.ts';
import { startServer, type Server } from './process.ts';

export const BARE = 'node:http, constant JSON';
const SQLITE = 'SQLite';
const MARIADB = 'MariaDB';
const QUESTIONS = 50_000;
const VERIFIED = 60;

/** One line of the table: a server and what it is asked. */
export interface Row {
  readonly name: string;
  /** What rows with different numbers of keys have in common. */
  readonly series: string | undefined;
  readonly server: Server;
  readonly database: number | undefined;
  /** For the load generator; see requests.lua. */
  readonly requests: string;
  /** Lines between the beginnings of two rounds, where no request may come twice. */
  readonly stride?: number;
}

export interface Plan {
  readonly folder: string;
  readonly sizes: readonly number[];
  readonly isWanted: (name: string) => boolean;
  /** Given to node when it starts an engine, as for a profile. */
  readonly nodeOptions: readonly string[];
  say(progress: string): void;
}

export interface Stage {
  readonly rows: readonly Row[];
  /** Their versions. */
  readonly databases: readonly string[];
  stop(): Promise<void>;
}

/** Starts every server that has a wanted row. All of them run until the end; one at a time is measured. */
export async function setStage(plan: Plan): Promise<Stage> {
  const mariadb = await startMariadbIfWanted(plan);
  const rows = await startBaselines(plan);
  const databases = new Set<string>();
  for (const database of [SQLITE, MARIADB]) {
    if (database === MARIADB && mariadb === undefined) continue;
    for (const keys of plan.sizes) {
      const wanted = wantedRows(plan, database, keys);
      if (wanted.length === 0) continue;
      const folder = join(plan.folder, `${database}-${keys}`);
      const sqliteUrl = `sqlite:${join(folder, 'bench.sqlite')}`;
      const store = {
        folder,
        keys,
        databaseUrl: database === SQLITE ? sqliteUrl : (mariadb?.url(`bench_${keys}`) ?? ''),
      };
      databases.add(await prepare(plan, store, database));

      const server = await startEngine(store, plan.nodeOptions);
      const questions = questionsAbout(keys, QUESTIONS);
      await verify(server, questions.slice(0, VERIFIED));
      for (const { call, series, name } of wanted) {
        const requests = join(folder, `${call.replace(' ', '-')}.requests`);
        writeRequests(requests, questions, call);
        rows.push({ name, series, server, database: database === MARIADB ? mariadb?.pid : undefined, requests });
      }
    }
  }
  for (const database of [SQLITE, MARIADB]) {
    const name = licensesRow(database);
    if (!plan.isWanted(name) || (database === MARIADB && mariadb === undefined)) continue;
    const folder = join(plan.folder, `${database}-licenses`);
    const clients = Math.min(CLIENTS, Math.max(...plan.sizes));
    const sqliteUrl = `sqlite:${join(folder, 'bench.sqlite')}`;
    const databaseUrl = database === SQLITE ? sqliteUrl : (mariadb?.url('bench_licenses') ?? '');
    const store = { folder, keys: clients, databaseUrl };
    databases.add(await prepareStore(store, { module: 'orbit-customer', load: loadLicenses }));
    const server = await startEngine(store, plan.nodeOptions);
    await verifyLicenses(server, clients);
    const requests = join(folder, 'licenses.requests');
    writeLicenseRequests(requests, clients, QUESTIONS);
    rows.push({
      name,
      series: undefined,
      server,
      database: database === MARIADB ? mariadb?.pid : undefined,
      requests,
    });
  }
  for (const database of [SQLITE, MARIADB]) {
    const name = activationsRow(database);
    if (!plan.isWanted(name) || (database === MARIADB && mariadb === undefined)) continue;
    const folder = join(plan.folder, `${database}-activations`);
    const count = Math.max(...plan.sizes);
    const sqliteUrl = `sqlite:${join(folder, 'bench.sqlite')}`;
    const databaseUrl = database === SQLITE ? sqliteUrl : (mariadb?.url('bench_activations') ?? '');
    const store = { folder, keys: count, databaseUrl };
    databases.add(await prepareStore(store, { module: 'extstars-accounts', load: loadActivations }));
    const server = await startEngine(store, plan.nodeOptions);
    await verifyChecks(server, count, CHECKS);
    const requests = join(folder, 'checks.requests');
    writeCheckRequests(requests, count, CHECKS);
    const pid = database === MARIADB ? mariadb?.pid : undefined;
    rows.push({ name, series: undefined, server, database: pid, requests, stride: STRIDE });
  }
  return {
    rows,
    databases: [...databases],
    async stop() {
      await Promise.all([...new Set(rows.map(({ server }) => server))].map((server) => server.stop()));
      await mariadb?.stop();
    },
  };
}

/** The bare one always: all others are compared with it. */
async function startBaselines(plan: Plan): Promise<Row[]> {
  const requests = join(plan.folder, 'constant.requests');
  writeFileSync(requests, 'GET\t/\t\n');
  const rows: Row[] = [];
  for (const [name, kind] of [
    [BARE, 'bare'],
    ['Express 5, constant JSON', 'express'],
    ['Express 5, born prototypes', 'express-born'],
  ] as const) {
    if (name !== BARE && !plan.isWanted(name)) continue;
    const server = await startServer({ command: [join(import.meta.dirname, 'baseline.js'), kind], readyAt: '/' });
    rows.push({ name, series: undefined, server, database: undefined, requests });
  }
  return rows;
}

async function startMariadbIfWanted(plan: Plan): Promise<Mariadb | undefined> {
  const licenses = plan.isWanted(licensesRow(MARIADB)) ? [{ name: licensesRow(MARIADB) }] : [];
  const activations = plan.isWanted(activationsRow(MARIADB)) ? [{ name: activationsRow(MARIADB) }] : [];
  const wanted = [...plan.sizes.flatMap((keys) => wantedRows(plan, MARIADB, keys)), ...licenses, ...activations];
  if (wanted.length === 0) return undefined;
  if (findMariadbd() !== undefined) return startMariadb({ bufferPool: '1G' });
  plan.say(`Left out, because mariadbd is not installed: ${wanted.map(({ name }) => name).join(' · ')}`);
  return undefined;
}

/** Clients with one to three licences each; `--quick` takes fewer. */
const CLIENTS = 100_000;
const licensesRow = (database: string): string => `licenses of a client, ${database}`;

/** Devices that check for the first time, more of them than a round can ask about. */
const STRIDE = 30_000;
const CHECKS = 10 * STRIDE;
const activationsRow = (database: string): string => `activation check, ${database}`;

const wantedRows = (plan: Plan, database: string, keys: number) =>
  (Object.keys(CALLS) as Call[])
    .map((call) => ({ call, series: `${call}, ${database}` }))
    .map((row) => ({ ...row, name: `${row.series}, ${keys.toLocaleString('en')} keys` }))
    .filter(({ name }) => plan.isWanted(name));

async function prepare(plan: Plan, store: Store, database: string): Promise<string> {
  const since = performance.now();
  const version = await prepareStore(store);
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  plan.say(`Loaded ${store.keys.toLocaleString('en')} keys into ${database} in ${seconds} s`);
  return version;
}
