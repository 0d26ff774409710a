import type { ProductDemo } from '#core/product';
import { insertAll } from './repository-demo.ts';

export const customDemo: ProductDemo = {
  products: [
    {
      title: 'Support contract',
      description: 'An answer within a day.',
      config: {},
      periods: { '1M': 3900, '1Y': 39_000 },
    },
    { title: 'Data import', description: 'We bring your data over.', config: {}, once: 45_000 },
    {
      title: 'Extra seat',
      description: 'One more person.',
      config: {},
      periods: { '1M': 500, '1Y': 5000 },
      isAddon: true,
    },
  ],
  deliver: (tx, orders) => insertAll(tx.db, orders, tx.now),
};
