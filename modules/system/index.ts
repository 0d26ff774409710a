import { Type } from '@sinclair/typebox';
import { defineModule } from '#core/module';
import { before } from '#core/listener';
import { Dict, Text } from '#core/schema';
import { configurationBeingSaved } from '#modules/extension/contract';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { updatesApi } from './api/updates.ts';
import { writableFolders } from './environment.ts';
import { createGate, refuseOwnExclusion } from './gate.ts';
import { migrations } from './migrations/index.ts';
import { createSystemService } from './service.ts';

export const system = defineModule({
  name: 'system',
  title: 'System',
  description: 'Settings of the installation, the company, and what forms offer to choose from.',
  version: '1.0.0',
  isEssential: true,
  settings: Type.Object({
    default_country: Text({ description: 'Code of the country that forms begin with.' }),
    countries: Text({ description: 'Countries to offer, a line `CC=Name` each; all when empty.' }),
    api: Dict({ description: '`allowed_ips`: who may call the API, all when empty; `require_referrer_header`.' }),
    maintenance_mode: Dict({ description: '`enabled`, `allowed_urls`, `allowed_ips` (addresses and networks).' }),
    security: Dict({ description: '`force_https`: sends who comes without encryption to BASE_URL.' }),
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

  setup(_services, toolbox) {
    const service = createSystemService(toolbox);
    const place = {
      baseUrl: toolbox.config.baseUrl,
      knowsScheme: toolbox.config.trustedProxies.length > 0,
    };
    const folders = () => writableFolders(toolbox.config.dataDir);
    return {
      api: { guest: guestApi(service), admin: { ...adminApi(service, folders), ...updatesApi(service.version) } },
      errorNumbers: { 'system.param_forbidden': 9999, 'system.address': 1002, 'system.origin': 1004 },
      gate: createGate(toolbox.settings, place),
      hooks: [before(configurationBeingSaved, async (tx, saved) => refuseOwnExclusion(saved, tx.ip))],
      jobs: [{ name: 'purge', schedule: '17 * * * *', cron: { order: 200 }, run: (ctx) => service.purge(ctx) }],
      prepare: (ctx) => service.makeInstanceId(ctx),
    };
  },
});
