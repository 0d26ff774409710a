import { Type } from '@sinclair/typebox';
import { adminEndpoint } from '#core/endpoint';
import { ROWS, SortInput } from '#core/listing';
import { Anything, Id, listed, MapOf, Paging, required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { categoryApi } from './api/admin-categories.ts';
import { filterText } from './api/list.ts';
import type { Category } from './category/repository.ts';
import type { Categories } from './category/service.ts';

interface Parts {
  readonly categories: Categories;
  readonly admin: ReturnType<typeof categoryApi>;
}

const Shown = MapOf(Anything());
const permission = 'manage_categories';
const toList = (): string => '/admin/product/categories';

/** Categories of the catalogue. */
export function categoryPages({ categories, admin }: Parts): readonly Page[] {
  const list = adminEndpoint({
    summary: 'Categories with how many products each has.',
    permission,
    input: Type.Object({ search: Type.Optional(Text({ maxLength: 255 })), page: Paging.page, ...SortInput }),
    output: Shown,
    handle: async (ctx, { search, page, sort }) =>
      listed(await categories.page(ctx, filterText(search), { page, perPage: ROWS, sort }), (one) => ({
        ...rowOf(one),
        products: one.products,
      })),
  });
  const fresh = adminEndpoint({
    summary: 'The form for a new category.',
    permission,
    input: Type.Object({}),
    output: Shown,
    handle: () => Promise.resolve({}),
  });
  const one = adminEndpoint({
    summary: 'A category.',
    permission,
    input: Type.Object({ id: required('Category ID was not passed', Id) }),
    output: Shown,
    handle: async (ctx, { id }) => rowOf(await categories.get(ctx, id)),
  });
  const at = '/product/categories/:id';
  return [
    { role: 'admin', route: 'GET /product/categories', endpoint: list, view: 'admin/categories' },
    { role: 'admin', route: 'GET /product/categories/new', endpoint: fresh, view: 'admin/category' },
    { role: 'admin', route: 'POST /product/categories/new', endpoint: admin.category_create, leavesFor: toList, says: 'category.added' },
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/category' },
    { role: 'admin', route: `POST ${at}`, endpoint: admin.category_update, leavesFor: toList, says: 'product.saved' },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.category_delete, then: `/admin${at}`, says: 'category.removed' },
  ]; // prettier-ignore
}

const rowOf = ({ id, title, description, iconUrl }: Category) => ({
  id,
  title: title ?? null,
  description: description ?? null,
  icon_url: iconUrl ?? null,
});
