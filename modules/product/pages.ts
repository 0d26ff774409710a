import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { guestEndpoint, ofVisit, type OfVisit } from '#core/endpoint';
import { toNumber, type Money } from '#core/money';
import type { Plugins } from '#core/plugin';
import type { ProductType, ProductTypes } from '#core/product';
import { Anything, Int, MapOf, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { CurrencyService } from '#modules/currency/contract';
import type { FormService } from '#modules/formbuilder/contract';
import type { Shown } from './catalogue.ts';
import type { Categories } from './category/service.ts';
import { shopCurrency, type Price, type Product } from './contract.ts';
import { questionOf, settingsOf } from './order-form.ts';
import type { Products } from './service.ts';

interface Needs {
  readonly products: Products;
  readonly categories: Categories;
  readonly currencies: CurrencyService;
  readonly productTypes: ProductTypes;
  readonly plugins: Plugins;
  readonly forms: FormService | undefined;
}

const Shelf = MapOf(Anything());
const OFFERED = { status: 'enabled', isHidden: false, isActive: true, isAddon: false } as const;
const PER_PAGE = 60;

/** Prices as a visitor sees them. */
interface Shop {
  readonly words: Readonly<Record<string, unknown>>;
  priceOf(amount: Money): number;
}

/** The shop window, and what is asked of who wants something from it. The form is sent to the cart's page of that address. */
export function shopPages({ products, categories, currencies, productTypes, plugins, forms }: Needs): readonly Page[] {
  const catalogue = guestEndpoint({
    summary: 'What is for sale, by category.',
    input: Type.Object({ page: Int({ minimum: 1, default: 1 }), search: Type.Optional(Text({ maxLength: 100 })) }),
    output: Shelf,
    handle: (ctx, { page, search = '' }) =>
      inShop(ctx, async (shop) => {
        const filter = search.trim() === '' ? OFFERED : { ...OFFERED, search: search.trim() };
        const found = await products.list(ctx, filter, { page, perPage: PER_PAGE });
        const titles = await categories.titles(ctx);
        return {
          ...shop.words,
          groups: grouped(
            found.items.filter(({ product }) => productTypes.find(product.type) !== undefined),
            titles,
            shop,
          ),
          hasSearch: search !== '' || found.total > PER_PAGE / 5,
          page,
          pages: Math.ceil(found.total / PER_PAGE),
          total: found.total,
        };
      }),
  });

  const order = guestEndpoint({
    summary: 'The order form of a product.',
    input: Type.Object({ product: Text({ maxLength: 255 }) }),
    output: Shelf,
    handle: (ctx, { product: which }) =>
      inShop(ctx, async (shop) => {
        const shown = await products.showOffered(ctx, /^\d+$/.test(which) ? { id: Number(which) } : { slug: which });
        const { product } = shown;
        const type = productTypes.find(product.type);
        return {
          ...cardOf(shown, shop),
          ...shop.words,
          isOrderable: type !== undefined && !isSoldOut(product) && shown.tlds === undefined,
          pricing: pricingOf(product, shop),
          settings: type === undefined ? [] : settingsOf(type),
          questions: type === undefined ? [] : (await questionsOf(ctx, product, type)).map(questionOf),
          addons: shown.addons
            .filter((addon) => addon.isActive && addon.status === 'enabled')
            .map((addon) => ({ ...cardOf({ product: addon }, shop), pricing: pricingOf(addon, shop) })),
        };
      }),
  });

  /** In the currency the visitor has chosen, where somebody lets them choose. */
  const inShop = (ctx: Context, show: (shop: Shop) => Promise<Record<string, unknown>>): Promise<OfVisit> =>
    Promise.resolve(
      ofVisit(async (visit) => {
        const [choice] = plugins.list(shopCurrency);
        const currency = (await choice?.chosen(ctx, visit)) ?? (await currencies.default(ctx));
        const all = choice === undefined ? [] : await currencies.list(ctx);
        return show({
          words: { currency: currency.code, currencies: all.map(({ code }) => code), here: visit.url },
          priceOf: (amount) => toNumber(currencies.fromDefault(amount, currency)),
        });
      }),
    );

  /** The cart asks forms of such types alone: of others a visitor may set no more than the type names. */
  const questionsOf = async (ctx: Context, { formId }: Product, { clientKeys }: ProductType) =>
    formId === undefined || clientKeys !== undefined ? [] : ((await forms?.fields(ctx, formId)) ?? []);

  return [
    { role: 'guest', route: 'GET /order', endpoint: catalogue, view: 'catalogue' },
    { role: 'guest', route: 'GET /order/:product', endpoint: order, view: 'order' },
  ];
}

export const shopMenu: readonly MenuEntry[] = [{ role: 'guest', title: 'menu.products', href: '/order', order: 10 }];

/** In the order of the categories' ids, what has none at the end. */
function grouped(found: readonly Shown[], titles: ReadonlyMap<number, string | undefined>, shop: Shop) {
  const known = [...titles].map(([id, title]) => ({ id: id as number | undefined, title: title ?? '' }));
  return [...known, { id: undefined, title: '' }]
    .map(({ id, title }) => ({
      title,
      products: found
        .filter(({ product: { categoryId } }) => (titles.has(categoryId ?? 0) ? categoryId : undefined) === id)
        .map((one) => cardOf(one, shop)),
    }))
    .filter(({ products }) => products.length > 0);
}

function cardOf({ product }: Pick<Shown, 'product'>, shop: Shop) {
  const offered = product.pricing.periods.filter(({ isEnabled }) => isEnabled);
  return {
    id: product.id,
    slug: product.slug,
    title: product.title,
    description: product.description ?? null,
    unit: product.unit,
    takesQuantity: product.allowsQuantity,
    isSoldOut: isSoldOut(product),
    startsFrom: lowestOf(product, shop),
    billing: product.pricing.type,
    // One period is said with the price; of several, only the lowest price is.
    period: offered.length === 1 ? (offered[0]?.code ?? null) : null,
  };
}

function lowestOf({ pricing: { type, once, periods } }: Product, shop: Shop): number | null {
  if (type !== 'recurrent') return type === 'once' ? shop.priceOf(once.price) : 0;
  const prices = periods.filter(({ isEnabled }) => isEnabled).map(({ price }) => shop.priceOf(price));
  return prices.length === 0 ? null : Math.min(...prices);
}

const isSoldOut = ({ hasStockControl, quantityInStock }: Product): boolean => hasStockControl && quantityInStock < 1;

function pricingOf({ pricing: { type, once, periods } }: Product, shop: Shop) {
  return {
    type,
    once: priceOf(once, shop),
    periods: periods
      .filter(({ isEnabled }) => isEnabled)
      .map((period) => ({ code: period.code, ...priceOf(period, shop) })),
  };
}

const priceOf = ({ price, setup }: Price, shop: Shop) => ({
  price: shop.priceOf(price),
  setup: shop.priceOf(setup),
});
