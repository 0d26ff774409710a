import { join } from 'node:path';
import { before, on } from '#core/listener';
import { defineModule } from '#core/module';
import { clientService } from '#modules/client/contract';
import { orderBeingRemoved, orderCreated, orderService } from '#modules/order/contract';
import { productService } from '#modules/product/contract';
import { adminApi } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { filesReleased, productFileChanged } from './contract.ts';
import { downloadableDemo } from './demo.ts';
import { createKeeping } from './keeping.ts';
import { letters } from './mail.ts';
import { migrations } from './migrations/index.ts';
import { downloadPages } from './pages.ts';
import { downloadableProduct } from './product.ts';
import { createDownloads } from './service.ts';
import { createStorage } from './storage.ts';

export const servicedownloadable = defineModule({
  name: 'servicedownloadable',
  title: 'Downloadable',
  version: '1.0.0',
  description: 'Sells files.',
  isEssential: true,
  uses: { clients: clientService, orders: orderService, products: productService },
  permissions: { manage: 'Upload, change, download and delete the files that are sold.' },
  tables: ['service_downloadable', 'service_downloadable_file', 'service_downloadable_stored'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ clients, orders, products }, { config }) {
    const folder = join(config.dataDir, 'downloads');
    const storage = createStorage(folder);
    const downloads = createDownloads({ orders, products, storage });
    const keeping = createKeeping({ orders, products, storage });
    const [client, admin] = [clientApi(downloads), adminApi(downloads, keeping)];
    return {
      api: { client, admin },
      errorNumbers: { 'servicedownloadable.unavailable': 404 },
      pages: downloadPages({ downloads, orders, client, admin }),
      productTypes: [downloadableProduct(downloads, downloadableDemo({ keeping, products, folder }))],
      hooks: [before(orderBeingRemoved, (tx, { orderId }) => downloads.removeOf(tx, orderId))],
      listeners: [
        on(orderCreated, 'claim_files', async (ctx, { orderId, serviceType }) => {
          if (serviceType === 'downloadable') await downloads.claim(ctx, orderId);
        }),
        on(productFileChanged, 'spread', (ctx, change) => keeping.spread(ctx, change)),
        on(filesReleased, 'discard', (ctx, { storedNames }) => keeping.discard(ctx, storedNames)),
      ],
      mails: letters({ downloads, clients, orders }),
      checks: [{ name: 'downloads have their orders', run: (ctx) => downloads.examine(ctx) }],
      jobs: [{ name: 'sweep', schedule: '25 3 * * *', cron: { order: 200 }, run: (ctx) => keeping.sweep(ctx) }],
    };
  },
});
