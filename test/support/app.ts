import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import supertest, { type Test } from 'supertest';
import type { Knex } from 'knex';
import type { Config } from '#config/schema';
import { loadConfig } from '#config/load';
import { createApp, type App } from '#core/app';
import type { Context } from '#core/context';
import { createLog } from '#core/log';
import type { Module } from '#core/module';
import { shippedModules } from '#modules/index';
import { testClock, type TestClock } from './clock.ts';
import { inspector } from './inspect.ts';

/** Credentials of the first administrator of every test. */
export const ADMIN = {
  email: 'admin@example.com',
  password: 'Correct-Horse-7',
  token: 'AdminToken0123456789abcdefABCDEF',
};

export interface TestApp {
  /** The engine of the running test. */
  readonly app: App;
  readonly clock: TestClock;
  /** A context for what no request asks for. */
  system(): Context;
  /** Calls an endpoint and gives back `result`; fails the test on an error answer. */
  call<T = unknown>(who: Caller, path: string, params?: object): Promise<T>;
  /** Calls an endpoint and gives back `error`; fails the test on a result. */
  refusal(who: Caller, path: string, params?: object): Promise<{ message: string; code: number; status: number }>;
  request(method: 'get' | 'post' | 'put' | 'delete', path: string): Test;
  /** Runs `work` beside a second process on the same database. */
  together<T>(work: (other: App) => Promise<T>): Promise<T>;
  /** A browser: keeps its cookies. */
  browser(): ReturnType<typeof supertest.agent>;
  /** What was mailed in this test, as the files of the outbox. */
  mails(): Promise<string[]>;
  /** Delivers events until none is due. */
  settle(): Promise<void>;
  /** The running test leaves data that is not sound, on purpose: the doctor, who is asked after each test, is not. */
  plantsFaults(): void;
}

export interface Caller {
  readonly role: 'guest' | 'client' | 'admin';
  readonly token?: string;
}
export const guest: Caller = { role: 'guest' };
export const admin: Caller = { role: 'admin', token: ADMIN.token };
export const staff = (token: string): Caller => ({ role: 'admin', token });
export const client = (token: string): Caller => ({ role: 'client', token });

interface Setup {
  /** Default: those that ship. */
  readonly modules?: readonly Module[];
  /** Modules that are not active by themselves but shall be. */
  readonly install?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A fresh engine for each test of the surrounding `describe`, on SQLite or on the server that DATABASE_URL names. */
export function useApp({ modules = shippedModules, install = [], environment = {} }: Setup = {}): TestApp {
  const stage = createStage(modules, install, environment);
  let app: App;
  let clock: TestClock;
  let hasFaults = false;
  beforeEach(async () => {
    hasFaults = false;
    ({ app, clock } = await stage.open());
  });
  afterEach(async function () {
    const isSound = !hasFaults && this.currentTest?.state === 'passed';
    const findings = isSound ? await app.examine() : [];
    await stage.close();
    assert.deepEqual(findings, [], 'the doctor found something after the test');
  });
  after(() => stage.end());

  const post = (who: Caller, path: string, params: object): Test => {
    const test = supertest(app.server).post(`/api/${who.role}/${path}`).send(params);
    return who.token === undefined ? test : test.auth(who.role, who.token);
  };
  return {
    get app() {
      return app;
    },
    get clock() {
      return clock;
    },
    system: () => app.system(),
    async call<T>(who: Caller, path: string, params: object = {}) {
      const { body } = (await post(who, path, params)) as { body: { result: T; error: unknown } };
      assert.equal(body.error, null, `${who.role}/${path} answered ${JSON.stringify(body.error)}`);
      return body.result;
    },
    async refusal(who, path, params = {}) {
      const { body, status } = await post(who, path, params);
      const answer = body as { result: unknown; error: { message: string; code: number } | null };
      assert.ok(answer.error, `${who.role}/${path} answered ${JSON.stringify(answer.result)}`);
      return { ...answer.error, status };
    },
    request: (method, path) => supertest(app.server)[method](path),
    together: (work) => stage.together(work),
    browser: () => supertest.agent(app.server),
    async mails() {
      const folder = join(app.config.dataDir, 'outbox');
      const names = await readdir(folder).catch(() => []);
      return Promise.all(
        names
          .filter((name) => name.endsWith('.eml'))
          .toSorted(new Intl.Collator('en', { numeric: true }).compare)
          .map((name) => readFile(join(folder, name), 'utf8')),
      );
    },
    settle: async () => void (await app.bus.deliverDue()),
    plantsFaults: () => void (hasFaults = true),
  };
}

/** Migrating takes longer than most tests, so it is done once per `describe` and its outcome is what each test begins with. */
function createStage(
  modules: readonly Module[],
  install: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-test-'));
  const server = process.env['DATABASE_URL']?.startsWith('mysql:') ? process.env['DATABASE_URL'] : undefined;
  const template = join(folder, 'template.sqlite');
  let opened: App | undefined;
  let seeds: Seeds | undefined;
  let isPrepared = false;
  let count = 0;
  const mistakes: string[] = [];

  let clock = testClock();
  const make = (databaseUrl: string, dataDir: string, time = testClock()): { app: App; clock: TestClock } => {
    const config: Config = loadConfig({
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      ADMIN_API_TOKEN: ADMIN.token,
      APP_SECRET: 'a secret of thirty-two characters',
      RATE_LIMITS: 'off',
      CRON: 'off',
      LOG_LEVEL: 'silent',
      ...environment,
    });
    clock = time;
    return {
      app: createApp({
        config,
        modules,
        clock: clock.now,
        log: createLog(config.logLevel),
        inspect: inspector(mistakes),
      }),
      clock,
    };
  };

  async function prepare(databaseUrl: string): Promise<void> {
    const { app } = make(databaseUrl, folder);
    if (server !== undefined) await emptyDatabase(app.database.knex);
    await app.migrate();
    for (const name of install) await app.catalog.install(app.system(), name);
    await app.bus.deliverDue();
    if (server !== undefined) seeds = await readAll(app.database.knex);
    else await app.database.knex.raw('pragma wal_checkpoint(truncate)');
    await app.close();
    isPrepared = true;
  }

  return {
    async open() {
      if (!isPrepared) await prepare(server ?? `sqlite:${template}`);
      const dataDir = join(folder, String(++count));
      const file = join(folder, `${count}.sqlite`);
      if (server === undefined) copyFileSync(template, file);
      const { app, clock } = make(server ?? `sqlite:${file}`, dataDir);
      if (seeds !== undefined) await restoreAll(app.database.knex, seeds);
      await app.catalog.refresh();
      app.server.listen(0, '127.0.0.1');
      await once(app.server, 'listening');
      opened = app;
      return { app, clock };
    },
    async close() {
      if (opened === undefined) return;
      opened.server.closeAllConnections();
      opened.server.close();
      await opened.close();
      opened = undefined;
      assert.deepEqual(mistakes.splice(0), []);
    },
    async together<T>(work: (other: App) => Promise<T>): Promise<T> {
      if (opened === undefined) throw new Error('No engine is open.');
      const { app } = make(opened.config.databaseUrl, opened.config.dataDir, clock);
      await app.catalog.refresh();
      return work(app).finally(() => app.close());
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

type Seeds = readonly { readonly table: string; readonly rows: readonly object[] }[];

async function tables(db: Knex): Promise<string[]> {
  const [rows] = (await db.raw('show tables')) as [Record<string, string>[]];
  return rows.map((row) => Object.values(row)[0] ?? '');
}

export async function emptyDatabase(db: Knex): Promise<void> {
  for (const table of await tables(db)) await db.schema.dropTable(table);
}

async function readAll(db: Knex): Promise<Seeds> {
  return Promise.all((await tables(db)).map(async (table) => ({ table, rows: (await db(table)) as object[] })));
}

async function restoreAll(db: Knex, seeds: Seeds): Promise<void> {
  const known = new Set(seeds.map(({ table }) => table));
  for (const table of await tables(db)) if (!known.has(table)) await db.schema.dropTable(table);
  for (const { table, rows } of seeds) {
    await db(table).del();
    if (rows.length > 0) await db(table).insert(rows);
  }
}
