import { Type } from '@sinclair/typebox';
import { defineModule } from '#core/module';
import { Flag, Text } from '#core/schema';
import { optional, provide } from '#core/service';
import { clientService } from '#modules/client/contract';
import { orderService } from '#modules/order/contract';
import { twoFactorService } from '#modules/two-factor/contract';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { staffAuthenticator } from './authenticator.ts';
import { staffService } from './contract.ts';
import { createEntrance } from './entrance.ts';
import { prepareAccounts } from './first-administrator.ts';
import { examineGroups, createStaffGroups } from './groups.ts';
import { letters } from './mail.ts';
import { migrations } from './migrations/index.ts';
import { linkPages } from './pages.ts';
import { groupPages } from './panel-groups.ts';
import { memberMenu, memberPages } from './panel-members.ts';
import { createOwnAccounts } from './own-account.ts';
import { createStaffAdministration } from './service.ts';
import { createStaffSignIn } from './sign-in.ts';
import { staffSignIn } from './sign-in-pages.ts';

export const staff = defineModule({
  name: 'staff',
  title: 'Staff',
  version: '1.0.0',
  description: 'The people who run the shop, their groups and what these may do.',
  isEssential: true,
  uses: { twoFactor: twoFactorService, clients: optional(clientService), orders: optional(orderService) },
  settings: Type.Object({
    check_ip: Flag(),
    allowed_ips: Text({ description: 'Addresses that staff may sign in from, one a line.', default: '' }),
    public: Type.Optional(Type.Object({ reset_pw: Flag(true) })),
  }),
  permissions: {
    view: 'See staff members.',
    create_and_edit_staff: 'Create and change staff members of lower groups.',
    delete_staff: 'Remove staff members of lower groups.',
    reset_staff_password: 'Set the passwords of staff members of lower groups.',
    manage_groups: 'See staff groups and who is in them, and change that for lower groups.',
    manage_settings: 'Change the settings of this module and see the sign-ins of staff.',
  },
  tables: ['admin', 'admin_group', 'admin_group_member', 'admin_password_reset', 'activity_admin_history'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ twoFactor, clients, orders }, { config, secrets, sessions, settings, limits, catalog }) {
    const doors = createStaffSignIn({ settings, secrets, sessions, limits });
    const entrance = createEntrance({ settings, secrets, twoFactor });
    const guest = guestApi(doors, entrance);
    const [members, groups] = [createStaffAdministration({ sessions, twoFactor }), createStaffGroups()];
    const admin = adminApi({ staff: members, groups, doors });
    return {
      provides: provide(staffService, createOwnAccounts(secrets)),
      api: { guest, admin },
      errorNumbers: { 'staff.email_taken': 788954 },
      pages: [
        ...linkPages(doors, guest),
        ...memberPages({ staff: members, groups, admin }),
        ...groupPages({ groups, catalog, admin }),
      ],
      menu: memberMenu,
      signIn: staffSignIn(entrance),
      mails: letters({ config, secrets, clients, orders }),
      authenticators: [staffAuthenticator(secrets)],
      prepare: prepareAccounts({ config, secrets }),
      checks: [{ name: 'somebody can manage everything', run: examineGroups }],
    };
  },
});
