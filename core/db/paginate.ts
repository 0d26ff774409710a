import type { Knex } from 'knex';
import { countNearlyAll, idsOnPage, type NearlyAll } from './nearly-all.ts';

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

export interface Sorting {
  /** The primary key, which also ends the sorting. */
  readonly key: string;
  readonly by: readonly { readonly column: string; readonly order: 'asc' | 'desc' }[];
  /** Nothing narrows the list: as long as its ids have no gap, they tell by themselves which are on a page. */
  readonly isWhole?: boolean;
}

/** The newest first, as far as ids tell. */
export const latestFirst = (key = 'id', filter?: object): Sorting => ({
  key,
  by: [{ column: key, order: 'desc' }],
  isWhole: filter !== undefined && Object.values(filter).every((value) => value === undefined),
});

/**
 * The same for tables that grow without end. A page is found by its keys alone, in an index and counted from whichever
 * end is nearer, and only its own rows are read: the last page costs what the first costs.
 */
export async function paginateFar<Row extends object, T>(
  found: Knex.QueryBuilder,
  sorting: Sorting,
  { page, perPage }: PageRequest,
  rowsOf: (keys: readonly number[]) => Knex.QueryBuilder,
  toItem: (row: Row) => T,
): Promise<Page<T>> {
  const [counted] = (await found.clone().count({ total: '*' })) as { total: number | string }[];
  const total = Number(counted?.total ?? 0);
  const before = (page - 1) * perPage;
  const size = Math.min(perPage, total - before);
  if (size <= 0) return { page, perPage, total, items: [] };
  const part = { total, before, size, after: total - before - size };
  const keys = (await keysWithoutGap(found, sorting, part)) ?? (await walkToKeys(found, sorting, part));
  const rows = (await rowsOf(keys).orderBy([...sorting.by])) as Row[];
  return { page, perPage, total, items: rows.map(toItem) };
}

interface Part {
  readonly total: number;
  /** Rows before the page, on it and after it. */
  readonly before: number;
  readonly size: number;
  readonly after: number;
}

async function walkToKeys(
  found: Knex.QueryBuilder,
  { key, by }: Sorting,
  { before, size, after }: Part,
): Promise<number[]> {
  const isNearEnd = after < before;
  const sorting = by.map(({ column, order }) => ({ column, order: isNearEnd ? turned[order] : order }));
  const wanted = found.clone().select({ key }).orderBy(sorting).limit(size);
  const keys = (await wanted.offset(isNearEnd ? after : before)) as { key: number }[];
  return keys.map((row) => row.key);
}

const turned = { asc: 'desc', desc: 'asc' } as const;
/** So many rows are walked over sooner than the two ends are looked up. */
const SHORT_WALK = 10_000;

/** A log only grows at one end and is purged at the other, so its ids are often all there: then the page is known at once. */
async function keysWithoutGap(
  found: Knex.QueryBuilder,
  { key, by, isWhole = false }: Sorting,
  { total, before, size, after }: Part,
): Promise<number[] | undefined> {
  if (!isWhole || by.length > 1 || Math.min(before, after) < SHORT_WALK) return undefined;
  const order = by[0]?.order ?? 'asc';
  const ends = (await found
    .clone()
    .where((end) => void end.where(key, found.clone().min(key)).orWhere(key, found.clone().max(key)))
    .orderBy(key, order)
    .select({ key })) as { key: number }[];
  const [first = NaN, last = NaN] = ends.map((row) => row.key);
  if (Math.abs(last - first) + 1 !== total) return undefined;
  const step = order === 'asc' ? 1 : -1;
  return Array.from({ length: size }, (_, index) => first + step * (before + index));
}

interface Found {
  readonly db: Knex;
  readonly query: Knex.QueryBuilder;
  /** Counts them where there is a quicker way than to look at each. */
  readonly count?: (() => Promise<number>) | undefined;
  /** Where `query` is nearly the whole table, there are quicker ways to count it and to find a page far from its ends. */
  readonly nearlyAll?: NearlyAll | undefined;
}

/** As `paginateFar`, with the keys and their rows in one statement: what `rowsOf` gets is a query for the keys. */
export async function paginateByKey<Row extends object, T>(
  { db, query, nearlyAll, count = () => (nearlyAll ? countNearlyAll(db, nearlyAll) : countOf(query)) }: Found,
  { key, by }: Sorting,
  { page, perPage }: PageRequest,
  rowsOf: (keys: Knex.QueryBuilder) => Knex.QueryBuilder,
  toItem: (row: Row) => T,
): Promise<Page<T>> {
  const total = await count();
  const before = (page - 1) * perPage;
  const size = Math.min(perPage, total - before);
  if (size <= 0) return { page, perPage, total, items: [] };
  const after = total - before - size;
  const isNearEnd = after < before;
  const turned = { asc: 'desc', desc: 'asc' } as const;
  const sorting = by.map(({ column, order }) => ({ column, order: isNearEnd ? turned[order] : order }));
  const part = { total, before, size, isDown: by[0]?.order === 'desc' };
  const isFar = by.length === 1 && Math.min(before, after) >= SHORT_WALK;
  const known = nearlyAll && isFar ? await idsOnPage(db, nearlyAll, part) : undefined;
  if (nearlyAll !== undefined && known !== undefined) {
    const rows = (await rowsOf(nearlyAll.all.clone().whereIn(key, known).select(key)).orderBy([...by])) as Row[];
    return { page, perPage, total, items: rows.map(toItem) };
  }
  const wanted = query
    .clone()
    .select({ key })
    .orderBy(sorting)
    .limit(size)
    .offset(isNearEnd ? after : before);
  // Within a derived table, because MySQL takes no LIMIT directly inside IN.
  const keys = db.select('page.key').from(wanted.as('page'));
  const rows = (await rowsOf(keys).orderBy([...by])) as Row[];
  return { page, perPage, total, items: rows.map(toItem) };
}

export async function countOf(query: Knex.QueryBuilder): Promise<number> {
  const [counted] = (await query.clone().count({ total: '*' })) as { total: number | string }[];
  return Number(counted?.total ?? 0);
}

/** Case-insensitive "contains"; `%` and `_` keep their meaning (spec A11), a backslash is only itself. */
export const whereContains = (query: Knex.QueryBuilder, column: string, text: string): Knex.QueryBuilder =>
  query.whereRaw("?? like ? escape '!'", [column, `%${text.replaceAll('!', '!!')}%`]);
