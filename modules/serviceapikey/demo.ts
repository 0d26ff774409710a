import { createKeyVault } from '#core/key-vault';
import type { ProductDemo } from '#core/product';
import type { Secrets } from '#core/secret';
import { generateKey, readShape } from './generate.ts';
import { insertAll } from './repository-demo.ts';

/** Real keys, drawn like all others: they open something, so no seed tells them. */
export function apiKeyDemo(secrets: Secrets): ProductDemo {
  const vault = createKeyVault(secrets, 'serviceapikey.key');
  return {
    products: [
      {
        title: 'Weather API',
        description: 'Forecasts for every place on earth.',
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
        description: 'The same, without limits.',
        config: { length: 40, split: false, case: 'lower', custom_plan: 'pro', private_note: 'Ask before raising it.' },
        periods: { '1M': 4900, '3M': 13_900, '1Y': 49_000 },
        setupPrice: 2500,
      },
      {
        title: 'Trial key',
        description: 'Free, to look around.',
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
