import { defineModule } from '#core/module';
import { clientService } from '#modules/client/contract';
import { orderService } from '#modules/order/contract';
import { productService } from '#modules/product/contract';
import { adminApi, pluginCall } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { letters } from './mail.ts';
import { migrations } from './migrations/index.ts';
import { customProduct } from './product.ts';
import { createCustomServices } from './service.ts';

export const servicecustom = defineModule({
  name: 'servicecustom',
  title: 'Custom service',
  version: '1.0.0',
  description: 'Sells whatever other modules know how to deliver, and what people deliver by hand.',
  isEssential: true,
  uses: { clients: clientService, orders: orderService, products: productService },
  permissions: { manage: 'Change the custom services of clients and call their plugins.' },
  tables: ['service_custom'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ clients, orders, products }, { plugins }) {
    const services = createCustomServices({ orders, products, plugins });
    return {
      api: {
        client: clientApi(services),
        admin: adminApi(services),
        otherwise: (role, method) => (role === 'admin' ? pluginCall(services, method) : undefined),
      },
      errorNumbers: { 'servicecustom.unsupported': 3125 },
      productTypes: [customProduct(services)],
      mails: letters({ services, clients, orders }),
      checks: [{ name: 'custom services have their orders', run: (ctx) => services.examine(ctx) }],
    };
  },
});
