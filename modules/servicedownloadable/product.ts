import { Type } from '@sinclair/typebox';
import { productType, type ProductDemo, type ProductType } from '#core/product';
import { Flag } from '#core/schema';
import { FILES_PAGE } from './pages.ts';
import { orderConfig } from './product-files.ts';
import type { Downloads } from './service.ts';

/** Files are added by uploading them. */
const DownloadShape = Type.Object({ update_orders: Flag() }, { additionalProperties: true });

/** Between its activation and its end nothing happens to a download: who may have it is asked of the order each time. */
export const downloadableProduct = (downloads: Downloads, demo: ProductDemo): ProductType =>
  productType({
    name: 'downloadable',
    title: 'Downloadable',
    config: DownloadShape,
    clientKeys: ['period', 'quantity'],
    configure: orderConfig,
    create: (tx, order) => downloads.create(tx, order),
    async activate(tx, order) {
      await downloads.activate(tx, order);
      return undefined;
    },
    remove: (tx, order) => downloads.removeOf(tx, order.id),
    managedAt: FILES_PAGE,
    show: (ctx, order) => downloads.show(ctx, order),
    delivered: (ctx, orders) => downloads.delivered(ctx, orders),
    demo,
  });
