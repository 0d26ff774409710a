import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { conflict, notFound } from '#core/error';
import type { ListRequest } from '#core/listing';
import { show, type Shown } from '../catalogue.ts';
import * as products from '../repository.ts';
import * as categories from './repository.ts';
import type { Category, CategoryFields } from './repository.ts';

export interface ShownCategory {
  readonly category: Category;
  readonly products: readonly Shown[];
}

/** Of a category everybody, staff too, sees what a visitor sees. */
const VISIBLE = { status: 'enabled', isHidden: false, isAddon: false, isActive: true } as const;

export type Categories = ReturnType<typeof createCategories>;

export function createCategories() {
  return {
    titles: (ctx: Context) => categories.listTitles(ctx.db),
    page: (ctx: Context, search: string | undefined, request: ListRequest) =>
      categories.listPage(ctx.db, search, request),
    get: async (ctx: Context, id: number): Promise<Category> => (await categories.findById(ctx.db, id)) ?? missing(),

    async list(ctx: Context, page: PageRequest): Promise<Page<ShownCategory>> {
      const found = await categories.listVisible(ctx.db, page);
      return { ...found, items: await withProducts(ctx, found.items) };
    },

    async show(ctx: Context, id: number): Promise<ShownCategory> {
      const [shown] = await withProducts(ctx, [(await categories.findById(ctx.db, id)) ?? missing()]);
      return shown ?? missing();
    },

    create: (ctx: Context, fields: CategoryFields) =>
      atomic(ctx, async (tx) => {
        const id = await categories.insert(tx.db, fields, tx.now);
        await tx.record(`Created new product category #${id}`);
        return id;
      }),

    /** What is left out is cleared. */
    update: (ctx: Context, id: number, fields: CategoryFields) =>
      atomic(ctx, async (tx) => {
        await getForUpdate(tx, id);
        await categories.setFields(tx.db, id, fields, tx.now);
        await tx.record(`Updated product category #${id}`);
      }),

    remove: (ctx: Context, id: number) =>
      atomic(ctx, async (tx) => {
        await getForUpdate(tx, id);
        if (await products.existsInCategory(tx.db, id))
          throw conflict('product.category_in_use', 'Cannot remove product category with products');
        await categories.remove(tx.db, id);
        await tx.record(`Deleted product category #${id}`);
      }),
  };
}

const missing = (): never => {
  throw notFound('product.category_not_found', 'Category not found');
};

const getForUpdate = async (tx: Tx, id: number): Promise<Category> =>
  (await categories.findForUpdate(tx.db, id)) ?? missing();

async function withProducts(ctx: Context, list: readonly Category[]): Promise<ShownCategory[]> {
  const categoryIds = list.map(({ id }) => id);
  const all = await show(ctx, await products.listAll(ctx.db, { ...VISIBLE, categoryIds }));
  return list.map((category) => ({
    category,
    products: all.filter(({ product }) => product.categoryId === category.id),
  }));
}
