import type { ProductDemo } from '#core/product';
import { insertAll } from './repository-demo.ts';

export const customDemo: ProductDemo = {
  category: 'Help',
  products: [
    {
      title: 'Support contract',
      description: 'Someone who knows the matter answers within a working day.',
      config: {},
      periods: { '1M': 3900, '1Y': 39_000 },
    },
    {
      title: 'Data import',
      description: 'We bring the records of your old station over, check them and fill the gaps.',
      config: {},
      once: 45_000,
    },
    {
      title: 'Yearly check-up',
      description:
        'Once a year we look through your station with you by video and say what to clean and what to renew.',
      config: {},
      periods: { '1Y': 12_000 },
    },
    {
      title: 'Extra seat',
      description: 'One more person who may ask.',
      config: {},
      periods: { '1M': 500, '1Y': 5000 },
      isAddon: true,
    },
  ],
  deliver: (tx, orders) => insertAll(tx.db, orders, tx.now),
};
