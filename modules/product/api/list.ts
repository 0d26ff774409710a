import type { Page, PageRequest } from '#core/db/paginate';

/** A filter that is sent empty, as forms do, filters nothing. */
export const filterText = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

export const pageRequest = ({ page, per_page }: { page: number; per_page: number }): PageRequest => ({
  page,
  perPage: per_page,
});

export const pageOf = <T, V>({ page, perPage, total, items }: Page<T>, present: (item: T) => V) => ({
  pages: Math.ceil(total / perPage),
  page,
  per_page: perPage,
  total,
  list: items.map(present),
});
