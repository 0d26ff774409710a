import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { createGunzip, createGzip } from 'node:zlib';
import type { Knex } from 'knex';

/** Tables whose rows are kept, in the order in which they can be filled again. */
export interface Kept {
  readonly name: string;
  readonly tables?: readonly string[];
}

const CHUNK = 400;
/** Marks what JSON has no word for. */
const DATE = '$date';
const BYTES = '$bytes';

/**
 * Writes all rows of the tables as gzipped lines `[table, row]` and returns the file's path. The file has its name only
 * once it is complete and on the disk.
 */
export async function saveTables(db: Knex, { name, tables = [] }: Kept, folder: string, now: Date): Promise<string> {
  await mkdir(folder, { recursive: true });
  const target = join(folder, `${name}-${now.toISOString().replaceAll(/[:.]/g, '-')}.ndjson.gz`);
  await writeRows(db, tables, target);
  return target;
}

export async function writeRows(db: Knex, tables: readonly string[], target: string): Promise<void> {
  const draft = `${target}.part`;
  const gzip = createGzip();
  const output = gzip.pipe(createWriteStream(draft, { mode: 0o600 }));
  const failure = once(output, 'error').then(([error]) => {
    throw error;
  });
  const work = (async () => {
    for (const table of tables) {
      if (!(await db.schema.hasTable(table))) continue;
      for await (const row of rowsOf(db, table)) {
        if (!gzip.write(`${JSON.stringify([table, packed(row)])}\n`)) await once(gzip, 'drain');
      }
    }
    gzip.end();
    await once(output, 'close');
  })();
  await Promise.race([work, failure]);
  const handle = await open(draft, 'r');
  await handle.sync();
  await handle.close();
  await rename(draft, target);
}

/** Fills the tables from a file of `saveTables`, in one transaction: all of it or nothing. */
export async function restoreTables(db: Knex, { tables = [] }: Kept, file: string): Promise<void> {
  await db.transaction(async (trx) => {
    let chunk: Record<string, unknown>[] = [];
    let current: string | undefined;
    const flush = async (): Promise<void> => {
      if (current !== undefined && chunk.length > 0) await trx(current).insert(chunk);
      chunk = [];
    };
    for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
      const [table, row] = JSON.parse(line) as [string, Record<string, unknown>];
      if (!tables.includes(table)) continue;
      if (table !== current || chunk.length === CHUNK) await flush();
      current = table;
      chunk.push(unpacked(row));
    }
    await flush();
  });
}

/** The newest backup of a module, by its name. */
export async function newestBackup(folder: string, name: string): Promise<string | undefined> {
  const files = await readdir(folder).catch(() => []);
  const own = files.filter((file) => file.startsWith(`${name}-`) && file.endsWith('.ndjson.gz')).toSorted();
  const newest = own.at(-1);
  return newest === undefined ? undefined : join(folder, newest);
}

/** Walks a table by its first column in chunks, so that memory does not depend on its size. */
async function* rowsOf(db: Knex, table: string): AsyncGenerator<Record<string, unknown>> {
  const [key] = Object.keys(await db(table).columnInfo());
  if (key === undefined) return;
  const ordered = await keyColumns(db, table, key);
  let last: Record<string, unknown> | undefined;
  for (;;) {
    const query = db<Record<string, unknown>>(table)
      .orderBy(ordered.map((column) => ({ column })))
      .limit(CHUNK);
    const rows = (await (last === undefined ? query : after(query, ordered, last))) as Record<string, unknown>[];
    yield* rows;
    last = rows.at(-1);
    if (rows.length < CHUNK || last === undefined) return;
  }
}

/** `id` where there is one; otherwise all columns of the primary key's table order, which are few in such tables. */
async function keyColumns(db: Knex, table: string, first: string): Promise<string[]> {
  const columns = Object.keys(await db(table).columnInfo());
  return columns.includes('id') ? ['id'] : [first, ...columns.filter((name) => name !== first).slice(0, 1)];
}

/** Rows behind `last` in the order of up to two columns. */
function after(
  query: Knex.QueryBuilder,
  [first = '', second]: string[],
  last: Record<string, unknown>,
): Knex.QueryBuilder {
  if (second === undefined) return query.whereRaw('?? > ?', [first, last[first] as Knex.Value]);
  const [a, b] = [last[first] as Knex.Value, last[second] as Knex.Value];
  return query.whereRaw('(?? > ? or (?? = ? and ?? > ?))', [first, a, first, a, second, b]);
}

const packed = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value instanceof Date) return [name, { [DATE]: value.getTime() }];
      return [name, Buffer.isBuffer(value) ? { [BYTES]: value.toString('base64') } : value];
    }),
  );

const unpacked = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'object' || value === null) return [name, value];
      if (DATE in value) return [name, new Date(Number(value[DATE]))];
      return [name, BYTES in value ? Buffer.from(String(value[BYTES]), 'base64') : value];
    }),
  );
