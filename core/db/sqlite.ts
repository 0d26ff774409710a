import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import knex, { type Knex } from 'knex';
import Libsql from 'libsql';
import type { Log } from '../log.ts';
import { isRetryable } from './errors.ts';
import { knexLog } from './knex-log.ts';

/** How long SQLite itself waits for another process. It blocks this one meanwhile, so it is short; `atomic` waits longer. */
const BUSY_TIMEOUT_MS = 250;

const LONGEST_TURN_MS = 10;
/** Of the process, which has one event loop. */
let turnedAt = 0;

const require = createRequire(import.meta.url);
type Connection = InstanceType<typeof Libsql>;
interface Disposable {
  /** Where knex's pool looks before it hands out a connection again. */
  __knex__disposed?: unknown;
}
interface Transacting {
  query(connection: unknown, sql: string): Promise<unknown>;
}
// knex has no types for the inside of a dialect; these are the members that are overridden.
const BetterSqlite3 = require('knex/lib/dialects/better-sqlite3/index.js') as new (config: Knex.Config) => {
  _driver(): unknown;
  _query(connection: Disposable, query: object): Promise<unknown>;
  acquireRawConnection(): Promise<Connection>;
  transaction(...args: unknown[]): Transacting & { begin?: (connection: unknown) => Promise<unknown> };
};

/** knex's better-sqlite3 dialect over libsql, which needs no compiler. */
class LibsqlClient extends BetterSqlite3 {
  override _driver(): unknown {
    return Libsql;
  }

  override async acquireRawConnection(): Promise<Connection> {
    return prepared(await super.acquireRawConnection());
  }

  /**
   * Queries are answered at once, so a job is one long turn of the event loop unless it pauses: meanwhile nobody else would be
   * served, and libsql could not give back the memory of its statements.
   *
   * A statement that met a busy database stays half executed in libsql and would spoil the next commit of its
   * connection, so the pool replaces that connection.
   */
  override async _query(connection: Disposable, query: object): Promise<unknown> {
    if (performance.now() - turnedAt > LONGEST_TURN_MS) {
      await nextTurn();
      turnedAt = performance.now();
    }
    try {
      return await super._query(connection, query);
    } catch (error) {
      if (isRetryable(error)) connection.__knex__disposed = error;
      throw error;
    }
  }

  /** A transaction takes the write lock at once: one that starts reading and then writes cannot wait for another process. */
  override transaction(...args: unknown[]): ReturnType<InstanceType<typeof BetterSqlite3>['transaction']> {
    const transaction = super.transaction(...args);
    transaction.begin = (connection) => transaction.query(connection, 'BEGIN IMMEDIATE');
    return transaction;
  }
}

/** One writing connection; `file` and its folder are created when absent. */
export function openSqlite(file: string, log: Log): Knex {
  mkdirSync(dirname(file), { recursive: true });
  return knex({
    client: LibsqlClient as unknown as typeof Knex.Client, // knex's type wants members that it inherits
    connection: { filename: file },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
    log: knexLog(log),
  });
}

export const keepFewPages = async (db: Knex): Promise<void> => void (await db.raw('pragma cache_size = -8192'));

/** A second connection for single reads: in WAL mode it sees what is committed and waits for nobody. */
export const openSqliteReader = (file: string): Connection => prepared(new Libsql(file));

function prepared(connection: Connection): Connection {
  connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = NORMAL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('cache_size = -65536');
  return connection;
}
