import { productType, type ProductType } from '#core/product';
import { customDemo } from './demo.ts';
import type { CustomServices } from './service.ts';

/** The configuration of the product stays with the product: an order has what its client chose. */
export const customProduct = (services: CustomServices): ProductType =>
  productType({
    name: 'custom',
    title: 'Custom',
    create: (tx, order) => services.create(tx, order),
    async activate(tx, order) {
      await services.step(tx, order, 'activate');
      return undefined;
    },
    renew: (tx, order) => services.step(tx, order, 'renew'),
    suspend: (tx, order) => services.step(tx, order, 'suspend'),
    unsuspend: (tx, order) => services.step(tx, order, 'unsuspend'),
    cancel: (tx, order) => services.step(tx, order, 'cancel'),
    uncancel: (tx, order) => services.step(tx, order, 'uncancel'),
    remove: (tx, order) => services.remove(tx, order),
    show: (ctx, order) => services.show(ctx, order),
    delivered: (ctx, orders) => services.delivered(ctx, orders),
    demo: customDemo,
  });
