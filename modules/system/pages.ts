import { Type } from '@sinclair/typebox';
import { holds, mayEnter, type AdminActor } from '#core/actor';
import type { ModuleCatalog } from '#core/catalog';
import { adminEndpoint } from '#core/endpoint';
import { Anything, MapOf } from '#core/schema';
import { languages } from '#core/web/language';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import { nodeVersion } from './environment.ts';
import type { SystemService } from './service.ts';

const PATH = '/admin/system';
const COMPANY = `${PATH}/company`;
const Shown = MapOf(Anything());

interface Parts {
  readonly system: SystemService;
  readonly catalog: ModuleCatalog;
  readonly admin: ReturnType<typeof adminApi>;
}

/** The settings of the installation and the company, in the panel. */
export function systemPages({ system, catalog, admin }: Parts): readonly Page[] {
  const overview = adminEndpoint({
    summary: 'The state of the installation, its language, and where the rest is set.',
    permission: 'manage_settings',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({
      version: system.version,
      node: nodeVersion,
      notices: await system.notices(ctx, undefined),
      ...(await system.localization(ctx)),
      locales: languages.map(({ code, title }) => [code === 'en' ? 'en_US' : code, title]),
      modules: settable(ctx.actor),
      may_update: holds(ctx.actor.rights, 'system', 'update_params'),
      may_clear: holds(ctx.actor.rights, 'system', 'invalidate_cache'),
    }),
  });
  const company = adminEndpoint({
    summary: 'The company, as a form.',
    permission: 'manage_settings',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => {
      const { rights } = ctx.actor;
      const mayUpdate = holds(rights, 'system', 'update_params');
      return {
        params: await system.params(ctx),
        may_details: mayUpdate && holds(rights, 'system', 'manage_company_details'),
        may_legal: mayUpdate && holds(rights, 'system', 'manage_company_legal'),
      };
    },
  });

  /** Modules with settings that this member may change. */
  const settable = ({ rights }: AdminActor) =>
    catalog
      .list()
      .filter(
        ({ module: { name, settings, permissions = {} } }) =>
          settings !== undefined &&
          catalog.isActive(name) &&
          mayEnter(rights, name) &&
          Object.hasOwn(permissions, 'manage_settings') &&
          holds(rights, name, 'manage_settings'),
      )
      .map(({ module: { name, title } }) => ({ name, title }))
      .toSorted((a, b) => (a.title < b.title ? -1 : 1));

  const form = { role: 'admin', then: PATH } as const;
  return [
    { role: 'admin', route: 'GET /system', endpoint: overview, view: 'admin/overview' },
    {
      ...form,
      route: 'POST /system/localization',
      endpoint: admin.update_localization_settings,
      says: 'system.saved',
    },
    { ...form, route: 'POST /system/clear-cache', endpoint: admin.clear_cache, says: 'system.cleared' },
    { role: 'admin', route: 'GET /system/company', endpoint: company, view: 'admin/company' },
    { ...form, route: 'POST /system/company', endpoint: admin.update_params, then: COMPANY, says: 'system.saved' },
  ];
}

export const systemMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.settings', href: PATH, order: 0, permission: 'manage_settings', group: 'system' },
  { role: 'admin', title: 'menu.company', href: COMPANY, order: 1, permission: 'manage_settings', group: 'system' },
];
