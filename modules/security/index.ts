import { defineModule } from '#core/module';
import { adminApi } from './api/admin.ts';
import { createChecks } from './checks.ts';
import { engineChecks } from './engine-checks.ts';
import { createLimitKeeper } from './limits.ts';

export const security = defineModule({
  name: 'security',
  title: 'Security',
  version: '1.0.0',
  description: 'Checks this installation and shows who is held up by the rate limits.',
  isEssential: true,
  permissions: {
    view: 'See checks, addresses and rate limits.',
    run_checks: 'Run the checks.',
    manage_rate_limits: 'Reset rate limits.',
  },
  migrations: [],

  setup: (_services, { config, limits }) => ({
    api: { admin: adminApi(createChecks(engineChecks(config)), createLimitKeeper(limits)) },
  }),
});
