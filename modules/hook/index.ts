import { defineModule } from '#core/module';
import { adminApi } from './api/admin.ts';
import { migrations } from './migrations/index.ts';
import { createHooks } from './service.ts';

export const hook = defineModule({
  name: 'hook',
  title: 'Hooks',
  version: '1.0.0',
  description: 'Shows which module listens to which event, and calls events from outside.',
  isEssential: true,
  permissions: {
    view: 'See who listens to what.',
    manage_hooks: 'Find listeners anew.',
    trigger_hooks: 'Call events.',
  },
  tables: ['hook_listener'],
  migrations,

  setup(_services, { catalog }) {
    const hooks = createHooks(catalog);
    return {
      api: { admin: adminApi(hooks) },
      jobs: [{ name: 'connect', schedule: '*/15 * * * *', run: (ctx) => hooks.connect(ctx) }],
    };
  },
});
