import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProductDemo } from '#core/product';
import { randomHex } from '#core/secret';
import { Upload } from '#core/upload';
import type { ProductService } from '#modules/product/contract';
import type { Keeping } from './keeping.ts';
import { filesIn } from './product-files.ts';
import { insertAll } from './repository-demo.ts';

const TEXT = 'Listen to the rain. This file is all there is of the demo.\n';

interface Needs {
  readonly keeping: Keeping;
  readonly products: ProductService;
  /** Where files are sold from. */
  readonly folder: string;
}

/** Each product has a file that can be downloaded. */
export const downloadableDemo = ({ keeping, products, folder }: Needs): ProductDemo => ({
  category: 'Sounds and pictures',
  products: [
    {
      title: 'Field recordings',
      description: 'Forty minutes of rain, wind and distant thunder, to work or to sleep by.',
      config: {},
      once: 1500,
    },
    {
      title: 'Icon set',
      description: 'Two thousand weather icons, from drizzle to polar night, as SVG.',
      config: {},
      once: 3900,
    },
    {
      title: 'Cloud atlas',
      description: 'Ninety clouds and what they announce, to print or to read on the way.',
      config: {},
      once: 2400,
    },
  ],
  async ready(ctx, productId) {
    const path = join(folder, `demo-${randomHex(16)}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path, TEXT);
    const hash = createHash('sha256').update(TEXT).digest('hex');
    const words = { label: 'Read me', description: undefined };
    await keeping.add(ctx, productId, new Upload('readme.txt', Buffer.byteLength(TEXT), hash, path), words);
  },
  async deliver(tx, orders) {
    const found = await products.findAll(tx, [...new Set(orders.map(({ productId }) => productId))]);
    const delivered = orders.map((order) => ({ order, files: filesIn(found.get(order.productId)?.config ?? {}) }));
    return insertAll(tx.db, delivered, tx.now);
  },
});
