import type { Knex } from 'knex';
import type Libsql from 'libsql';
import type { Pool, ResultSetHeader } from 'mysql2';

/**
 * One row changed if it is still as it was read: what a transaction around a read and a write would do, in one prepared
 * statement. For what other people's software makes us write on every request of its own.
 */
export interface Swap {
  readonly table: string;
  readonly key: string;
  /** Columns that must still have the values they were read with. */
  readonly was: readonly string[];
  readonly becomes: readonly string[];
}

export type SwapValue = string | number | Date | null;

export interface Writer {
  swap(swap: Swap, key: number, was: readonly SwapValue[], becomes: readonly SwapValue[]): Promise<boolean>;
  close(): Promise<void>;
}

const writers = new WeakMap<Knex, Writer>();
export const registerWriter = (knex: Knex, writer: Writer): void => void writers.set(knex, writer);

/** False when the row is gone or has changed. Not for use inside a transaction. */
export function swapRow(
  db: Knex,
  swap: Swap,
  key: number,
  was: readonly SwapValue[],
  becomes: readonly SwapValue[],
): Promise<boolean> {
  const writer = writers.get(db);
  if (writer === undefined) throw new Error(`swapRow() of ${swap.table} needs a database, not a transaction.`);
  return writer.swap(swap, key, was, becomes);
}

const statementOf = ({ table, key, was, becomes }: Swap, quote: string, same: string): string => {
  const name = (text: string): string => `${quote}${text}${quote}`;
  const sets = becomes.map((column) => `${name(column)} = ?`).join(', ');
  const conditions = was.map((column) => ` and ${name(column)} ${same} ?`).join('');
  return `update ${name(table)} set ${sets} where ${name(key)} = ?${conditions}`;
};

interface Waiting {
  readonly swap: Swap;
  readonly values: readonly (string | number | null)[];
  answer(isDone: boolean): void;
  fail(error: unknown): void;
}

type Connection = InstanceType<typeof Libsql> & { __knex__disposed?: unknown };
type Statement = ReturnType<Connection['prepare']>;
/** knex has no types for the inside of a dialect; these are the members that are used. */
interface Lending {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
}

/** Those that wait while somebody else writes share one transaction on the one writing connection, once it is free. */
export function sqliteWriter(knex: Knex): Writer {
  const client = knex.client as Lending;
  const statements = new WeakMap<Connection, Map<Swap, Statement>>();
  let waiting: Waiting[] = [];

  const prepared = (connection: Connection, swap: Swap): Statement => {
    let known = statements.get(connection);
    if (known === undefined) statements.set(connection, (known = new Map()));
    let statement = known.get(swap);
    if (statement === undefined) known.set(swap, (statement = connection.prepare(statementOf(swap, '"', 'is'))));
    return statement;
  };

  const writeAll = (connection: Connection, group: readonly Waiting[]): void => {
    let done: boolean[];
    try {
      connection.exec('begin immediate');
      // Parameters go in an array always: libsql aborts the process on a lone Buffer or Date.
      done = group.map(({ swap, values }) => prepared(connection, swap).run([...values]).changes === 1);
      connection.exec('commit');
    } catch (error) {
      // A statement that met a busy database spoils its connection, so the pool replaces that.
      connection.__knex__disposed = error;
      if (connection.inTransaction) connection.exec('rollback');
      for (const one of group) one.fail(error);
      return;
    }
    group.forEach((one, index) => one.answer(done[index] ?? false));
  };

  const run = async (): Promise<void> => {
    let connection: Connection;
    try {
      connection = await client.acquireConnection();
    } catch (error) {
      for (const one of waiting.splice(0)) one.fail(error);
      return;
    }
    const group = waiting;
    waiting = [];
    writeAll(connection, group);
    await client.releaseConnection(connection);
  };

  return {
    swap: (swap, key, was, becomes) =>
      new Promise((answer, fail) => {
        waiting.push({ swap, values: [...becomes, key, ...was].map(bindable), answer, fail });
        if (waiting.length === 1) setImmediate(() => void run());
      }),
    close: async () => undefined,
  };
}

/** SQLite keeps a time as a number of milliseconds. */
const bindable = (value: SwapValue): string | number | null => (value instanceof Date ? value.getTime() : value);

/** Each is a transaction of its own; the server gathers those of several connections when it writes them to the disk. */
export function mysqlWriter(open: () => Pool): Writer {
  let pool: Pool | undefined;
  const statements = new Map<Swap, string>();
  return {
    swap: (swap, key, was, becomes) =>
      new Promise((answer, fail) => {
        pool ??= open();
        let statement = statements.get(swap);
        if (statement === undefined) statements.set(swap, (statement = statementOf(swap, '`', '<=>')));
        pool.execute<ResultSetHeader>(statement, [...becomes, key, ...was], (error, result) =>
          error ? fail(error) : answer(result.affectedRows === 1),
        );
      }),
    close: () => new Promise((done) => (pool === undefined ? done() : pool.end(() => done()))),
  };
}
