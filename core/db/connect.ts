import type { Knex } from 'knex';
import type { Log } from '../log.ts';
import { mysqlReader, registerReader, sqliteReader, type Reader } from './lookup.ts';
import { openMysql, openMysqlReader, openMysqlWriter } from './mysql.ts';
import { keepFewPages, openSqlite, openSqliteReader } from './sqlite.ts';
import { mysqlWriter, registerWriter, sqliteWriter } from './swap.ts';

export interface Database {
  readonly knex: Knex;
  readonly kind: 'sqlite' | 'mysql';
  readonly log: Log;
  /** The file of an embedded database. */
  readonly file: string | undefined;
  /** Rejects when the database cannot answer a query. */
  ping(): Promise<void>;
  /** For who reads everything once, and has no use for a page again. */
  keepFewPages(): Promise<void>;
  close(): Promise<void>;
}

/** Opens `sqlite:<file>` or `mysql://…`; the connection itself is made by the first query. */
export function connect(url: string, log: Log): Database {
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined;
  const knex = file === undefined ? openMysql(url, log) : openSqlite(file, log);
  const reader: Reader =
    file === undefined ? mysqlReader(() => openMysqlReader(url)) : sqliteReader(() => openSqliteReader(file));
  registerReader(knex, reader);
  const writer = file === undefined ? mysqlWriter(() => openMysqlWriter(url)) : sqliteWriter(knex);
  registerWriter(knex, writer);
  return {
    knex,
    kind: file === undefined ? 'mysql' : 'sqlite',
    log,
    file,
    ping: async () => void (await knex.raw('select 1')),
    keepFewPages: async () => {
      if (file !== undefined) await keepFewPages(knex);
    },
    close: async () => {
      await reader.close();
      await writer.close();
      await knex.destroy();
    },
  };
}
