import type { Knex } from 'knex';

/** SQLite takes no more than 500 rows in one statement. */
const PER_STATEMENT = 400;

/** Many rows with the same columns. */
export async function insertMany(
  db: Knex.Transaction,
  table: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += PER_STATEMENT)
    await db(table).insert(rows.slice(start, start + PER_STATEMENT));
}

/** The id from which rows may be given theirs by hand, while nobody else inserts. */
export async function nextId(db: Knex, table: string): Promise<number> {
  const row = (await db(table).max({ last: 'id' }).first()) as { last: number | string | null } | undefined;
  return Number(row?.last ?? 0) + 1;
}
