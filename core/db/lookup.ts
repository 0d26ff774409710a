import type { Knex } from 'knex';
import type Libsql from 'libsql';
import type { Pool, RowDataPacket } from 'mysql2';

/** One indexed read by a key, through a prepared statement: building a query costs as much as running it. */
export interface Lookup<Row> {
  readonly table: string;
  readonly key: string;
  readonly columns: readonly (keyof Row & string)[];
  /** The key is a number, which SQLite tells from text. */
  readonly isNumber?: boolean;
}

/** What answers look-ups on one database. It reads what is committed, on a connection of its own. */
export interface Reader {
  find(lookup: Lookup<Record<string, unknown>>, key: string): Promise<readonly Found[]>;
  close(): Promise<void>;
}

type Found = Record<string, unknown>;
const NONE: readonly Found[] = [];

const readers = new WeakMap<Knex, Reader>();
export const registerReader = (knex: Knex, reader: Reader): void => void readers.set(knex, reader);

/** The row of `key`, as it is committed. Not for use inside a transaction, whose own changes it does not see. */
export async function look<Row extends object>(db: Knex, lookup: Lookup<Row>, key: string): Promise<Row | undefined> {
  const [row] = await lookAll(db, lookup, key);
  return row;
}

/** All rows of a key that is not unique, in no order. */
export async function lookAll<Row extends object>(db: Knex, lookup: Lookup<Row>, key: string): Promise<readonly Row[]> {
  const reader = readers.get(db);
  if (reader === undefined) throw new Error(`look() of ${lookup.table} needs a database, not a transaction.`);
  // The columns are those of Row by the type of Lookup.
  return (await reader.find(lookup as unknown as Lookup<Found>, key)) as readonly Row[];
}

/** Rows by the text of their key. */
function byKey(rows: readonly Found[], key: string): ReadonlyMap<string, readonly Found[]> {
  const found = new Map<string, Found[]>();
  for (const row of rows) {
    const value = String(row[key]);
    const same = found.get(value);
    if (same === undefined) found.set(value, [row]);
    else same.push(row);
  }
  return found;
}

/**
 * SQLite answers within the process, but a statement costs more than the row it finds. Requests that came in the same turn
 * of the event loop go together in one, and the answer is one text: that takes half the time of a statement for each.
 */
export function sqliteReader(open: () => InstanceType<typeof Libsql>): Reader {
  let connection: InstanceType<typeof Libsql> | undefined;
  const queues = new Map<object, (key: string) => Promise<readonly Found[]>>();
  return {
    find(lookup, key) {
      connection ??= open();
      let queue = queues.get(lookup);
      if (queue === undefined) queues.set(lookup, (queue = sqliteQueue(connection, lookup)));
      return queue(key);
    },
    close: async () => void connection?.close(),
  };
}

function sqliteQueue(
  connection: InstanceType<typeof Libsql>,
  { table, key, columns, isNumber = false }: Lookup<Record<string, unknown>>,
) {
  const fields = [...new Set([...columns, key])].map((name) => `'${name}', "${name}"`).join(', ');
  const statement = connection
    .prepare(
      `select json_group_array(json_object(${fields})) from "${table}" where "${key}" in (select value from json_each(?))`,
    )
    .raw(true);
  let waiting: Waiting[] = [];
  const run = (): void => {
    const group = waiting;
    waiting = [];
    try {
      // Parameters go in an array always: libsql aborts the process on a lone Buffer or Date.
      const [text] = statement.get([
        JSON.stringify(group.map((one) => (isNumber ? Number(one.key) : one.key))),
      ]) as unknown as [string];
      const rows = JSON.parse(text) as Record<string, unknown>[];
      const found = byKey(rows, key);
      for (const one of group) one.answer(found.get(one.key) ?? NONE);
    } catch (error) {
      for (const one of group) one.fail(error);
    }
  };
  return (wanted: string): Promise<readonly Found[]> =>
    new Promise((answer, fail) => {
      waiting.push({ key: wanted, answer, fail });
      if (waiting.length === 1) setImmediate(run);
    });
}

/** Sizes of the prepared statements; a batch is filled up to the next one. */
const SIZES = [1, 4, 16, 64];
const LARGEST = 64;

interface Waiting {
  readonly key: string;
  answer(rows: readonly Found[]): void;
  fail(error: unknown): void;
}

/**
 * On MySQL a round trip costs more than the look-up. Requests that wait at the same time go together in one statement:
 * nothing is delayed and nothing is cached, so every answer is as fresh as a query of its own.
 */
export function mysqlReader(open: () => Pool): Reader {
  let pool: Pool | undefined;
  const batches = new Map<object, ReturnType<typeof batch>>();
  return {
    find(lookup, key) {
      pool ??= open();
      let queue = batches.get(lookup);
      if (queue === undefined) batches.set(lookup, (queue = batch(pool, lookup)));
      return queue(key);
    },
    close: () => new Promise((done) => (pool === undefined ? done() : pool.end(() => done()))),
  };
}

function batch(pool: Pool, { table, key, columns }: Lookup<Record<string, unknown>>) {
  const names = [...new Set([...columns, key])].map((name) => `\`${name}\``).join(', ');
  const statements = new Map(
    SIZES.map((size) => [
      size,
      `select ${names} from \`${table}\` where \`${key}\` in (${Array(size).fill('?').join(',')})`,
    ]),
  );
  const waiting: Waiting[] = [];
  let running = 0;

  const run = (): void => {
    const group = waiting.splice(0, LARGEST);
    const first = group[0];
    if (first === undefined) return;
    running++;
    const size = SIZES.find((candidate) => candidate >= group.length) ?? LARGEST;
    const keys = Array.from({ length: size }, (_, index) => (group[index] ?? first).key);
    pool.execute<RowDataPacket[]>(statements.get(size) ?? '', keys, (error, rows) => {
      running--;
      if (waiting.length > 0) run();
      if (error) return group.forEach((one) => one.fail(error));
      const found = byKey(rows, key);
      group.forEach((one) => one.answer(found.get(one.key) ?? NONE));
    });
  };

  return (wanted: string): Promise<readonly Found[]> =>
    new Promise((answer, fail) => {
      waiting.push({ key: wanted, answer, fail });
      // Two statements under way keep the server busy while this process decodes; the rest gathers meanwhile.
      if (running < 2 && waiting.length === 1) setImmediate(run);
    });
}
