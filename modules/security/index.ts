import { defineModule } from '#core/module';
import { adminApi } from './api/admin.ts';
import { createChecks } from './checks.ts';
import { engineChecks } from './engine-checks.ts';
import { createLimitKeeper } from './limits.ts';
import { securityMenu, securityPages } from './pages.ts';

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
  folder: new URL('.', import.meta.url),

  setup(_services, { config, limits: counts }) {
    const checks = createChecks(engineChecks(config));
    const limits = createLimitKeeper(counts);
    const admin = adminApi(checks, limits);
    return {
      api: { admin },
      pages: securityPages({ checks, limits, exempt: config.unlimitedPeers, admin }),
      menu: securityMenu,
    };
  },
});
