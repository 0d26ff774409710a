import { Type } from '@sinclair/typebox';
import { defineModule } from '#core/module';
import { Text, Truthy } from '#core/schema';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { createGuestCron } from './guest-cron.ts';
import { cronWidgets } from './overview.ts';
import { cronMenu, cronPages } from './pages.ts';
import { createCron } from './service.ts';

export const cron = defineModule({
  name: 'cron',
  title: 'Cron',
  version: '1.0.0',
  description: 'Runs the scheduled jobs when staff or an outside cron ask for it.',
  isEssential: true,
  settings: Type.Object({
    guest_cron: Truthy(),
    cron_hash: Text({ description: 'What an outside cron has to send; empty: none may.' }),
  }),
  permissions: {
    view: 'See when the scheduled jobs last ran.',
    manage: 'Run the scheduled jobs.',
    manage_settings: 'Let an outside cron run the scheduled jobs.',
  },
  migrations: [],
  folder: new URL('.', import.meta.url),

  setup(_services, { jobs, settings, config }) {
    const cron = createCron({ jobs, settings, config });
    const guestCron = createGuestCron(settings);
    const admin = adminApi(cron, guestCron, config.baseUrl);
    const { baseUrl, hasCron } = config;
    return {
      api: { guest: guestApi(cron, guestCron), admin },
      pages: cronPages({ jobs, guestCron, baseUrl, hasCron, admin }),
      menu: cronMenu,
      widgets: cronWidgets(jobs),
    };
  },
});
