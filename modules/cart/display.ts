import type { Context } from '#core/context';
import { AppError, messageOf, notFound } from '#core/error';
import type { CurrencyService } from '#modules/currency/contract';
import type { ProductService } from '#modules/product/contract';
import type { QuotedLine } from './contract.ts';
import { priced, productsIn, totalled } from './pricing.ts';
import * as carts from './repository.ts';
import type { Cart, CartLine } from './repository.ts';
import type { ShownCart } from './schema.ts';

interface Needs {
  readonly products: ProductService;
  readonly currencies: CurrencyService;
}

export type Display = ReturnType<typeof createDisplay>;

export function createDisplay({ products, currencies }: Needs) {
  const { promos } = products;
  return {
    /** For its visitor. Throws when something in it cannot be had any more. */
    async one(ctx: Context, cart: Cart): Promise<ShownCart> {
      const base = await currencies.default(ctx);
      const promo = cart.promoId === undefined ? undefined : await promos.find(ctx, cart.promoId);
      if (cart.promoId !== undefined && promo === undefined) throw notFound('cart.promo_unknown', 'Promo not found');
      const lines = await carts.listLines(ctx.db, [cart.id]);
      const found = await products.findAll(ctx, productsIn(lines));
      const pricer = { products, currency: base.code, promo };
      const quoted = lines.flatMap((line) => {
        const product = found.get(line.productId);
        return product === undefined ? [] : [priced(line, product, pricer)];
      });
      const currency = (await currencies.find(ctx, cart.currency)) ?? base;
      return { quote: totalled(quoted, base.code), promoCode: promo?.code, currency };
    },

    /** For staff, in a fixed number of queries. What cannot be had any more is left out: it must not hide the other carts. */
    async all(ctx: Context, list: readonly Cart[]): Promise<ShownCart[]> {
      const base = await currencies.default(ctx);
      const known = new Map((await currencies.list(ctx)).map((currency) => [currency.code, currency]));
      const applied = await promos.findAll(ctx, [...new Set(list.flatMap(({ promoId }) => promoId ?? []))]);
      const lines = await carts.listLines(
        ctx.db,
        list.map(({ id }) => id),
      );
      const found = await products.findAll(ctx, productsIn(lines));
      const linesOf = byCart(lines);
      return list.map(({ id, promoId, currency }) => {
        const promo = applied.get(promoId ?? 0);
        const pricer = { products, currency: base.code, promo };
        const quoted = (linesOf.get(id) ?? []).flatMap((line) => {
          const product = found.get(line.productId);
          return product === undefined ? [] : unlessRefused(ctx, () => priced(line, product, pricer));
        });
        const shownIn = known.get(currency) ?? base;
        return { quote: totalled(quoted, base.code), promoCode: promo?.code, currency: shownIn };
      });
    },
  };
}

function unlessRefused(ctx: Context, price: () => QuotedLine): QuotedLine[] {
  try {
    return [price()];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    ctx.log.debug('line of a cart left out', { reason: messageOf(error) });
    return [];
  }
}

function byCart(lines: readonly CartLine[]): ReadonlyMap<number, CartLine[]> {
  const groups = new Map<number, CartLine[]>();
  for (const line of lines) groups.set(line.cartId, [...(groups.get(line.cartId) ?? []), line]);
  return groups;
}
