import { createApp } from '#core/app';
import { loadConfig } from '#config/load';
import { createLog } from '#core/log';
import { systemClock } from '#core/clock';
import { defineModule } from '#core/module';
import { product } from '#modules/product/index';
import { extension } from '#modules/extension/index';
import { productType } from '#core/product';
const doorkeeper = defineModule({ name: 'doorkeeper', title: 'D', version: '1.0.0', isEssential: true, migrations: [],
  setup: () => ({ productTypes: [productType({ name: 'apikey', title: 'Apikey', create: async () => 1, activate: async () => undefined, show: async () => undefined })],
  authenticators: [{ role: 'admin' as const, byToken: async () => ({ kind: 'admin' as const, id: 1, email: 'x', rights: 'all' as const }), byId: async () => undefined }] }) });
const config = loadConfig({ PORT: process.env['PORT'] ?? '', DATA_DIR: process.env['DATA_DIR'] ?? '', RATE_LIMITS: 'off', CRON: 'off', LOG_LEVEL: 'warn', APP_SECRET: 'a secret of thirty-two characters' });
void extension;
const app = createApp({ config, modules: [doorkeeper, product], clock: systemClock, log: createLog('warn') });
await app.migrate();
await app.catalog.refresh();
app.server.listen(Number(process.env['PORT']), '127.0.0.1');
