import { defineModule } from '#core/module';
import { clientProfileService } from '#modules/client/contract';
import { staffService } from '#modules/staff/contract';
import { twoFactorService } from '#modules/two-factor/contract';
import { profileAdminApi } from './api/admin.ts';
import { profileClientApi } from './api/client.ts';
import { sessionApi } from './api/session.ts';
import { twoFactorApi } from './api/two-factor.ts';
import type { OwnContext } from './own-endpoint.ts';
import { profileMenu, profilePages } from './pages.ts';
import { staffProfileMenu, staffProfilePages } from './panel.ts';
import { checkOwnPassword } from './service.ts';
import { twoFactorPages } from './two-factor-pages.ts';

export const profile = defineModule({
  name: 'profile',
  title: 'Profile',
  version: '1.0.0',
  description: 'What staff and clients do with their own accounts.',
  isEssential: true,
  uses: { staff: staffService, clients: clientProfileService, twoFactor: twoFactorService },
  migrations: [],
  folder: new URL('.', import.meta.url),

  setup({ staff, clients, twoFactor }, { limits }) {
    const checkPassword = (ctx: OwnContext, password: string): Promise<void> =>
      checkOwnPassword({ staff, clients, limits }, ctx, password);
    const second = { twoFactor, checkPassword };
    const client = { ...profileClientApi(clients), ...sessionApi('client'), ...twoFactorApi('client', second) };
    const admin = {
      ...profileAdminApi({ staff, clients, limits }),
      ...sessionApi('admin'),
      ...twoFactorApi('admin', second),
    };
    return {
      api: { client, admin },
      pages: [
        ...profilePages(client, clients),
        ...twoFactorPages('client', client, twoFactor),
        ...staffProfilePages(staff, admin),
        ...twoFactorPages('admin', admin, twoFactor),
      ],
      menu: [...profileMenu, ...staffProfileMenu],
    };
  },
});
