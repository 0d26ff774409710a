import { defineModule } from '#core/module';
import { clientProfileService } from '#modules/client/contract';
import { staffService } from '#modules/staff/contract';
import { profileAdminApi } from './api/admin.ts';
import { profileClientApi } from './api/client.ts';
import { profileMenu, profilePages } from './pages.ts';

export const profile = defineModule({
  name: 'profile',
  title: 'Profile',
  version: '1.0.0',
  description: 'What staff and clients do with their own accounts.',
  isEssential: true,
  uses: { staff: staffService, clients: clientProfileService },
  migrations: [],
  folder: new URL('.', import.meta.url),

  setup({ staff, clients }, { limits }) {
    const client = profileClientApi(clients);
    return {
      api: { client, admin: profileAdminApi({ staff, clients, limits }) },
      pages: profilePages(client, clients),
      menu: profileMenu,
    };
  },
});
