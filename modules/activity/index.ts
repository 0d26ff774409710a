import { Type } from '@sinclair/typebox';
import { defineModule } from '#core/module';
import { Int } from '#core/schema';
import { optional } from '#core/service';
import { clientService } from '#modules/client/contract';
import { emailService } from '#modules/email/contract';
import { staffService } from '#modules/staff/contract';
import { adminApi } from './api/admin.ts';
import { clientPlugs } from './client-side.ts';
import { migrations } from './migrations/index.ts';
import { activityMenu, activityPages } from './pages.ts';
import { createActivity } from './service.ts';

export const activity = defineModule({
  name: 'activity',
  title: 'Activity',
  version: '1.0.0',
  description: 'What people did, and for how long it is remembered.',
  isEssential: true,
  uses: { staff: staffService, clients: clientService, emails: optional(emailService) },
  settings: Type.Object({
    max_age: Int({
      minimum: 0,
      default: 90,
      description: 'Days to keep the activity log and the sign-ins; 0: for ever.',
    }),
    email_max_age: Int({ minimum: 0, default: 0, description: 'Days to keep sent e-mails; 0: for ever.' }),
  }),
  permissions: {
    view: 'See the activity log.',
    manage: 'Add lines to the activity log.',
    manage_settings: 'Change for how long activity is kept.',
  },
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ staff, clients, emails }, { settings }) {
    const activity = createActivity({ settings, staff, clients, emails });
    const admin = adminApi(activity);
    return {
      api: { admin },
      pages: activityPages(admin),
      menu: activityMenu,
      plugins: clientPlugs,
      jobs: [{ name: 'purge', schedule: '27 * * * *', cron: { order: 200 }, run: (ctx) => activity.purge(ctx) }],
    };
  },
});
