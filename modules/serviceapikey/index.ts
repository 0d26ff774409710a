import { defineModule } from '#core/module';
import { provide } from '#core/service';
import { clientService } from '#modules/client/contract';
import { orderService } from '#modules/order/contract';
import { adminApi } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { guestApi } from './api/guest.ts';
import { apiKeyService } from './contract.ts';
import { apiKeyDemo } from './demo.ts';
import { letters } from './mail.ts';
import { migrations } from './migrations/index.ts';
import { keyPages } from './pages.ts';
import { apiKeyProduct } from './product.ts';
import { createApiKeys } from './service.ts';

export const serviceapikey = defineModule({
  name: 'serviceapikey',
  title: 'API key',
  version: '1.0.0',
  description: 'Sells API keys and answers whether they are valid.',
  uses: { clients: clientService, orders: orderService },
  permissions: { manage: 'See, change and reset the API keys of clients.' },
  tables: ['service_apikey'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ clients, orders }, { secrets }) {
    const keys = createApiKeys({ orders, secrets });
    const [guest, client, admin] = [guestApi(keys), clientApi(keys), adminApi(keys)];
    return {
      provides: provide(apiKeyService, keys),
      api: { guest, client, admin },
      pages: keyPages({ keys, orders, client, admin }),
      productTypes: [apiKeyProduct(keys, apiKeyDemo(secrets))],
      mails: letters({ keys, clients, orders }),
      checks: [{ name: 'keys follow their orders', run: (ctx) => keys.examine(ctx) }],
    };
  },
});
