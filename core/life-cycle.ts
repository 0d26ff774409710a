import type { LoadedModule } from './boot.ts';
import type { ListedModule, ModuleCatalog, ModuleState } from './catalog.ts';
import type { Clock } from './clock.ts';
import { SECOND } from './clock.ts';
import { newestBackup, restoreTables, saveTables } from './db/backup.ts';
import type { Database } from './db/connect.ts';
import { exclusively, migrateOwner, revertOwner } from './db/migrate.ts';
import { conflict, notFound } from './error.ts';
import type { Module } from './module.ts';
import * as states from './module-state.ts';
import type { Page } from './web/page.ts';

/** The catalogue as the core itself sees it. */
export interface LifeCycle extends ModuleCatalog {
  /** Called once, when the modules are set up: they were lent the catalogue before. */
  fill(loaded: readonly LoadedModule[]): void;
  /** The active ones, in the order of their needs. */
  active(): readonly LoadedModule[];
  /** Learns at most once a second what other processes changed; undefined when that is fresh. */
  refresh(): Promise<void> | undefined;
}

const FRESH_MS = SECOND;

export function createLifeCycle(database: Database, clock: Clock, backupDir: string): LifeCycle {
  let loaded: readonly LoadedModule[] = [];
  let known = new Map<string, states.StoredState>();
  let active: readonly LoadedModule[] = [];
  let checkedAt = 0;
  let checking: Promise<void> | undefined;

  const stateOf = ({ name, isEssential }: Module): ModuleState =>
    isEssential ? 'essential' : (known.get(name)?.status ?? 'absent');
  const recompute = (): void => {
    active = loaded.filter(({ module }) => ['essential', 'installed'].includes(stateOf(module)));
  };
  const reload = async (): Promise<void> => {
    known = await states.listAll(database.knex);
    checkedAt = clock().getTime();
    recompute();
  };
  const describe = ({ module, contributions }: LoadedModule): ListedModule => ({
    module,
    hasAdminPage: contributions.pages?.some(isLanding) ?? false,
    menu: contributions.menu ?? [],
    sells: contributions.productTypes?.map(({ name }) => name) ?? [],
    hears: [contributions.listeners, contributions.mails, contributions.hooks].flatMap(
      (heard) => heard?.map(({ token }) => token) ?? [],
    ),
    state: stateOf(module),
    installedVersion: module.isEssential ? module.version : known.get(module.name)?.version,
  });
  const find = (name: string): ListedModule | undefined => {
    const found = loaded.find(({ module }) => module.name === name);
    return found && describe(found);
  };
  const changeable = (name: string): { module: Module; state: ModuleState } => {
    const module = loaded.find((one) => one.module.name === name)?.module;
    if (module === undefined) throw notFound('module.unknown', `There is no module ${name}.`);
    if (module.isEssential) throw conflict('module.essential', `Module ${name} is part of every installation.`);
    return { module, state: stateOf(module) };
  };
  /** One change at a time, whoever asks for it, and on the state as it then is: two backups of one module would be one too many. */
  const change = (name: string, work: (module: Module, state: ModuleState) => Promise<void>): Promise<void> =>
    exclusively(database, clock, async () => {
      await reload();
      const { module, state } = changeable(name);
      await work(module, state);
      await reload();
    });

  /** Inactive first, so that nobody writes; then the rows to a file; only then are the tables dropped. */
  async function park(module: Module, isKept: boolean): Promise<void> {
    const { name, version } = module;
    await states.store(database.knex, name, { status: 'disabled', version, backup: undefined }, clock());
    await reload();
    const backup = await saveTables(database.knex, module, backupDir, clock());
    if (isKept) await states.store(database.knex, name, { status: 'parked', version, backup }, clock());
    await revertOwner(database, module);
    if (!isKept) await states.forget(database.knex, name);
  }

  return {
    fill(modules) {
      loaded = modules;
      recompute();
    },
    list: () => loaded.map(describe),
    find,
    isActive: (name) => active.some(({ module }) => module.name === name),
    active: () => active,
    refresh() {
      if (clock().getTime() - checkedAt < FRESH_MS) return undefined;
      checking ??= reload().finally(() => {
        checkedAt = clock().getTime(); // also when it failed: what was known counts on, and the next second asks again
        checking = undefined;
      });
      return checking;
    },

    install: (_ctx, name, { restore = false } = {}) =>
      change(name, async (module, state) => {
        for (const token of Object.values(module.uses ?? {})) {
          const used = find(token.module);
          if (!token.isOptional && !['essential', 'installed'].includes(used?.state ?? 'absent'))
            throw conflict('module.needs', `Module ${name} needs ${token.module}, which is not active.`);
        }
        const isNew = state === 'parked' || state === 'absent';
        const parked = known.get(name)?.backup;
        const backup = state === 'parked' ? parked : restore && isNew ? await newestBackup(backupDir, name) : undefined;
        if (restore && isNew && backup === undefined)
          throw notFound('module.no_backup', `There is no backup of module ${name}.`);
        // A process may have died between the backup and the end of the tables, whose rows would be there twice.
        if (state === 'parked') await revertOwner(database, module);
        await migrateOwner(database, module, clock);
        if (isNew && backup !== undefined) await restoreTables(database.knex, module, backup);
        const stored = { status: 'installed', version: module.version, backup: undefined } as const;
        await states.store(database.knex, name, stored, clock());
      }),

    deactivate: (_ctx, name, { keepData = false } = {}) =>
      change(name, async (module, state) => {
        if (state !== 'installed') throw notFound('module.not_installed', `Module ${name} is not active.`);
        refuseWhileUsed(module, active);
        if (!keepData) return park(module, true);
        const stored = { status: 'disabled', version: module.version, backup: undefined } as const;
        await states.store(database.knex, name, stored, clock());
      }),

    uninstall: (_ctx, name) =>
      change(name, async (module, state) => {
        refuseWhileUsed(module, active);
        if (state === 'installed' || state === 'disabled') return park(module, false);
        await states.forget(database.knex, name);
      }),
  };
}

/** A page of the panel that one can be sent to, knowing nothing but the module. */
const isLanding = ({ role, route }: Page): boolean =>
  role === 'admin' && route.startsWith('GET ') && !route.includes(':');

function refuseWhileUsed({ name }: Module, active: readonly LoadedModule[]): void {
  const user = active.find(({ module }) =>
    Object.values(module.uses ?? {}).some((token) => token.module === name && !token.isOptional),
  );
  if (user !== undefined) throw conflict('module.in_use', `Module ${name} is used by ${user.module.name}.`);
}
