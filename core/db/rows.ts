import type { Knex } from 'knex';
import { isMysql, type Column, type Table } from './tables.ts';

/** Rows on their way between a database and lines of JSON, the same for SQLite and MySQL. */
export type Row = Readonly<Record<string, unknown>>;

const CHUNK = 400;
const MAX_CHUNK_CHARACTERS = 1_000_000;
/** Marks what JSON has no word for. */
const DATE = '$date';
const BYTES = '$bytes';

/** Walks a table by its primary key in chunks, so that memory does not depend on its size. */
export async function* packedRowsOf(db: Knex, table: Table): AsyncGenerator<Row> {
  const times = new Set(table.columns.filter(({ isTime }) => isTime).map(({ name }) => name));
  for await (const row of rowsOf(db, table)) {
    yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, packed(value, times.has(name))]));
  }
}

async function* rowsOf(db: Knex, { name, columns, key }: Table): AsyncGenerator<Row> {
  let last: Row | undefined;
  for (;;) {
    const query = db<Row>(name).select(columns.map((column: Column) => column.name));
    // Whole numbers beyond 2^53 would be rounded; mysql2 hands them out as text by itself.
    if (!isMysql(db)) void query.options({ safeIntegers: true });
    if (key.length > 0) void query.orderBy(key.map((column) => ({ column }))).limit(CHUNK);
    if (last !== undefined) void query.where(isAfter(key, last));
    const rows = (await query) as Row[];
    yield* rows;
    last = rows.at(-1);
    // Without a key there is no next chunk: all of it came at once.
    if (key.length === 0 || rows.length < CHUNK || last === undefined) return;
  }
}

/** a > ? or (a = ? and b > ?) or …, which both databases answer from the key's index. */
const isAfter =
  (key: readonly string[], last: Row) =>
  (condition: Knex.QueryBuilder): void => {
    key.forEach((column, index) => {
      void condition.orWhere((branch) => {
        for (const equal of key.slice(0, index)) void branch.where(equal, bindable(last[equal]));
        void branch.where(column, '>', bindable(last[column]));
      });
    });
  };

const bindable = (value: unknown): Knex.Value =>
  value instanceof ArrayBuffer ? Buffer.from(value) : (value as Knex.Value);

function packed(value: unknown, isTime: boolean): unknown {
  if (value instanceof Date) return { [DATE]: value.getTime() };
  // What is too large for a number goes as text, which both databases take for a number again.
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (isTime) return { [DATE]: number };
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (isTime && typeof value === 'number') return { [DATE]: value };
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    return { [BYTES]: Buffer.from(value as Uint8Array).toString('base64') };
  // A JSON column of MySQL arrives parsed.
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

const unpacked = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'object' || value === null) return [name, value];
      if (DATE in value) return [name, new Date(Number(value[DATE]))];
      return [name, BYTES in value ? Buffer.from(String(Reflect.get(value, BYTES)), 'base64') : value];
    }),
  );

/** Inserts packed rows, which come table by table, in statements of a bearable size. Counts them by table. */
export async function insertRows(
  trx: Knex.Transaction,
  rows: AsyncIterable<readonly [table: string, row: Row]>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let chunk: Row[] = [];
  let characters = 0;
  let current = '';
  const flush = async (): Promise<void> => {
    if (chunk.length > 0) await trx(current).insert(chunk);
    counts.set(current, (counts.get(current) ?? 0) + chunk.length);
    chunk = [];
    characters = 0;
  };
  for await (const [table, row] of rows) {
    if (table !== current || chunk.length === CHUNK || characters > MAX_CHUNK_CHARACTERS) await flush();
    current = table;
    chunk.push(unpacked(row));
    for (const value of Object.values(row)) characters += typeof value === 'string' ? value.length : 8;
  }
  await flush();
  counts.delete('');
  return counts;
}
