import { on } from '#core/listener';
import { defineModule } from '#core/module';
import { optional } from '#core/service';
import { clientService } from '#modules/client/contract';
import { invoiceHookCalled, invoiceService } from '#modules/invoice/contract';
import { adminApi } from './api/admin.ts';
import { migrations } from './migrations/index.ts';
import { createHooks } from './service.ts';
import { wireEvents } from './wire-events.ts';

export const hook = defineModule({
  name: 'hook',
  title: 'Hooks',
  version: '1.0.0',
  description: 'Shows which module listens to which event, and calls events from outside.',
  isEssential: true,
  uses: { clients: optional(clientService), invoices: optional(invoiceService) },
  permissions: {
    view: 'See who listens to what.',
    manage_hooks: 'Find listeners anew.',
    trigger_hooks: 'Call events.',
  },
  tables: ['hook_listener'],
  migrations,

  setup({ clients, invoices }, { catalog }) {
    const echoes = wireEvents(clients, invoices);
    const hooks = createHooks(catalog, echoes);
    return {
      echoes,
      api: { admin: adminApi(hooks) },
      listeners: [on(invoiceHookCalled, 'raise', (ctx, { event, payload }) => hooks.raise(ctx, event, payload))],
      jobs: [{ name: 'connect', schedule: '*/15 * * * *', run: (ctx) => hooks.connect(ctx) }],
    };
  },
});
