import type { Knex } from 'knex';

/** A table as backups see it. */
export interface Table {
  readonly name: string;
  /** Those that hold values of their own; generated ones make themselves. */
  readonly columns: readonly Column[];
  /** Columns of the primary key, in its order; none where there is no such key. */
  readonly key: readonly string[];
}

export interface Column {
  readonly name: string;
  /** Holds a time, which SQLite keeps as a number. */
  readonly isTime: boolean;
}

export const isMysql = (db: Knex): boolean => (db.client as { dialect?: string }).dialect === 'mysql';

/** Names of all tables of the database, in the order of the alphabet. */
export async function listTables(db: Knex): Promise<string[]> {
  const rows = (await (isMysql(db)
    ? db('information_schema.tables')
        .where({ table_schema: db.raw('database()'), table_type: 'BASE TABLE' })
        .select({ name: 'table_name' })
    : db('sqlite_master').where({ type: 'table' }).whereRaw("name not glob 'sqlite_*'").select('name'))) as {
    name: string;
  }[];
  return rows.map(({ name }) => name).toSorted();
}

/** undefined when there is no such table. */
export async function describeTable(db: Knex, name: string): Promise<Table | undefined> {
  const table = isMysql(db) ? await describeMysql(db, name) : await describeSqlite(db, name);
  return table.columns.length === 0 ? undefined : table;
}

async function describeMysql(db: Knex, name: string): Promise<Table> {
  const here = { table_schema: db.raw('database()'), table_name: name };
  const columns = (await db('information_schema.columns').where(here).orderBy('ordinal_position').select({
    name: 'column_name',
    type: 'data_type',
    expression: 'generation_expression',
  })) as { name: string; type: string; expression: string | null }[];
  const key = (await db('information_schema.statistics')
    .where({ ...here, index_name: 'PRIMARY' })
    .orderBy('seq_in_index')
    .select({ name: 'column_name' })) as { name: string }[];
  return {
    name,
    columns: columns.filter(({ expression }) => !expression).map((column) => ({ ...column, isTime: isTime(column) })),
    key: key.map((column) => column.name),
  };
}

async function describeSqlite(db: Knex, name: string): Promise<Table> {
  const columns = (await db.raw('pragma table_info(??)', [name])) as { name: string; type: string; pk: number }[];
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, isTime: isTime(column) })),
    key: columns
      .filter(({ pk }) => pk > 0)
      .toSorted((a, b) => a.pk - b.pk)
      .map((column) => column.name),
  };
}

const isTime = ({ type }: { type: string }): boolean => /^(date|timestamp)/i.test(type);
