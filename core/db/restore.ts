import { basename } from 'node:path';
import type { Knex } from 'knex';
import type { Clock } from '../clock.ts';
import { conflict, messageOf, unavailable } from '../error.ts';
import type { Database } from './connect.ts';
import { BOOKKEEPING, inspectBackup, isRow, type BackupHeader, type RowCounts } from './dump.ts';
import { isMissingTable } from './errors.ts';
import { readLines } from './lines.ts';
import { exclusively, migrateOwner, type Owner } from './migrate.ts';
import { insertRows, type Row } from './rows.ts';
import { isMysql, listTables } from './tables.ts';

export interface RestoreOptions {
  /** The core and all modules of this engine, in the order of their needs. */
  readonly owners: readonly Owner[];
  /** Fingerprint of this engine's APP_SECRET. */
  readonly secret: string;
  /** Replaces what the database holds, and takes a backup of another APP_SECRET. */
  readonly isForced: boolean;
  readonly clock: Clock;
}

export interface Restored {
  readonly header: BackupHeader;
  readonly counts: RowCounts;
  readonly isOfAnotherSecret: boolean;
  /** Tables in the backup that no migration makes. */
  readonly leftOut: readonly string[];
}

/** Owner of the mark that a database bears from the first change of a restore to its commit. */
const MARK = 'restore';

/** Makes the tables of exactly the modules in the backup and fills them, all in one transaction. */
export async function restore(database: Database, file: string, options: RestoreOptions): Promise<Restored> {
  const { header, counts } = await inspectBackup(file);
  const isOfAnotherSecret = header.secret !== options.secret;
  if (isOfAnotherSecret && !options.isForced)
    throw conflict(
      'restore.secret',
      'The backup was made under another APP_SECRET: without that one its keys, tokens and settings cannot be opened. Set it, or use --force to restore the rest.',
    );
  const owners = ownersOf(header, options.owners);
  let leftOut: string[] = [];
  await exclusively(database, options.clock, async () => {
    if (!options.isForced) await refuseFilled(database.knex);
    await mark(database.knex, file, options.clock());
    try {
      await empty(database.knex);
      for (const owner of owners) await migrateOwner(database, owner, options.clock);
      leftOut = await fill(database.knex, file, counts);
    } catch (error) {
      throw new Error(`The restore failed and the database cannot be used until it succeeds: ${messageOf(error)}`, {
        cause: error,
      });
    }
  });
  return { header, counts, isOfAnotherSecret, leftOut };
}

/** The name of the backup whose restore was begun and not finished; such a database must not be used. */
export async function unfinishedRestore(db: Knex): Promise<string | undefined> {
  try {
    const row = await db<{ owner: string; name: string }>('migration').where({ owner: MARK }).first();
    return row?.name;
  } catch (error) {
    if (isMissingTable(error)) return undefined;
    throw error;
  }
}

export async function refuseHalfRestored(db: Knex): Promise<void> {
  const name = await unfinishedRestore(db);
  if (name !== undefined)
    throw unavailable('restore.unfinished', `The restore of ${name} did not finish: run \`tollkeeper restore\` again.`);
}

/** Exactly what had run when the backup was made; what is newer runs at the next start, on the restored rows. */
function ownersOf({ engine, migrations }: BackupHeader, known: readonly Owner[]): Owner[] {
  for (const [owner, name] of migrations) {
    const found = known.find((one) => one.name === owner);
    if (found === undefined)
      throw conflict('restore.module', `The backup holds module ${owner}, which this engine does not have.`);
    if (!found.migrations.some((migration) => migration.name === name))
      throw conflict(
        'restore.migration',
        `The backup was made with ${owner}/${name}, which this engine does not know: it comes from a newer version (${engine}).`,
      );
  }
  const hasRun = new Set(migrations.map(([owner, name]) => `${owner}/${name}`));
  return known.map(({ name, migrations: all }) => ({
    name,
    migrations: all.filter((migration) => hasRun.has(`${name}/${migration.name}`)),
  }));
}

async function refuseFilled(db: Knex): Promise<void> {
  const tables = (await listTables(db)).filter((name) => !BOOKKEEPING.includes(name));
  if (tables.length === 0 || (await unfinishedRestore(db)) !== undefined) return;
  throw conflict(
    'restore.not_empty',
    `The database is not empty (it has ${tables.length} tables). Use --force to replace everything in it.`,
  );
}

const mark = async (db: Knex, file: string, now: Date): Promise<void> =>
  void (await db('migration')
    .insert({ owner: MARK, name: basename(file).slice(-128), state: 'running', ran_at: now })
    .onConflict(['owner', 'name'])
    .merge(['ran_at']));

async function empty(db: Knex): Promise<void> {
  const tables = (await listTables(db)).filter((name) => !BOOKKEEPING.includes(name));
  // SQLite has one connection, and a switch that does nothing inside a transaction; MySQL has many.
  if (isMysql(db)) {
    await db.transaction((trx) => withoutForeignKeys(trx, () => dropAll(trx, tables)));
  } else {
    await withoutForeignKeys(db, () => dropAll(db, tables));
  }
  await db('migration').whereNot({ owner: MARK }).del();
}

async function dropAll(db: Knex, tables: readonly string[]): Promise<void> {
  for (const table of tables) await db.schema.dropTable(table);
}

async function withoutForeignKeys(db: Knex, work: () => Promise<void>): Promise<void> {
  const [off, on] = isMysql(db)
    ? ['set session foreign_key_checks = 0', 'set session foreign_key_checks = 1']
    : ['pragma foreign_keys = off', 'pragma foreign_keys = on'];
  await db.raw(off);
  try {
    await work();
  } finally {
    await db.raw(on);
  }
}

/** All rows, their count and the end of the mark in one transaction: a restore that dies leaves the mark and no rows. */
async function fill(db: Knex, file: string, counts: RowCounts): Promise<string[]> {
  const tables = (await listTables(db)).filter((name) => !BOOKKEEPING.includes(name));
  const insertAll = async (trx: Knex.Transaction): Promise<void> => {
    for (const table of tables) await trx(table).del(); // what the migrations themselves put in
    await insertRows(trx, rowsIn(file, tables));
    for (const table of tables) {
      const found = (await trx(table).count({ rows: '*' }).first()) as { rows: number | string };
      const wanted = counts[table] ?? 0;
      if (Number(found.rows) !== wanted)
        throw new Error(`table ${table} holds ${found.rows} rows where the backup has ${wanted}.`);
    }
    await trx('migration').where({ owner: MARK }).del();
  };
  await db.transaction(async (trx) => {
    if (!isMysql(trx)) {
      await trx.raw('pragma defer_foreign_keys = on');
      return insertAll(trx);
    }
    // An id of 0 would otherwise be replaced by the next free one.
    await trx.raw("set @mode = @@sql_mode, session sql_mode = concat(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')");
    try {
      await withoutForeignKeys(trx, () => insertAll(trx));
    } finally {
      await trx.raw('set session sql_mode = @mode');
    }
  });
  return Object.keys(counts).filter((table) => !tables.includes(table));
}

async function* rowsIn(file: string, tables: readonly string[]): AsyncGenerator<readonly [string, Row]> {
  for await (const line of readLines(file)) if (isRow(line) && tables.includes(line[0])) yield line;
}
