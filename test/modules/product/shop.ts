import { before as refusing } from '#core/listener';
import { conflict } from '#core/error';
import { defineModule } from '#core/module';
import { productType } from '#core/product';
import type { Rights } from '#core/actor';
import { currency } from '#modules/currency/index';
import { product } from '#modules/product/index';
import { productBeingRemoved } from '#modules/product/contract';
import { ADMIN, useApp, type TestApp } from '../../support/app.ts';

const RIGHTS: Readonly<Record<string, Rights>> = {
  [ADMIN.token]: 'all',
  viewer: { product: { access: true, view: true } },
  outsider: {},
};

/** Staff by token, so that these tests need no module of staff. */
const doorkeeper = defineModule({
  name: 'doorkeeper',
  title: 'Doorkeeper',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    authenticators: [
      {
        role: 'admin',
        byToken: async (_ctx, token) => {
          const rights = RIGHTS[token];
          return rights && { kind: 'admin', id: 1, email: ADMIN.email, rights };
        },
        byId: async () => undefined,
      },
    ],
  }),
});

/** Delivers products of the type `apikey` and refuses to let go of those called "Ordered". */
const delivery = defineModule({
  name: 'delivery',
  title: 'Delivery',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    productTypes: [
      productType({
        name: 'apikey',
        title: 'Apikey',
        create: async () => 1,
        activate: async () => undefined,
        show: async () => undefined,
      }),
    ],
    hooks: [
      refusing(productBeingRemoved, async (tx, { productId }) => {
        const row = (await tx.db('product').where({ id: productId }).first('title')) as { title: string };
        if (row.title === 'Ordered')
          throw conflict('order.of_product', 'Cannot remove product which has active orders.');
      }),
    ],
  }),
});

/** The catalogue with its neighbours played by these. */
export const useShop = (): TestApp => useApp({ modules: [doorkeeper, delivery, currency, product] });
