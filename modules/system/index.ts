import { Type } from '@sinclair/typebox';
import { defineModule } from '#core/module';
import { before } from '#core/listener';
import { Flag, Text } from '#core/schema';
import { configurationBeingSaved } from '#modules/extension/contract';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { updatesApi } from './api/updates.ts';
import { companyDemo } from './demo.ts';
import { writableFolders } from './environment.ts';
import { createGate, refuseOwnExclusion } from './gate.ts';
import { migrations } from './migrations/index.ts';
import { systemMenu, systemPages } from './pages.ts';
import { createSystemService } from './service.ts';

export const system = defineModule({
  name: 'system',
  title: 'System',
  description: 'Settings of the installation, the company, and what forms offer to choose from.',
  version: '1.0.0',
  isEssential: true,
  settings: Type.Object({
    default_country: Text({ default: '', description: 'Code of the country that forms begin with.' }),
    countries: Text({ default: '', description: 'Countries to offer, `CC=Name` in a line each; all when empty.' }),
    api: Type.Optional(
      Type.Object({
        allowed_ips: Text({ default: '', description: 'Who may call the API, an address a line; all when empty.' }),
        require_referrer_header: Flag(),
      }),
    ),
    maintenance_mode: Type.Optional(
      Type.Object({
        enabled: Flag(),
        allowed_urls: Text({ default: '', description: 'Paths that stay open, one a line.' }),
        allowed_ips: Text({ default: '', description: 'Addresses and networks that may come in, one a line.' }),
      }),
    ),
    security: Type.Optional(Type.Object({ force_https: Flag() })),
  }),
  permissions: {
    view: 'See versions and the state of the system.',
    manage_settings: 'See and change settings.',
    manage_company_details: 'Change the details of the company.',
    manage_company_legal: 'Change the terms and policies of the company.',
    update_params: 'Change parameters of the system.',
    invalidate_cache: 'Clear the cache and the counts of the rate limits.',
    system_update: 'Update the system.',
    recheck_update: 'Look for updates.',
    toggle_error_reporting: 'Turn error reporting on and off.',
    manage_network_interface: 'Choose the address by which the system reaches others.',
  },
  migrations,
  folder: new URL('.', import.meta.url),

  setup(_services, toolbox) {
    const service = createSystemService(toolbox);
    const place = {
      baseUrl: toolbox.config.baseUrl,
      knowsScheme: toolbox.config.trustedProxies.length > 0,
    };
    const folders = () => writableFolders(toolbox.config.dataDir);
    const admin = adminApi(service, folders);
    return {
      api: { guest: guestApi(service), admin: { ...admin, ...updatesApi(service.version) } },
      pages: systemPages({ system: service, catalog: toolbox.catalog, admin }),
      menu: systemMenu,
      errorNumbers: { 'system.param_forbidden': 9999, 'system.address': 1002, 'system.origin': 1004 },
      gate: createGate(toolbox.settings, place),
      hooks: [before(configurationBeingSaved, async (tx, saved) => refuseOwnExclusion(saved, tx.ip))],
      jobs: [
        { name: 'purge', schedule: '17 * * * *', cron: { order: 200 }, run: (ctx) => service.purge(ctx) },
        { name: 'optimize', schedule: '43 3 * * *', cron: { order: 200 }, run: (ctx) => service.optimize(ctx) },
      ],
      demo: companyDemo(toolbox.settings),
      prepare: (ctx) => service.makeInstanceId(ctx),
    };
  },
});
