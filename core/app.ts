import { join } from 'node:path';
import type { Server } from 'node:http';
import { Redis } from 'ioredis';
import type { Config } from '#config/schema';
import { coreMigrations } from '#migrations/index';
import { systemActor, type Actor } from './actor.ts';
import { boot } from './boot.ts';
import { createBus, type Bus } from './bus.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Context } from './context.ts';
import { connect, type Database } from './db/connect.ts';
import { listPending, migrate } from './db/migrate.ts';
import { refuseHalfRestored, unfinishedRestore } from './db/restore.ts';
import { messageOf, notFound } from './error.ts';
import { createApi } from './http/api.ts';
import { createDispatch, type Road } from './http/dispatch.ts';
import { createFossbilling } from './http/fossbilling.ts';
import { createGates } from './http/gate.ts';
import { createLimits } from './http/limit.ts';
import { createMounts } from './http/mounts.ts';
import { describeApi, type OpenApi } from './http/openapi.ts';
import { createHttpServer } from './http/server.ts';
import { createSessions } from './http/session.ts';
import { databaseSessions, redisSessions } from './http/session-store.ts';
import { createLifeCycle, type LifeCycle } from './life-cycle.ts';
import { createLog, type Log } from './log.ts';
import { createMailer } from './mailer.ts';
import type { Module } from './module.ts';
import { createGateways } from './gateway.ts';
import { createPlugins } from './plugin.ts';
import { createProductTypes } from './product.ts';
import { createScheduler, type NamedJob, type Scheduler } from './scheduler.ts';
import { createSecrets } from './secret.ts';
import { createSender } from './sender.ts';
import type { ServiceToken } from './service.ts';
import { createSettings } from './settings.ts';
import { createSubscriptions } from './subscriptions.ts';
import { readVersion } from './version.ts';
import { mountSite } from './web/site.ts';
import { WEB } from './web/pages.ts';
import { createRenderer } from './web/render.ts';
import { createTranslations } from './web/translation.ts';

export interface App {
  readonly config: Config;
  readonly database: Database;
  readonly catalog: LifeCycle;
  readonly bus: Bus;
  readonly scheduler: Scheduler;
  readonly server: Server;
  readonly log: Log;
  /** What became of modules that could not be set up, a sentence each. */
  readonly leftOut: readonly string[];
  /** A context for what no request asked for. */
  system(): Context;
  /** The service that an active module lends, for the command line. */
  service<S>(token: ServiceToken<S>): S;
  /** Jobs of the active modules. */
  jobs(): readonly NamedJob[];
  /** The description of the calls of the active modules. */
  openapi(): OpenApi;
  /** Runs the migrations of the core and of all installed modules, then lets each make what must be there. */
  migrate(): Promise<void>;
  /** Names of migrations that have not run; empty when the engine can serve. */
  pending(): Promise<string[]>;
  /** Asks every active module whether its data is sound; each sentence is a finding. */
  examine(): Promise<string[]>;
  close(): Promise<void>;
}

export interface Options {
  readonly config: Config;
  readonly modules: readonly Module[];
  /** Modules of others: one that cannot be set up is left out. */
  readonly external?: readonly Module[];
  readonly clock?: Clock;
  readonly log?: Log;
  readonly inspect?: Road['inspect'];
}

/** The composition root: everything is made here and handed to whoever needs it. No logic. */
export function createApp({
  config,
  modules,
  external = [],
  clock = systemClock,
  log = createLog(config.logLevel),
  inspect,
}: Options): App {
  const database = connect(config.databaseUrl, log);
  const redis = config.redisUrl === undefined ? undefined : new Redis(config.redisUrl);
  // It connects again by itself; a call that needs it meanwhile says so.
  redis?.on('error', (error) => log.warn('Redis cannot be reached', { error }));
  const secrets = createSecrets(config.appSecret);
  const settings = createSettings(secrets);
  const limits = createLimits({ isOn: config.hasRateLimits, redis, clock, exempt: config.unlimitedPeers });
  const sessions = redis === undefined ? databaseSessions(database.knex) : redisSessions(redis);
  const lifeCycle = createLifeCycle(database, clock, join(config.dataDir, 'backups'));
  const productTypes = createProductTypes(() => lifeCycle.active());
  const gateways = createGateways(() => lifeCycle.active());
  const plugins = createPlugins(() => lifeCycle.active());

  const leftOut: string[] = [];
  const leaveOut = (module: Module, error: unknown): boolean => {
    if (!external.includes(module)) return false;
    leftOut.push(`Module ${module.name} was left out: ${messageOf(error)}.`);
    log.error(`module ${module.name} was left out`, { error });
    return true;
  };
  const jobs = () =>
    lifeCycle
      .active()
      .flatMap(({ module, contributions }) =>
        (contributions.jobs ?? []).map((job) => ({ id: `${module.name}.${job.name}`, job })),
      );
  const scheduler = createScheduler(jobs, () => system(), clock, log);
  const toolbox = {
    config,
    log,
    settings,
    secrets,
    productTypes,
    gateways,
    plugins,
    catalog: lifeCycle,
    sessions,
    limits,
    jobs: scheduler,
  };
  const loaded = boot([...modules, ...external], toolbox, leaveOut);
  lifeCycle.fill(loaded);

  const context = (actor: Actor, ip: string | undefined): Context => ({
    db: database.knex,
    actor,
    now: clock(),
    ip,
    log,
    outbox: bus,
  });
  const system = (): Context => context(systemActor, undefined);
  const folders = loaded.flatMap(({ module }) => module.folder ?? []);
  const renderer = createRenderer(WEB, config.timeZone, createTranslations(WEB, folders));
  const mailer = createMailer(config.mailUrl, join(config.dataDir, 'outbox'), new URL(config.baseUrl).hostname);
  const sender = createSender(settings, system, config.baseUrl);
  const subscriptions = createSubscriptions(loaded, lifeCycle.isActive, { mailer, renderer, sender });
  const bus: Bus = createBus(system, subscriptions, clock, log);

  const numbers = new Map(loaded.flatMap(({ contributions }) => Object.entries(contributions.errorNumbers ?? {})));
  const fossbilling = createFossbilling({ timeZone: config.timeZone, numberOf: (code) => numbers.get(code) });
  const authenticators = loaded.flatMap(({ contributions }) => contributions.authenticators ?? []);
  const recognizers = loaded.flatMap(({ contributions }) => contributions.recognizers ?? []);
  const dispatch = createDispatch({
    context,
    authenticators: () => authenticators,
    recognizers: () => recognizers,
    limits,
    log,
    inspect,
  });
  const pending = async (): Promise<string[]> => {
    const owners = [{ name: 'core', migrations: coreMigrations }, ...lifeCycle.active().map(({ module }) => module)];
    const unfinished = await unfinishedRestore(database.knex);
    const pending = (await Promise.all(owners.map((owner) => listPending(database, owner)))).flat();
    return unfinished === undefined ? pending : [`restore of ${unfinished}`, ...pending];
  };
  // A database that is away is the call's to tell of; meanwhile the modules that were active are.
  const gates = createGates(() => lifeCycle.active(), system, log);
  const refresh = (): Promise<void> | undefined =>
    lifeCycle
      .refresh()
      ?.catch((error: unknown) => log.warn('the state of the modules cannot be read', { error }))
      .then(() => gates.refresh());
  const openSession = createSessions(
    sessions,
    secrets.fingerprint('session', 'cookie'),
    config.baseUrl.startsWith('https:'),
    clock,
  );
  const server = createHttpServer({
    dispatch,
    fossbilling,
    target: createApi(loaded, lifeCycle),
    mounts: createMounts(loaded, lifeCycle.isActive),
    refresh,
    gates,
    session: openSession,
    mount: (app) =>
      mountSite(app, {
        config,
        active: () => lifeCycle.active(),
        refresh,
        gates,
        context,
        dispatch,
        fossbilling,
        openSession,
        renderer,
        sender,
        pending,
        ping: () => database.ping(),
        log,
      }),
    trustedProxies: config.trustedProxies,
    incoming: { folder: join(config.dataDir, 'incoming'), maxFileBytes: config.maxUploadBytes },
    log,
  });

  return {
    config,
    database,
    catalog: lifeCycle,
    bus,
    scheduler,
    server,
    log,
    leftOut,
    system,
    service<S>(token: ServiceToken<S>) {
      const found = lifeCycle
        .active()
        .find(({ contributions }) => contributions.provides?.token.module === token.module);
      if (found === undefined) throw notFound('module.inactive', `Module ${token.module} is not active.`);
      return found.contributions.provides?.service as S; // the token it was provided under carries the type
    },
    jobs,
    openapi: () => describeApi(lifeCycle.active(), fossbilling, config.baseUrl, readVersion()),
    pending,
    async migrate() {
      await refuseHalfRestored(database.knex);
      await migrate(database, [{ name: 'core', migrations: coreMigrations }], clock);
      await lifeCycle.refresh();
      await migrate(
        database,
        lifeCycle.active().map(({ module }) => module),
        clock,
        async () => {
          for (const { contributions } of lifeCycle.active()) await contributions.prepare?.(system());
        },
      );
    },
    async examine() {
      await lifeCycle.refresh();
      const checks = lifeCycle.active().flatMap(({ contributions }) => contributions.checks ?? []);
      const findings: string[] = [];
      // One after the other, so that it holds no more than one piece of one table.
      for (const check of checks) findings.push(...(await check.run(system())));
      return findings;
    },
    async close() {
      await scheduler.stop();
      await bus.stop();
      mailer.close();
      redis?.disconnect();
      await database.close();
    },
  };
}
