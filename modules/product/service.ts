import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page } from '#core/db/paginate';
import { type AppError, conflict, invalidInput, notFound } from '#core/error';
import type { ListRequest } from '#core/listing';
import type { Toolbox } from '#core/toolbox';
import type { CurrencyService } from '#modules/currency/contract';
import { isTruthy } from '#core/schema';
import { productBeingRemoved, type Price, type Product, type PromoService, type ProductService } from './contract.ts';
import { DOMAIN, show, type Shown } from './catalogue.ts';
import * as categories from './category/repository.ts';
import { freePricing, repriced } from './pricing.ts';
import * as products from './repository.ts';
import type { Filter, NewProduct, ProductChange, StoredProduct } from './repository.ts';
import { slugOf, withSuffix } from './slug.ts';
import { titlesOfTypes } from './types.ts';

/** As is in the contract of this module, and what its own endpoints need. */
export type Products = ReturnType<typeof createProducts>;

export interface Update extends Omit<ProductChange, 'config'> {
  readonly pricing?: Readonly<Record<string, unknown>> | undefined;
  /** Merged into what there is. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

const SLUG_ATTEMPTS = 20;

export function createProducts(
  { currencies, productTypes }: Pick<Toolbox, 'productTypes'> & { readonly currencies: CurrencyService },
  promos: PromoService,
) {
  const find = (ctx: Context, id: number) => products.findById(ctx.db, id);
  const get = async (ctx: Context, id: number): Promise<Product> => (await find(ctx, id)) ?? missing();
  const keepCurrency = async (tx: Tx): Promise<string> => (await currencies.keepDefault(tx)).code;

  const create = async (tx: Tx, product: Omit<NewProduct, 'slug'>): Promise<number> => {
    const paymentId = await products.insertPayment(tx.db, freePricing(await keepCurrency(tx)));
    return insertUnderFreeSlug(tx, product, paymentId);
  };

  const lent: Omit<ProductService, 'types' | 'prepare'> = {
    find,
    get,
    findBySlug: (ctx, slug) => products.findBySlug(ctx.db, slug),
    listOfType: (ctx, type) => products.listAll(ctx.db, { type, status: 'enabled' }),
    choices: (ctx) => products.listTitles(ctx.db, { isActive: true }),
    namesOf: (ctx, ids) => products.listNames(ctx.db, ids),
    findAll: async (ctx, ids) => new Map((await products.listByIds(ctx.db, ids)).map((found) => [found.id, found])),
    async lockAll(tx, ids) {
      const locked = new Map<number, Product>();
      for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
        const product = await products.findForUpdate(tx.db, id);
        if (product !== undefined) locked.set(id, product);
      }
      return locked;
    },
    isOffered,
    offersPeriod: ({ pricing }, period) => pricing.periods.some(({ code, isEnabled }) => isEnabled && code === period),
    priceOf,
    async reconfigure(tx, id, change) {
      const config = change(await getForUpdate(tx, id));
      await products.setFields(tx.db, id, { config }, tx.now);
    },
    async takeStock(tx, id, quantity) {
      const product = await products.findForUpdate(tx.db, id);
      if (product?.hasStockControl !== true) return false;
      if (!(await products.takeStock(tx.db, id, quantity)))
        throw conflict('product.out_of_stock', `Product ${id} is out of stock.`);
      return true;
    },
    returnStock: (tx, id, quantity) => products.returnStock(tx.db, id, quantity),
    promos,
  };

  return {
    ...lent,

    list: async (ctx: Context, filter: Filter, page: ListRequest): Promise<Page<Shown>> => {
      const found = await products.listPage(ctx.db, { isAddon: false, ...filter }, page);
      return { ...found, items: await show(ctx, found.items) };
    },
    titles: (ctx: Context, filter: Filter) => products.listTitles(ctx.db, filter),
    types: () => titlesOfTypes(productTypes),

    async show(ctx: Context, id: number): Promise<Shown> {
      return shown(ctx, await get(ctx, id));
    },
    async showAddon(ctx: Context, id: number): Promise<Shown> {
      return shown(ctx, refuseNoAddon(await get(ctx, id)));
    },
    /** What a visitor asks for, by id or else by slug. */
    async showOffered(
      ctx: Context,
      { id, slug }: { id?: number | undefined; slug?: string | undefined },
    ): Promise<Shown> {
      if (!id && !slug) throw invalidInput('product.which', 'Product ID or slug is missing');
      const product = id ? await find(ctx, id) : await products.findBySlug(ctx.db, slug ?? '');
      return product !== undefined && isOffered(product) ? shown(ctx, product) : missing();
    },

    prepare: (
      ctx: Context,
      { title, type, categoryId }: { title: string; type: string; categoryId?: number | undefined },
    ) =>
      atomic(ctx, async (tx) => {
        if (type === DOMAIN && (await products.existsOfType(tx.db, DOMAIN)))
          throw conflict('product.second_domain', 'You have already created domain product.');
        if (!Object.hasOwn(titlesOfTypes(productTypes), type))
          throw invalidInput('product.unknown_type', `Product type ${type} is not registered.`);
        if (categoryId !== undefined) await refuseNoCategory(tx, categoryId);
        const priority = (await products.findHighestPriority(tx.db)) + 10;
        const id = await create(tx, {
          title,
          type,
          categoryId,
          priority,
          status: 'disabled',
          setup: 'after_payment',
          isAddon: false,
        });
        await tx.record(`Created new product #${id}`);
        return id;
      }),

    createAddon: (ctx: Context, addon: Omit<NewProduct, 'slug' | 'type' | 'isAddon'>) =>
      atomic(ctx, async (tx) => {
        const id = await create(tx, { ...addon, type: 'custom', isAddon: true });
        await tx.record(`Created new addon #${id}`);
        return id;
      }),

    update: (ctx: Context, id: number, change: Update) =>
      atomic(ctx, async (tx) => {
        const currency = await keepCurrency(tx); // first, as does who changes it
        await applyChange(tx, await getForUpdate(tx, id), change, currency);
      }),
    updateAddon: (ctx: Context, id: number, change: Update) =>
      atomic(ctx, async (tx) => {
        const currency = await keepCurrency(tx);
        await applyChange(tx, refuseNoAddon(await getForUpdate(tx, id)), change, currency);
      }),

    /** Replaces the configuration by what of `config` is not empty, and adds one more pair. */
    configure: (
      ctx: Context,
      id: number,
      { config, name, value }: { config: unknown; name: string | undefined; value: string | undefined },
    ) =>
      atomic(ctx, async (tx) => {
        const product = await getForUpdate(tx, id);
        const kept = typeof config === 'object' && config !== null ? withoutEmpty(config) : product.config;
        const added = name !== undefined && isTruthy(name) && isTruthy(value) ? { [name]: value } : {};
        await products.setFields(tx.db, id, { config: { ...kept, ...added } }, tx.now);
        await tx.record(`Updated product #${id} configuration`);
      }),

    prioritize: (ctx: Context, priorities: unknown) =>
      atomic(ctx, async (tx) => {
        if (typeof priorities !== 'object' || priorities === null)
          throw invalidInput('product.priorities', 'priority params is missing');
        for (const [id, priority] of Object.entries(priorities).sort(byId)) {
          if (Number.isSafeInteger(Number(id)) && Number.isSafeInteger(Number(priority)))
            await products.setPriority(tx.db, Number(id), Number(priority), tx.now);
        }
        await tx.record('Changed product priorities');
      }),

    remove: (ctx: Context, id: number) =>
      atomic(ctx, async (tx) => {
        const product = await getForUpdate(tx, id);
        await tx.ask(productBeingRemoved, { productId: id });
        await products.remove(tx.db, product);
        await tx.record(`Deleted product #${id}`);
      }),
  };
}

const missing = (): never => {
  throw notFound('product.not_found', 'Product not found');
};

const getForUpdate = async (tx: Tx, id: number): Promise<StoredProduct> =>
  (await products.findForUpdate(tx.db, id)) ?? missing();

function refuseNoAddon<P extends Product>(product: P): P {
  if (!product.isAddon) throw notFound('product.addon_not_found', 'Addon not found');
  return product;
}

async function refuseNoCategory(tx: Tx, id: number): Promise<void> {
  if ((await categories.findForUpdate(tx.db, id)) === undefined)
    throw notFound('product.category_not_found', 'Category not found');
}

const isOffered = ({ isActive, status, isAddon }: Product): boolean => isActive && status === 'enabled' && !isAddon;

async function shown(ctx: Context, product: Product): Promise<Shown> {
  const [one] = await show(ctx, [product]);
  return one ?? missing();
}

function priceOf({ id, pricing }: Product, period: string | undefined): Price {
  if (pricing.type === 'once') return pricing.once;
  if (pricing.type === 'free') return freePricing(pricing.once.price.currency).once;
  if (!period)
    throw invalidInput('product.no_period', `Product ${id} payment type is recurrent, but period was not selected`);
  const offered = pricing.periods.find(({ code, isEnabled }) => isEnabled && code === period);
  if (offered === undefined)
    throw invalidInput('product.period_not_offered', 'Selected billing period is not available for this product');
  return { price: offered.price, setup: offered.setup };
}

/** Two products of one title may be made at once: the index says who was first, the other gets a suffix. */
async function insertUnderFreeSlug(tx: Tx, product: Omit<NewProduct, 'slug'>, paymentId: number): Promise<number> {
  const slug = slugOf(product.title);
  for (let attempt = 0; attempt < SLUG_ATTEMPTS; attempt++) {
    const candidate = { ...product, slug: attempt === 0 ? slug : withSuffix(slug) };
    const id = await unlessTaken(() => products.insert(tx.db, candidate, paymentId, tx.now));
    if (id !== undefined) return id;
  }
  throw slugTaken();
}

async function unlessTaken<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (isUniqueViolation(error)) return undefined;
    throw error;
  }
}

const slugTaken = (): AppError => conflict('product.slug_taken', 'Another product has this slug already.');

async function applyChange(tx: Tx, product: StoredProduct, change: Update, currency: string): Promise<void> {
  const { pricing, config, slug, ...fields } = change;
  if (fields.categoryId) await refuseNoCategory(tx, fields.categoryId);
  if (pricing !== undefined)
    await products.setPricing(tx.db, product.paymentId, repriced(product.pricing, pricing, currency));
  const all = { ...fields, slug: slug || undefined, config: config && { ...product.config, ...config } };
  const done = await unlessTaken(async () => {
    await products.setFields(tx.db, product.id, all, tx.now);
    return true;
  });
  if (!done) throw slugTaken();
  await tx.record(`Updated product #${product.id} configuration`);
}

/** 0 and "0" are values; an empty text, list or false is not. */
const withoutEmpty = (config: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).filter(
      ([, value]) => value === '0' || value === 0 || isTruthy(isEmptyMap(value) ? '' : value),
    ),
  );

const isEmptyMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Always in the same order, so that two callers do not wait for each other in a circle. */
const byId = ([a]: [string, unknown], [b]: [string, unknown]): number => Number(a) - Number(b);
