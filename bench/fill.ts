import type { Knex } from 'knex';

/** What a column holds in row number `n`: an SQL expression of `n` that both databases know, or one value for all rows. */
export type Filling = (n: string) => string;

/** A whole number from 1 to `count` that looks random and is the same in every run. */
export const scattered =
  (count: number, seed = 7919): Filling =>
  (n) =>
    `1 + (((${n}) * ${seed} + 104729) % 1000003) % ${count}`;

export const numbered =
  (before: string, after = ''): Filling =>
  (n) =>
    `concat('${before}', ${n}, '${after}')`;

export const always =
  (value: string | number | null): Filling =>
  () =>
    value === null ? 'null' : typeof value === 'number' ? String(value) : `'${value}'`;

/** One of these, evenly. */
export const oneOf =
  (...values: readonly string[]): Filling =>
  (n) =>
    `case (${n}) % ${values.length} ${values.map((value, index) => `when ${index} then '${value}'`).join(' ')} end`;

/** Times from `since` on, one every `stepMs`; SQLite keeps times as milliseconds. */
export const times =
  (db: Knex, since: Date, stepMs: number): Filling =>
  (n) =>
    isSqlite(db)
      ? `${since.getTime()} + (${n}) * ${stepMs}`
      : `timestampadd(microsecond, (${n}) * ${stepMs * 1000}, '${since.toISOString().slice(0, 23).replace('T', ' ')}')`;

const isSqlite = (db: Knex): boolean => db.client.config.client !== 'mysql2';

const PER_STATEMENT = 100_000;

/**
 * Fills a table within the database, 100,000 rows a statement: a million rows take seconds. `n` counts from `first`. No
 * service is asked, so the columns must be what the module would write.
 */
export async function fill(
  db: Knex,
  table: string,
  count: number,
  columns: Readonly<Record<string, Filling>>,
  first = 1,
): Promise<void> {
  const names = Object.keys(columns);
  for (let done = 0; done < count; done += PER_STATEMENT) {
    const rows = Math.min(PER_STATEMENT, count - done);
    const values = names.map((name) => columns[name]?.('n') ?? 'null').join(', ');
    const list = names.map((name) => db.ref(name).toQuery()).join(', ');
    await db.raw(
      `insert into ${db.ref(table).toQuery()} (${list}) select ${values} from (${numbers(first + done, rows)}) as numbers`,
    );
  }
}

/** A CTE would do, but how far one may count differs; ten digits, five times over, both databases multiply alike. */
function numbers(first: number, count: number): string {
  const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} as d`).join(' union all ');
  const places = ['a', 'b', 'c', 'e', 'f'];
  const sum = places.map((place, power) => `${place}.d * ${10 ** power}`).join(' + ');
  const from = places.map((place) => `(${digits}) as ${place}`).join(' cross join ');
  return `select ${first} + ${sum} as n from ${from} where ${sum} < ${count}`;
}
