import type { Tx } from '#core/context';
import type { ProductService } from '#modules/product/contract';
import { STOCK_RESERVED } from './meta.ts';
import * as metas from './repository-meta.ts';

interface Line {
  readonly id: number;
  readonly productId: number;
  readonly quantity: number;
}

/**
 * Pieces of a product that orders take. A checkout sets them aside, so that nobody sells them twice; an order of staff
 * takes them when it is activated. What was set aside and never activated goes back, once: the row of the order is locked.
 */
export interface Stock {
  reserve(tx: Tx, line: Line): Promise<void>;
  take(tx: Tx, line: Line): Promise<void>;
  giveBack(tx: Tx, line: Line): Promise<void>;
}

export const createStock = (products: ProductService): Stock => ({
  async reserve(tx, { id, productId, quantity }) {
    if (await products.takeStock(tx, productId, quantity))
      await metas.set(tx.db, id, STOCK_RESERVED, String(quantity), tx.now);
  },

  async take(tx, { id, productId, quantity }) {
    const reserved = await metas.find(tx.db, id, STOCK_RESERVED);
    if (reserved === undefined) await products.takeStock(tx, productId, quantity);
    else await metas.remove(tx.db, id, STOCK_RESERVED);
  },

  async giveBack(tx, { id, productId }) {
    const reserved = await metas.find(tx.db, id, STOCK_RESERVED);
    if (reserved === undefined) return;
    await metas.remove(tx.db, id, STOCK_RESERVED);
    await products.returnStock(tx, productId, Math.max(0, Number.parseInt(reserved, 10) || 0));
  },
});
