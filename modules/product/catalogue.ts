import type { Context } from '#core/context';
import type { Product } from './contract.ts';
import * as categories from './category/repository.ts';
import * as products from './repository.ts';
import * as tlds from './tld/repository.ts';
import type { Tld } from './tld/repository.ts';

/** A product with all that is shown of it. */
export interface Shown {
  readonly product: Product;
  readonly addons: readonly Product[];
  /** Titles by id; not itself. */
  readonly upgrades: ReadonlyMap<number, string>;
  readonly category: { readonly id: number; readonly title: string | undefined } | undefined;
  /** Prices of a domain product; undefined for any other. */
  readonly tlds: readonly Tld[] | undefined;
}

export const DOMAIN = 'domain';

/** Five queries, however many products. */
export async function show(ctx: Context, list: readonly Product[]): Promise<Shown[]> {
  const addons = new Map(
    (await products.listByIds(ctx.db, unique(list.flatMap(({ addonIds }) => addonIds)))).map((addon) => [
      addon.id,
      addon,
    ]),
  );
  const upgrades = await products.listTitlesOf(ctx.db, unique(list.flatMap(({ upgradeIds }) => upgradeIds)));
  const titles = await categories.listTitlesOf(ctx.db, unique(list.flatMap(({ categoryId }) => categoryId ?? [])));
  const endings = list.some(({ type }) => type === DOMAIN) ? await tlds.listActive(ctx.db) : [];
  return list.map((product) => ({
    product,
    addons: inOrder(product, product.addonIds).flatMap((id) => {
      const addon = addons.get(id);
      return addon?.isAddon === true ? [addon] : [];
    }),
    upgrades: new Map(
      inOrder(product, product.upgradeIds).flatMap((id) => {
        const title = upgrades.get(id);
        return title === undefined ? [] : [[id, title] as const];
      }),
    ),
    category:
      product.categoryId !== undefined && titles.has(product.categoryId)
        ? { id: product.categoryId, title: titles.get(product.categoryId) }
        : undefined,
    tlds: product.type === DOMAIN ? endings : undefined,
  }));
}

/** Once each, by id, without the product itself. */
const inOrder = ({ id }: Product, ids: readonly number[]): number[] =>
  unique(ids)
    .filter((other) => other !== id)
    .sort((a, b) => a - b);

const unique = (ids: readonly number[]): number[] => [...new Set(ids)];
