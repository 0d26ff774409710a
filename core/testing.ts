import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#config/load';
import type { AdminActor, ClientActor, Rights } from './actor.ts';
import { createApp, type App } from './app.ts';
import type { Context } from './context.ts';
import { later } from './clock.ts';
import { createLog } from './log.ts';
import { defineModule, type Module } from './module.ts';

/** For the tests of any module: `import { startEngine, admin, client, guest } from 'tollkeeper/testing'`. */

export interface TestEngine {
  readonly app: App;
  readonly baseUrl: string;
  /** A context for calling services directly. */
  system(): Context;
  /** Calls an endpoint over HTTP: `call(client(7), 'notes/add', { text })`. An error answer is thrown as a CallError. */
  call(who: Caller, path: string, params?: object): Promise<unknown>;
  /** Delivers events until none is due. */
  settle(): Promise<void>;
  /** Runs a job, `module.name`, and throws what it throws. */
  runJob(id: string): Promise<void>;
  advance(milliseconds: number): void;
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** With the modules they use. All are installed. */
  readonly modules: readonly Module[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Someone who calls. Clients and staff need no account: the engine under test believes who they say they are. */
export type Caller = { readonly role: 'guest' } | { readonly role: 'client' | 'admin'; readonly token: string };

export const guest: Caller = { role: 'guest' };
export const client = (id: number): Caller => caller('client', { id });
/** Staff who may do everything, or what `rights` grant: `{ notes: { access: true, view: true } }`. */
export const admin = (rights: Rights = 'all'): Caller => caller('admin', { id: 1, rights });

/** What an endpoint answered instead of a result. */
export class CallError extends Error {
  readonly code: number;
  readonly status: number;
  constructor(message: string, code: number, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const caller = (role: 'client' | 'admin', claim: object): Caller => ({
  role,
  token: Buffer.from(JSON.stringify(claim)).toString('base64url'),
});

/** Takes the word of whoever calls for who that is. */
const believer = defineModule({
  name: 'testing',
  title: 'Testing',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    authenticators: [
      {
        role: 'client',
        byToken: async (_ctx, token) => asClient(claimIn(token)),
        byId: async (_ctx, id) => asClient({ id }),
      },
      {
        role: 'admin',
        byToken: async (_ctx, token) => asAdmin(claimIn(token)),
        byId: async (_ctx, id) => asAdmin({ id }),
      },
    ],
  }),
});

interface Claim {
  readonly id: number;
  readonly rights?: Rights;
}

const claimIn = (token: string): Claim => JSON.parse(Buffer.from(token, 'base64url').toString()) as Claim;
const asClient = ({ id }: Claim): ClientActor => ({
  kind: 'client',
  id,
  email: `client${id}@example.com`,
  mustConfirmEmail: false,
});
const asAdmin = ({ id, rights = 'all' }: Claim): AdminActor => ({
  kind: 'admin',
  id,
  email: `admin${id}@example.com`,
  rights,
});

/** An engine on a temporary SQLite file and a free port of the loopback interface. */
export async function startEngine({ modules, environment = {} }: EngineOptions): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'tollkeeper-module-'));
  const config = loadConfig({
    PORT: '0',
    DATA_DIR: folder,
    RATE_LIMITS: 'off',
    CRON: 'off',
    LOG_LEVEL: 'silent',
    ...environment,
  });
  let ahead = 0;
  const clock = (): Date => later(new Date(Date.now()), ahead); // eslint-disable-line local/time-is-ctx-now -- it is the clock
  const app = createApp({ config, modules: [believer, ...modules], clock, log: createLog(config.logLevel) });
  await app.migrate();
  for (const { module, state } of app.catalog.list())
    if (state === 'absent') await app.catalog.install(app.system(), module.name);
  await app.migrate();
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const baseUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  return {
    app,
    baseUrl,
    system: () => app.system(),
    call: (who, path, params = {}) => call(`${baseUrl}/api/${who.role}/${path}`, who, params),
    settle: async () => void (await app.bus.deliverDue()),
    async runJob(id) {
      const found = app.jobs().find((job) => job.id === id);
      if (found === undefined) throw new Error(`There is no job ${id}.`);
      await found.job.run(app.system());
    },
    advance(milliseconds) {
      ahead += milliseconds;
    },
    async stop() {
      app.server.closeAllConnections();
      app.server.close();
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function call(url: string, who: Caller, params: object): Promise<unknown> {
  const authorization =
    who.role === 'guest' ? undefined : `Basic ${Buffer.from(`${who.role}:${who.token}`).toString('base64')}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify(params),
  });
  const { result, error } = (await response.json()) as {
    result: unknown;
    error: { message: string; code: number } | null;
  };
  if (error !== null) throw new CallError(error.message, error.code, response.status);
  return result;
}
