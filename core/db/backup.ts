import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { readLines, writeLines } from './lines.ts';
import { insertRows, packedRowsOf, type Row } from './rows.ts';
import { describeTable } from './tables.ts';

/** Tables whose rows are kept, in the order in which they can be filled again. */
export interface Kept {
  readonly name: string;
  readonly tables?: readonly string[];
}

/** Writes all rows of the tables as lines `[table, row]` and returns the file's path. */
export async function saveTables(db: Knex, { name, tables = [] }: Kept, folder: string, now: Date): Promise<string> {
  await mkdir(folder, { recursive: true });
  const target = join(folder, `${name}-${now.toISOString().replaceAll(/[:.]/g, '-')}.ndjson.gz`);
  await writeLines(target, linesOf(db, tables));
  return target;
}

async function* linesOf(db: Knex, tables: readonly string[]): AsyncGenerator<[string, Row]> {
  for (const name of tables) {
    const table = await describeTable(db, name);
    if (table === undefined) continue;
    for await (const row of packedRowsOf(db, table)) yield [name, row];
  }
}

/** Fills the tables from a file of `saveTables`, in one transaction: all of it or nothing. */
export async function restoreTables(db: Knex, { tables = [] }: Kept, file: string): Promise<void> {
  await db.transaction(async (trx) => {
    // What the migrations themselves put in is in the backup as well.
    for (const table of tables.toReversed()) if (await trx.schema.hasTable(table)) await trx(table).del();
    await insertRows(trx, rowsIn(file, tables));
  });
}

async function* rowsIn(file: string, tables: readonly string[]): AsyncGenerator<readonly [string, Row]> {
  for await (const line of readLines(file)) {
    const [table, row] = line as [string, Row];
    if (tables.includes(table)) yield [table, row];
  }
}

/** The newest backup of a module, by its name. */
export async function newestBackup(folder: string, name: string): Promise<string | undefined> {
  const files = await readdir(folder).catch(() => []);
  // The time follows the name at once: the files of `note-pad` are not those of `note`.
  const own = files.filter(
    (file) => file.startsWith(`${name}-`) && /^\d{4}-.*\.ndjson\.gz$/.test(file.slice(name.length + 1)),
  );
  const newest = own.toSorted().at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}
