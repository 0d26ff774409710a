import type { Search } from '#core/web/search';
import { search } from './repository-overview.ts';

export const productSearch: readonly Search[] = [
  {
    title: 'panel.products',
    permission: 'view',
    find: async (ctx, text, limit) =>
      (await search(ctx.db, text, limit)).map(({ id, title, slug }) => ({
        title,
        text: slug,
        href: `/admin/product/manage/${id}`,
      })),
  },
];
