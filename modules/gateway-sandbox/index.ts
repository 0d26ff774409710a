import { on } from '#core/listener';
import { defineModule } from '#core/module';
import { provide } from '#core/service';
import { sandboxGateway } from './adapter.ts';
import { sandboxService } from './contract.ts';
import { sandboxNoticeDue } from './event.ts';
import { migrations } from './migrations/index.ts';
import { sandboxPages } from './pages.ts';
import { scriptOf } from './script.ts';
import { createSandboxGateway } from './service.ts';

export const gatewaySandbox = defineModule({
  name: 'gateway-sandbox',
  title: 'Sandbox gateway',
  version: '1.0.0',
  description: 'A payment gateway that takes no money, for trying out a shop.',
  tables: ['sandbox_payment', 'sandbox_notice', 'sandbox_refund'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup(_, { config, secrets }) {
    const sandbox = createSandboxGateway({ secrets });
    return {
      provides: provide(sandboxService, {
        act: (ctx, reference, outcome, script) => sandbox.act(ctx, reference, outcome, scriptOf(script)),
      }),
      gateways: [sandboxGateway(sandbox, config.baseUrl)],
      pages: sandboxPages(sandbox),
      listeners: [on(sandboxNoticeDue, 'deliver', (ctx, { noticeId }) => sandbox.deliver(ctx, noticeId))],
    };
  },
});
