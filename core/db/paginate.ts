import type { Knex } from 'knex';

export interface PageRequest {
  readonly page: number;
  readonly perPage: number;
}

export interface Page<T> extends PageRequest {
  readonly total: number;
  readonly items: readonly T[];
}

/** One count and one page of rows. `query` has its conditions; `order` adds the sorting and columns the count does not need. */
export async function paginate<Row extends object, T>(
  query: Knex.QueryBuilder,
  { page, perPage }: PageRequest,
  order: (rows: Knex.QueryBuilder) => Knex.QueryBuilder,
  toItem: (row: Row) => T,
): Promise<Page<T>> {
  const [counted] = (await query.clone().count({ total: '*' })) as { total: number | string }[];
  const total = Number(counted?.total ?? 0);
  const offset = (page - 1) * perPage;
  if (offset >= total) return { page, perPage, total, items: [] };
  const rows = (await order(query.clone()).limit(perPage).offset(offset)) as Row[];
  return { page, perPage, total, items: rows.map(toItem) };
}

/** Case-insensitive "contains"; `%` and `_` keep their meaning (spec A11), a backslash is only itself. */
export const whereContains = (query: Knex.QueryBuilder, column: string, text: string): Knex.QueryBuilder =>
  query.whereRaw("?? like ? escape '!'", [column, `%${text.replaceAll('!', '!!')}%`]);
