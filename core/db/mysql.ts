import knex, { type Knex } from 'knex';
import mysql from 'mysql2';
import type { Log } from '../log.ts';
import { knexLog } from './knex-log.ts';

const STRICT = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
const POOL_SIZE = 10;

/** What both ways to MySQL (knex and prepared look-ups) connect with. */
export function mysqlOptions(url: string): mysql.PoolOptions {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    connectTimeout: 10_000,
  };
}

export function openMysql(url: string, log: Log): Knex {
  return knex({
    client: 'mysql2',
    connection: mysqlOptions(url) as unknown as Knex.MySql2ConnectionConfig, // the same options under two names
    pool: { min: 0, max: POOL_SIZE, afterCreate: prepare },
    acquireConnectionTimeout: 10_000,
    log: knexLog(log),
  });
}

/** READ COMMITTED: fewer gap locks, and a row read after a lock is the row as it is now. */
function prepare(
  connection: mysql.Connection,
  done: (error: Error | null, connection: mysql.Connection) => void,
): void {
  connection.query(
    `SET SESSION sql_mode = '${STRICT}', time_zone = '+00:00', innodb_lock_wait_timeout = 10`,
    (error: Error | null) => {
      if (error) return done(error, connection);
      connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (failure: Error | null) =>
        done(failure, connection),
      );
    },
  );
}

export const openMysqlReader = (url: string): mysql.Pool =>
  mysql.createPool({ ...mysqlOptions(url), connectionLimit: 4, maxPreparedStatements: 200 });

/** As many as write at the same time; more of them only wait for each other. */
export const openMysqlWriter = (url: string): mysql.Pool =>
  mysql.createPool({ ...mysqlOptions(url), connectionLimit: 8, maxPreparedStatements: 50 });
