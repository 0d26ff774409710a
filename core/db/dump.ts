import { Type, type Static } from '@sinclair/typebox';
import type { Knex } from 'knex';
import { conflict, invalidInput } from '../error.ts';
import { compileCheck } from '../schema.ts';
import type { Database } from './connect.ts';
import { isMissingTable } from './errors.ts';
import { readLines, writeLines } from './lines.ts';
import { packedRowsOf, type Row } from './rows.ts';
import { openSqlite } from './sqlite.ts';
import { describeTable, listTables } from './tables.ts';

/**
 * A backup of the whole database: gzipped lines of JSON that either database can be filled from. First the header, then
 * `[table, row]` for each row, then the count of rows by table, without which the file is not complete.
 */
const Header = Type.Object({
  format: Type.Literal('tollkeeper-backup'),
  version: Type.Literal(1),
  /** Version of the engine that wrote it. */
  engine: Type.String(),
  createdAt: Type.String(),
  /** Fingerprint of the APP_SECRET that its sealed values need. */
  secret: Type.String(),
  /** What had run, as [owner, name]: the shape of the tables. */
  migrations: Type.Array(Type.Tuple([Type.String(), Type.String()])),
});
export type BackupHeader = Static<typeof Header>;
export type RowCounts = Readonly<Record<string, number>>;

/** Tables that say what has run. A restored database says so by itself. */
export const BOOKKEEPING = ['migration', 'migration_lock'];

const checkHeader = compileCheck(Header);

/** Writes all rows as they are at one moment, while the engine goes on working. Returns their count by table. */
export async function backUp(
  database: Database,
  about: Pick<BackupHeader, 'engine' | 'secret'>,
  target: string,
  now: Date,
): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  await atOneMoment(database, (db) => writeLines(target, linesOf(db, about, now, counts)));
  return counts;
}

async function* linesOf(
  db: Knex,
  about: Pick<BackupHeader, 'engine' | 'secret'>,
  now: Date,
  counts: Record<string, number>,
): AsyncGenerator<unknown> {
  const migrations = await listMigrations(db);
  const header: BackupHeader = {
    format: 'tollkeeper-backup',
    version: 1,
    ...about,
    createdAt: now.toISOString(),
    migrations,
  };
  yield header;
  for (const name of await listTables(db)) {
    const table = BOOKKEEPING.includes(name) ? undefined : await describeTable(db, name);
    if (table === undefined) continue;
    counts[name] = 0;
    for await (const row of packedRowsOf(db, table)) {
      counts[name]++;
      yield [name, row];
    }
  }
  yield { rows: counts };
}

async function listMigrations(db: Knex): Promise<[string, string][]> {
  const rows = await db<{ owner: string; name: string; state: string }>('migration')
    .orderBy(['owner', 'name'])
    .catch((error: unknown) => {
      if (isMissingTable(error)) return [];
      throw error;
    });
  const unfinished = rows.find(({ state }) => state !== 'done');
  if (unfinished !== undefined)
    throw conflict('backup.unfinished', `${unfinished.owner}/${unfinished.name} is not finished; try again after it.`);
  if (rows.length === 0) throw conflict('backup.nothing', 'There is nothing to back up: the database is not set up.');
  return rows.map(({ owner, name }) => [owner, name]);
}

/** Lends a connection that sees the database as it is now, whatever is committed meanwhile, and holds nobody up. */
async function atOneMoment(database: Database, read: (db: Knex) => Promise<void>): Promise<void> {
  if (database.file === undefined) {
    // Under REPEATABLE READ the first read takes the snapshot.
    await database.knex.transaction(read, { isolationLevel: 'repeatable read' });
    return;
  }
  // A transaction of knex would take the write lock. This has one connection, so that all its queries are in this one.
  const reader = openSqlite(database.file, database.log);
  try {
    await reader.raw('begin');
    await read(reader);
    await reader.raw('commit');
  } finally {
    await reader.destroy();
  }
}

/** Reads a whole file and says what is in it. Throws a sentence when it is damaged or not complete. */
export async function inspectBackup(file: string): Promise<{ header: BackupHeader; counts: RowCounts }> {
  let header: BackupHeader | undefined;
  let promised: RowCounts | undefined;
  const counts: Record<string, number> = {};
  for await (const line of readLines(file)) {
    if (header === undefined) header = asHeader(file, line);
    else if (isRow(line)) counts[line[0]] = (counts[line[0]] ?? 0) + 1;
    else promised = (line as { rows: RowCounts }).rows;
  }
  if (header === undefined) throw invalidInput('backup.empty', `${file} is empty.`);
  const isComplete = promised !== undefined && sameCounts(promised, counts);
  if (promised === undefined || !isComplete) throw invalidInput('backup.incomplete', `${file} is not complete.`);
  return { header, counts: promised };
}

function asHeader(file: string, line: unknown): BackupHeader {
  if (checkHeader(line) === undefined) return line as BackupHeader;
  const version: unknown = typeof line === 'object' && line !== null ? Reflect.get(line, 'version') : undefined;
  if (typeof version === 'number' && version > 1)
    throw invalidInput('backup.newer', `${file} was written by a newer engine, whose backups this one cannot read.`);
  throw invalidInput('backup.foreign', `${file} is not a backup of a whole database.`);
}

export const isRow = (line: unknown): line is [string, Row] => Array.isArray(line);

const sameCounts = (promised: RowCounts, counts: RowCounts): boolean =>
  Object.entries(promised).every(([table, count]) => (counts[table] ?? 0) === count) &&
  Object.keys(counts).every((table) => table in promised);
