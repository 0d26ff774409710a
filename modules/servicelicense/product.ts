import { Type } from '@sinclair/typebox';
import { productType, type ProductDemo, type ProductType } from '#core/product';
import { Int, Text, Truthy } from '#core/schema';
import { LICENSE_PAGE } from './pages.ts';
import type { Licenses } from './service.ts';

const LicenseShape = Type.Object(
  {
    plugin: Text({ maxLength: 255, default: 'Simple', description: 'What makes the keys.' }),
    length: Int({
      minimum: 2,
      maximum: 255,
      default: 25,
      description: 'One more than the characters, dashes counted.',
    }),
    prefix: Text({ maxLength: 255, description: 'What each key begins with.' }),
    iterations: Int({ minimum: 1, default: 10, description: 'How often a free key is looked for.' }),
    validate_ip: Truthy(),
    validate_host: Truthy(),
    validate_path: Truthy(),
    validate_version: Truthy(),
  },
  { additionalProperties: true },
);

/** Every step but these leaves the licence as it is: what changes for it comes by `follow`. */
export const licenseProduct = (licenses: Licenses, demo: ProductDemo): ProductType =>
  productType({
    name: 'license',
    title: 'License',
    config: LicenseShape,
    clientKeys: ['period', 'quantity'],
    configure: (product, asked) => ({ ...product, ...asked }),
    create: (tx, order) => licenses.issue(tx, order),
    activate: (tx, order) => licenses.activate(tx, order),
    remove: (tx, order) => licenses.remove(tx, order),
    follow: (tx, order) => licenses.follow(tx, order),
    managedAt: LICENSE_PAGE,
    show: (ctx, order) => licenses.show(ctx, order),
    delivered: (ctx, orders) => licenses.delivered(ctx, orders),
    demo,
  });
