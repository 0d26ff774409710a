import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { holds, mayEnter, type AdminActor, type Rights } from '#core/actor';
import type { ListedModule, ModuleCatalog } from '#core/catalog';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { notFound } from '#core/error';
import { Anything, Flag, MapOf, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { Configuration } from './configuration.ts';
import { measureTables } from './repository.ts';
import type { ExtensionService } from './service.ts';
import { fieldsOf } from './settings-form.ts';

const PATH = '/admin/extension';
const Shown = MapOf(Anything());
const ByName = Type.Object({ id: Text({ maxLength: 64 }) });
const MODULE = 'mod';

interface Parts {
  readonly extensions: ExtensionService;
  readonly configuration: Configuration;
  readonly catalog: ModuleCatalog;
  readonly dataDir: string;
}

/** Modules and their settings, in the panel. Nothing is dropped before a page has said what. */
export function extensionPages({ extensions, configuration, catalog, dataDir }: Parts): readonly Page[] {
  const list = adminEndpoint({
    summary: 'The modules of this installation.',
    permission: 'view',
    input: Type.Object({}),
    output: Shown,
    handle: async ({ actor }) => ({
      modules: catalog
        .list()
        .map((one) => ({ ...describe(one), may_set: maySet(actor, one) }))
        .toSorted((a, b) => (a.title < b.title ? -1 : 1)),
      ...mayOf(actor.rights),
    }),
  });
  const confirm = adminEndpoint({
    summary: 'What a module loses when it is deactivated or uninstalled, and where the backup goes.',
    permission: 'view',
    input: ByName,
    output: Shown,
    handle: async (ctx, { id }) => {
      const found = moduleOf(id);
      const tables = await measureTables(ctx.db, found.module.tables ?? []);
      return {
        ...describe(found),
        tables,
        rows: tables.reduce((sum, { rows }) => sum + rows, 0),
        backup: join(dataDir, 'backups', `${id}-….ndjson.gz`),
        ...mayOf(ctx.actor.rights),
      };
    },
  });
  const activate = adminEndpoint({
    summary: 'Activate a module; what its deactivation put aside comes back.',
    permission: 'manage_extensions',
    input: ByName,
    output: Done,
    handle: (ctx, { id }) => done(extensions.activate(ctx, id, MODULE)),
  });
  const deactivate = adminEndpoint({
    summary: 'Deactivate a module. Its tables are dropped after a backup, or stay with `keep_data`.',
    permission: 'manage_extensions',
    input: Type.Object({ ...ByName.properties, keep_data: Flag() }),
    output: Done,
    handle: (ctx, { id, keep_data }) => done(extensions.deactivate(ctx, id, MODULE, keep_data)),
  });
  const uninstall = adminEndpoint({
    summary: 'Drop what is left of a deactivated module, after a backup.',
    permission: 'uninstall_extensions',
    input: ByName,
    output: Done,
    handle: (ctx, { id }) => done(extensions.uninstall(ctx, id, MODULE)),
  });
  const settings = adminEndpoint({
    summary: 'The settings of a module, as a form.',
    permission: 'access',
    input: ByName,
    output: Shown,
    handle: async (ctx, { id }) => {
      const { module } = moduleOf(id);
      if (module.settings === undefined) throw noSettings(id);
      const stored = await configuration.get(ctx, `mod_${id}`);
      return { id, title: module.title, fields: fieldsOf(module.settings, stored) };
    },
  });
  const save = adminEndpoint({
    summary: 'Change the settings of a module; what the form has no field for stays.',
    permission: 'access',
    input: Type.Object(ByName.properties, { additionalProperties: true }),
    output: Done,
    handle: (ctx, { id, ...sent }) => {
      const { module } = moduleOf(id);
      if (module.settings === undefined) throw noSettings(id);
      return done(configuration.saveForm(ctx, `mod_${id}`, module.settings, sent));
    },
  });

  function moduleOf(id: string): ListedModule {
    const found = catalog.find(id);
    if (found === undefined) throw notFound('extension.unknown', 'Extension not found');
    return found;
  }
  const maySet = ({ rights }: AdminActor, { module }: ListedModule): boolean =>
    module.settings !== undefined &&
    catalog.isActive(module.name) &&
    mayEnter(rights, module.name) &&
    holds(rights, module.name, 'manage_settings');

  const form = { role: 'admin', then: PATH } as const;
  const settingsAt = `${PATH}/settings/:id`;
  return [
    { role: 'admin', route: 'GET /extension', endpoint: list, view: 'admin/modules' },
    { ...form, route: 'POST /extension/activate/:id', endpoint: activate, says: 'extension.activated' },
    { role: 'admin', route: 'GET /extension/remove/:id', endpoint: confirm, view: 'admin/remove' },
    // The forms of that page: when one is refused, the page says why.
    { role: 'admin', route: 'GET /extension/remove/:id/deactivate', endpoint: confirm, view: 'admin/remove' },
    { ...form, route: 'POST /extension/remove/:id/deactivate', endpoint: deactivate, says: 'extension.deactivated' },
    { role: 'admin', route: 'GET /extension/remove/:id/uninstall', endpoint: confirm, view: 'admin/remove' },
    { ...form, route: 'POST /extension/remove/:id/uninstall', endpoint: uninstall, says: 'extension.uninstalled' },
    { role: 'admin', route: 'GET /extension/settings/:id', endpoint: settings, view: 'admin/settings' },
    { ...form, route: 'POST /extension/settings/:id', endpoint: save, then: settingsAt, says: 'extension.saved' },
  ];
}

const describe = ({ module, state, installedVersion }: ListedModule) => ({
  id: module.name,
  title: module.title,
  description: module.description ?? '',
  version: installedVersion ?? module.version,
  state,
});

const mayOf = (rights: Rights) => ({
  may_manage: holds(rights, 'extension', 'manage_extensions'),
  may_uninstall: holds(rights, 'extension', 'uninstall_extensions'),
});

const noSettings = (id: string) => notFound('extension.no_settings', `The ${id} module has no settings.`);

export const extensionMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.extensions', href: PATH, order: 20, permission: 'view', group: 'system' },
];
