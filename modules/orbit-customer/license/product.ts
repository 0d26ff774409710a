import { invalidInput } from '#core/error';
import { productType, type ProductType } from '#core/product';
import { LICENSE_PAGE } from './pages.ts';
import { limitIn, PlanShape, TYPE } from './plan.ts';
import type { Licenses } from './service.ts';

export const licenseProduct = (licenses: Licenses): ProductType =>
  productType({
    name: TYPE,
    title: 'RPC licence',
    config: PlanShape,
    clientKeys: ['period', 'quantity'],
    configure: (product, asked) => ({ ...product, ...asked }),
    validate(config) {
      const limit = config['ip_limit'];
      if (limit !== undefined && limit !== null && limit !== '' && limitIn(limit) === undefined)
        throw invalidInput('orbit.ip_limit', 'The limit of addresses must be a whole number from 0');
    },
    create: (tx, order) => licenses.create(tx, order),
    activate: (tx, order) => licenses.activate(tx, order),
    // Renewal, suspension and cancellation keep everything; what they change comes by `follow`.
    remove: (tx, order) => licenses.removeOf(tx, order.id),
    follow: (tx, order) => licenses.follow(tx, order),
    managedAt: LICENSE_PAGE,
    show: (ctx, order) => licenses.show(ctx, order),
  });
