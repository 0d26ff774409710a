import { Type, type Static } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, file } from '#core/endpoint';
import { csvOf, everyPage, ROWS, SortInput, type ListRequest } from '#core/listing';
import type { ProductTypes } from '#core/product';
import { Anything, listed, MapOf, Paging, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { CurrencyService } from '#modules/currency/contract';
import type { FormService } from '#modules/formbuilder/contract';
import type { productApi } from './api/admin.ts';
import { filterText } from './api/list.ts';
import type { Shown } from './catalogue.ts';
import type { Categories } from './category/service.ts';
import { present } from './schema.ts';
import type { Products } from './service.ts';

export interface ProductPanelParts {
  readonly products: Products;
  readonly categories: Categories;
  readonly currencies: CurrencyService;
  readonly productTypes: ProductTypes;
  readonly forms: FormService | undefined;
  readonly admin: ReturnType<typeof productApi>;
  writeTime(time: Date): string;
}

const Answer = MapOf(Anything());
const List = Type.Object({
  type: Type.Optional(Text()),
  status: Type.Optional(Text()),
  search: Type.Optional(Text()),
  page: Paging.page,
  ...SortInput,
});
const COLUMNS = [
  'id',
  'title',
  'slug',
  'type',
  'category',
  'status',
  'hidden',
  'price_from',
  'stock',
  'priority',
  'created_at',
];
export const STATUSES = ['enabled', 'disabled'];

const pageOfProduct = (id: unknown): string => `/admin/product/manage/${String(id)}`;

/** Products and add-ons in lists, in their order, and new ones. */
export function cataloguePages(parts: ProductPanelParts): readonly Page[] {
  const { products, categories, currencies, admin, writeTime } = parts;
  const typesOf = () => Object.entries(products.types());
  const found = (ctx: Context, { type, status, search }: Static<typeof List>, isAddon: boolean, request: ListRequest) =>
    products.list(
      ctx,
      { type: filterText(type), status: filterText(status), search: filterText(search), isAddon },
      request,
    );

  const listOf = (isAddon: boolean) =>
    adminEndpoint({
      summary: isAddon ? 'Add-ons, as staff filter and sort them.' : 'Products, as staff filter and sort them.',
      permission: 'view',
      input: List,
      output: Answer,
      async handle(ctx, input: Static<typeof List>) {
        const page = await found(ctx, input, isAddon, { page: input.page, perPage: ROWS, sort: input.sort });
        return {
          ...listed(page, rowOf),
          isAddon,
          currency: (await currencies.default(ctx)).code,
          types: Object.keys(products.types()),
          statuses: STATUSES,
          may: mayManage(ctx.actor),
        };
      },
    });

  const exportList = adminEndpoint({
    summary: 'Products as a CSV file, filtered as the list is.',
    permission: 'view',
    input: List,
    output: Type.String(),
    async handle(ctx, input: Static<typeof List>) {
      async function* rows() {
        for await (const items of everyPage((request) => found(ctx, input, false, request))) yield items.map(rowOf);
      }
      return file('products.csv', 'text/csv; charset=utf-8', csvOf(COLUMNS, rows(), writeTime));
    },
  });

  const fresh = (isAddon: boolean) =>
    adminEndpoint({
      summary: 'The form for something new.',
      permission: 'manage_products',
      input: Type.Object({}),
      output: Answer,
      handle: async (ctx) => ({ isAddon, types: typesOf(), categories: await categoryChoices(ctx, categories) }),
    });

  const order = adminEndpoint({
    summary: 'The order in which products are shown.',
    permission: 'manage_products',
    input: Type.Object({}),
    output: Answer,
    handle: async (ctx) => ({
      products: (await products.list(ctx, {}, { page: 1, perPage: MOST_SORTED })).items.map(rowOf),
    }),
  });

  return [
    { role: 'admin', route: 'GET /product', endpoint: listOf(false), view: 'admin/products' },
    { role: 'admin', route: 'GET /product/csv', endpoint: exportList },
    { role: 'admin', route: 'GET /product/addons', endpoint: listOf(true), view: 'admin/products' },
    { role: 'admin', route: 'GET /product/new', endpoint: fresh(false), view: 'admin/new-product' },
    { role: 'admin', route: 'POST /product/new', endpoint: admin.prepare, leavesFor: pageOfProduct, says: 'product.added' },
    { role: 'admin', route: 'GET /product/addons/new', endpoint: fresh(true), view: 'admin/new-product' },
    { role: 'admin', route: 'POST /product/addons/new', endpoint: admin.addon_create, leavesFor: pageOfProduct, says: 'product.added' },
    { role: 'admin', route: 'GET /product/order', endpoint: order, view: 'admin/order' },
    { role: 'admin', route: 'POST /product/order', endpoint: admin.update_priority, leavesFor: () => '/admin/product', says: 'product.sorted' },
  ]; // prettier-ignore
}

/** As options of a select, with none before them. */
export const categoryChoices = async (ctx: Context, categories: Categories): Promise<[string, string][]> => [
  ['', '–'],
  ...[...(await categories.titles(ctx))].map(([id, title]): [string, string] => [String(id), title ?? `#${id}`]),
];

/** Nobody sorts more by hand. */
const MOST_SORTED = 500;

function rowOf(shown: Shown) {
  const { product, category } = shown;
  return {
    id: product.id,
    title: product.title,
    slug: product.slug,
    type: product.type,
    category: category?.title ?? null,
    status: product.status,
    hidden: product.isHidden,
    price_from: present(shown).price_starting_from,
    stock: product.hasStockControl ? product.quantityInStock : null,
    priority: product.priority ?? null,
    created_at: product.createdAt,
  };
}

export const mayManage = ({ rights }: AdminActor): boolean => holds(rights, 'product', 'manage_products');
