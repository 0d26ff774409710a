import { createKeyVault } from '#core/key-vault';
import type { ProductDemo } from '#core/product';
import type { Secrets } from '#core/secret';
import { generateKey, readShape } from './generate.ts';
import { insertAll } from './repository-demo.ts';

/** Real keys, drawn like all others: they open something, so no seed tells them. */
export function apiKeyDemo(secrets: Secrets): ProductDemo {
  const vault = createKeyVault(secrets, 'serviceapikey.key');
  return {
    category: 'Forecasts for programs',
    products: [
      {
        title: 'Weather API',
        description: `Forecasts for every place on earth, ten days ahead, as JSON.

5,000 calls a day: temperature, wind, rain and light for every hour, and warnings as soon as they are given.

The key works the moment it is paid, and you can replace it yourself at any time.`,
        config: {
          length: 32,
          split: true,
          split_interval: 8,
          case: 'upper',
          custom_plan: 'hobby',
          custom_requests: '5000',
        },
        periods: { '1M': 900, '1Y': 9000, '2Y': 16_000 },
      },
      {
        title: 'Weather API Pro',
        description: 'The same for busy programs: no daily limit, every quarter of an hour, and ten years of history.',
        config: { length: 40, split: false, case: 'lower', custom_plan: 'pro', private_note: 'Ask before raising it.' },
        periods: { '1M': 4900, '3M': 13_900, '1Y': 49_000 },
        setupPrice: 2500,
      },
      {
        title: 'Trial key',
        description: 'A hundred calls a day, free, to look around.',
        config: { length: 16, split: true, split_interval: 4, case: 'mixed' },
      },
    ],
    deliver: (tx, orders) =>
      insertAll(
        tx.db,
        orders.map((order) => {
          if (order.activatedAt === undefined) return { order, key: undefined };
          const shape = readShape(order.config);
          const key = generateKey(shape);
          const exactHash = shape.case === 'mixed' ? vault.exactHashOf(key) : undefined;
          return { order, key: { sealedKey: vault.seal(key), keyHash: vault.hashOf(key), exactHash } };
        }),
        tx.now,
      ),
  };
}
