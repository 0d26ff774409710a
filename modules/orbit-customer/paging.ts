import { Type, type Static } from '@sinclair/typebox';
import type { Page } from '#core/db/paginate';

export const Pagination = Type.Object({
  current_page: Type.Integer(),
  per_page: Type.Integer(),
  total: Type.Integer(),
  last_page: Type.Integer(),
});

export const pagination = ({ page, perPage, total }: Page<unknown>): Static<typeof Pagination> => ({
  current_page: page,
  per_page: perPage,
  total,
  last_page: Math.max(1, Math.ceil(total / perPage)),
});
