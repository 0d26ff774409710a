import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../clock.ts';
import { later, SECOND } from '../clock.ts';
import { messageOf } from '../error.ts';
import type { Database } from './connect.ts';
import { isMissingTable, isRetryable, isUniqueViolation } from './errors.ts';

/** One change of schema: MySQL commits each at once, so half a migration could not be undone. */
export interface Migration {
  readonly name: string;
  up(db: Knex): Promise<void>;
  down(db: Knex): Promise<void>;
}

/** Whose migrations: `core` or a module's name. */
export interface Owner {
  readonly name: string;
  readonly migrations: readonly Migration[];
}

const LEASE_MS = 15 * SECOND;
const WAIT_MS = 120 * SECOND;

/** Runs what has not run yet of each owner, in order, while no other process does. Undoes this owner's part when one fails. */
export async function migrate(
  database: Database,
  owners: readonly Owner[],
  clock: Clock,
  afterwards: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await exclusively(database, clock, async () => {
    for (const owner of owners) await migrateOwner(database, owner, clock);
    await afterwards();
  });
}

/** Runs the `down`s of what has run, last first. Within `exclusively`. */
export async function revertOwner(database: Database, owner: Owner): Promise<void> {
  const done = await listDone(database.knex, owner.name);
  for (const migration of owner.migrations.toReversed()) {
    if (done.has(migration.name)) await undo(database, owner.name, migration);
  }
}

/** Names of the migrations that have not run. */
export async function listPending(database: Database, owner: Owner): Promise<string[]> {
  const done = await listDone(database.knex, owner.name).catch((error: unknown) => {
    if (isMissingTable(error)) return new Map<string, string>();
    throw error;
  });
  return owner.migrations.filter(({ name }) => done.get(name) !== 'done').map(({ name }) => name);
}

/** Runs what has not run yet of one owner. Within `exclusively`. */
export async function migrateOwner(database: Database, owner: Owner, clock: Clock): Promise<void> {
  const done = await listDone(database.knex, owner.name);
  const applied: Migration[] = [];
  for (const migration of owner.migrations) {
    const state = done.get(migration.name);
    if (state === 'done') continue;
    try {
      // A process died between the change and its note: undo whatever there is of it and begin again.
      if (state === 'running') await undoHalf(database, owner.name, migration);
      await apply(database, owner.name, migration, clock);
    } catch (error) {
      await undoHalf(database, owner.name, migration);
      for (const earlier of applied.toReversed()) await undo(database, owner.name, earlier);
      throw new Error(`Migration ${owner.name}/${migration.name} failed and was undone: ${messageOf(error)}`, {
        cause: error,
      });
    }
    applied.push(migration);
  }
}

async function apply({ knex, kind }: Database, owner: string, migration: Migration, clock: Clock): Promise<void> {
  const mark = (db: Knex, state: string) =>
    db('migration')
      .insert({ owner, name: migration.name, state, ran_at: clock() })
      .onConflict(['owner', 'name'])
      .merge(['state']);
  if (kind === 'sqlite') {
    await knex.transaction(async (trx) => {
      await migration.up(trx);
      await mark(trx, 'done');
      // The one connection was in use, so nothing could renew the lease meanwhile.
      await trx('migration_lock').update({ until: later(clock(), LEASE_MS) });
    });
  } else {
    await mark(knex, 'running');
    await migration.up(knex);
    await mark(knex, 'done');
  }
}

async function undo({ knex }: Database, owner: string, migration: Migration): Promise<void> {
  try {
    await migration.down(knex);
  } catch (error) {
    if (!isMissingTable(error)) throw error; // never made, or gone already
  }
  await knex('migration').where({ owner, name: migration.name }).del();
}

/** Nobody knows how far it came, and its `down` fails where there is nothing to undo. What it leaves makes the next `up` fail. */
async function undoHalf({ knex, kind }: Database, owner: string, migration: Migration): Promise<void> {
  if (kind === 'mysql') await migration.down(knex).catch(() => undefined); // SQLite has rolled it back
  await knex('migration').where({ owner, name: migration.name }).del();
}

async function listDone(db: Knex, owner: string): Promise<Map<string, string>> {
  const rows = await db<{ owner: string; name: string; state: string }>('migration').where({ owner });
  return new Map(rows.map(({ name, state }) => [name, state]));
}

/** Runs `work` while no other process changes the schema. A lease in a table: unlike a named lock it holds across the nodes of a cluster, and it ends by itself when its process dies. */
export async function exclusively({ knex: db }: Database, clock: Clock, work: () => Promise<void>): Promise<void> {
  await createBookkeeping(db);
  const holder = randomUUID();
  const deadline = later(clock(), WAIT_MS);
  while (!(await acquire(db, holder, clock()))) {
    if (clock() > deadline) throw new Error('Another process has been migrating the database for two minutes.');
    await sleep(200);
  }
  const renewal = setInterval(() => void renew(db, holder, clock()), LEASE_MS / 3);
  try {
    await work();
  } finally {
    clearInterval(renewal);
    await db('migration_lock').where({ holder }).del();
  }
}

async function acquire(db: Knex, holder: string, now: Date): Promise<boolean> {
  try {
    await db('migration_lock').where('until', '<', now).del();
    await db('migration_lock').insert({ id: 1, holder, until: later(now, LEASE_MS) });
    return true;
  } catch (error) {
    // Busy: on SQLite the holder is in the middle of a migration, longer than a statement waits.
    if (isUniqueViolation(error) || isRetryable(error)) return false;
    throw error;
  }
}

/** A failed renewal is not the end: the next one follows before the lease is over. */
const renew = async (db: Knex, holder: string, now: Date): Promise<void> => {
  await db('migration_lock')
    .where({ holder })
    .update({ until: later(now, LEASE_MS) })
    .catch(() => undefined);
};

/** The tables that all migrations need cannot come from one. Two processes may make them at the same moment. */
async function createBookkeeping(db: Knex): Promise<void> {
  await createIfMissing(db, 'migration_lock', (table) => {
    table.integer('id').primary();
    table.string('holder', 36).notNullable();
    table.datetime('until', { precision: 3 }).notNullable();
  });
  await createIfMissing(db, 'migration', (table) => {
    table.string('owner', 64).notNullable();
    table.string('name', 128).notNullable();
    table.string('state', 16).notNullable();
    table.datetime('ran_at', { precision: 3 }).notNullable();
    table.primary(['owner', 'name']);
  });
}

async function createIfMissing(db: Knex, name: string, build: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  for (;;) {
    if (await db.schema.hasTable(name)) return;
    try {
      await db.schema.createTable(name, build);
    } catch (error) {
      if (isRetryable(error)) await sleep(200);
      else if (!(await db.schema.hasTable(name))) throw error;
    }
  }
}
