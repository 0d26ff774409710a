import type { Knex } from 'knex';

/** A list of all rows of a table but a few. */
export interface NearlyAll {
  readonly all: Knex.QueryBuilder;
  /** The others; selects their ids as `key`, each once. */
  readonly others: Knex.QueryBuilder;
}

/** So many others are read sooner than as many rows are walked over. */
const MOST_OTHERS = 2000;

/** Counting a whole table is quicker than looking at each row of it, and so is counting the few. */
export async function countNearlyAll(db: Knex, { all, others }: NearlyAll): Promise<number> {
  const counts = [all.clone().count('*'), others.clone().clearSelect().count('*')];
  const [row] = (await db.select(db.raw('(?) - (?) as total', counts))) as { total: number | string }[];
  return Number(row?.total ?? 0);
}

/**
 * The ids of a page of the list, whose `total` is known: as long as the table's ids have no gap, the few that are not on
 * the list tell which are on the page, wherever that is. Undefined where there is a gap, or too many others.
 */
export async function idsOnPage(
  db: Knex,
  { all, others }: NearlyAll,
  { total, before, size, isDown }: { total: number; before: number; size: number; isDown: boolean },
): Promise<number[] | undefined> {
  const left = (await others.clone().limit(MOST_OTHERS + 1)) as { key: number }[];
  if (left.length > MOST_OTHERS) return undefined;
  const [ends] = (await db.select({ first: all.clone().min('id'), last: all.clone().max('id') })) as {
    first: number | null;
    last: number | null;
  }[];
  const [first, last] = [Number(ends?.first ?? NaN), Number(ends?.last ?? NaN)];
  if (last - first + 1 !== total + left.length) return undefined;
  const [step, end] = isDown ? [-1, last] : [1, first];
  const skipped = left.map(({ key }) => Number(key)).sort((a, b) => (a - b) * step);
  let id = end + step * before;
  let next = 0;
  const skip = (): void => {
    for (; next < skipped.length && ((skipped[next] ?? 0) - id) * step <= 0; next++) id += step;
  };
  skip();
  return Array.from({ length: size }, () => {
    const found = id;
    id += step;
    skip();
    return found;
  });
}
