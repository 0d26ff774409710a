import { Type } from '@sinclair/typebox';
import { defineModule } from '#core/module';
import { Text } from '#core/schema';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { updatesApi } from './api/updates.ts';
import { writableFolders } from './environment.ts';
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
    const folders = () => writableFolders(toolbox.config.dataDir);
    return {
      api: { guest: guestApi(service), admin: { ...adminApi(service, folders), ...updatesApi(service.version) } },
      errorNumbers: { 'system.param_forbidden': 9999 },
      jobs: [{ name: 'purge', schedule: '17 * * * *', cron: { order: 200 }, run: (ctx) => service.purge(ctx) }],
      prepare: (ctx) => service.makeInstanceId(ctx),
    };
  },
});
