import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Knex } from 'knex';
import { loadConfig } from '#config/load';
import { coreMigrations } from '#migrations/index';
import { createApp, type App } from '#core/app';
import { systemClock } from '#core/clock';
import { datetime } from '#core/db/columns';
import { connect } from '#core/db/connect';
import { backUp } from '#core/db/dump';
import { restore, type Restored } from '#core/db/restore';
import { listTables } from '#core/db/tables';
import type { Migration } from '#core/db/migrate';
import { createLog } from '#core/log';
import { defineModule, type Module } from '#core/module';

/** One column of each kind that has a trap, a key of three columns, and a table that refers to itself. */
const createThing: Migration = {
  name: '001_create_thing',
  async up(db) {
    await db.schema.createTable('thing', (table) => {
      table.bigIncrements('id');
      table.bigInteger('parent_id').unsigned().references('thing.id');
      table.text('text', 'longtext');
      table.bigInteger('amount');
      table.boolean('is_open');
      table.binary('bytes');
      table.decimal('rate', 10, 4);
      datetime(table, 'made_at');
    });
  },
  down: (db) => db.schema.dropTable('thing'),
};
const createPoint: Migration = {
  name: '002_create_point',
  async up(db) {
    await db.schema.createTable('point', (table) => {
      for (const axis of ['x', 'y', 'z']) table.integer(axis).notNullable();
      table.primary(['x', 'y', 'z']);
    });
    await db('point').insert({ x: -1, y: -1, z: -1 }); // as migrations that seed do
  },
  down: (db) => db.schema.dropTable('point'),
};
const thing = (migrations: readonly Migration[] = [createThing, createPoint]): Module =>
  defineModule({ name: 'thing', title: 'Thing', version: '1.0.0', isEssential: true, migrations, setup: () => ({}) });

const HUGE = '9007199254740993';
const AT = new Date('2026-02-28T23:59:59.123Z');

// On SQLite, and on the server of DATABASE_URL as the tests that use support/app.
const server = process.env['DATABASE_URL'];
const kinds = server === undefined ? (['sqlite'] as const) : (['sqlite', 'mysql'] as const);

describe('a backup', function () {
  this.timeout(60_000);
  let folder: string;
  let opened: App[];
  let count: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollkeeper-backup-'));
    [opened, count] = [[], 0];
  });
  afterEach(async () => {
    for (const app of opened) await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (kind: 'sqlite' | 'mysql', module = thing(), secret = 's'.repeat(32)): Promise<App> => {
    const name = `tollkeeper_backup_${++count}`;
    const url = kind === 'sqlite' ? `sqlite:${join(folder, name)}` : await emptyDatabase(name);
    const config = loadConfig({ DATA_DIR: folder, DATABASE_URL: url, APP_SECRET: secret, LOG_LEVEL: 'silent' });
    const app = createApp({ config, modules: [module], log: createLog('silent') });
    opened.push(app);
    return app;
  };
  const save = async (app: App): Promise<string> => {
    const file = join(folder, `${++count}.gz`);
    await backUp(app.database, { engine: '0.1.0', secret: app.config.appSecret }, file, new Date());
    return file;
  };
  const fillFrom = (app: App, file: string, isForced = false): Promise<Restored> => {
    const owners = [{ name: 'core', migrations: coreMigrations }, ...app.catalog.list().map(({ module }) => module)];
    return restore(app.database, file, { owners, secret: app.config.appSecret, isForced, clock: systemClock });
  };
  const filled = async (kind: 'sqlite' | 'mysql'): Promise<App> => {
    const app = await open(kind);
    await app.migrate();
    await fill(app.database.knex);
    return app;
  };

  for (const from of kinds) {
    for (const to of kinds) {
      it(`of ${from} fills ${to} with the same rows`, async () => {
        const source = await filled(from);
        const file = await save(source);
        const target = await open(to);

        const { counts } = await fillFrom(target, file);

        assert.deepEqual([counts['thing'], counts['point']], [3, 1001]);
        assert.deepEqual(rowsIn(await save(target)), rowsIn(file));
        await assertSame(target.database.knex);
        assert.deepEqual(await target.pending(), []);
        await target.migrate();
      });
    }
  }

  for (const kind of kinds) {
    it(`of ${kind} shows one moment, whatever is committed meanwhile`, async () => {
      const app = await filled(kind);
      const other = app.database.knex;
      const file = join(folder, 'moment.gz');

      const backup = backUp(app.database, { engine: '0.1.0', secret: 'x' }, file, new Date());
      await other('thing').insert({ id: 900, text: 'late' });
      await backup;

      const rows = rowsIn(file).filter(([table]) => table === 'thing').length;
      assert.ok(rows === 3 || rows === 4);
      assert.equal((await other('thing').where({ id: 900 })).length, 1);
    });

    it(`refuses a ${kind} database that is not empty, unless it is forced`, async () => {
      const file = await save(await filled(kind));
      const target = await filled(kind);
      await target.database.knex('thing').insert({ id: 77 });

      await assert.rejects(fillFrom(target, file), { code: 'restore.not_empty' });
      assert.equal((await target.database.knex('thing')).length, 4);
      await fillFrom(target, file, true);

      assert.equal((await target.database.knex('thing')).length, 3);
    });

    it(`that fails half-way leaves a ${kind} database that says so`, async () => {
      const file = await save(await filled(kind));
      const narrow: Migration = {
        ...createThing,
        up: (db) => db.schema.createTable('thing', (table) => void table.bigIncrements('id')),
      };
      const target = await open(kind, thing([narrow, createPoint]));

      await assert.rejects(fillFrom(target, file), /The restore failed and the database cannot be used/);

      assert.match((await target.pending())[0] ?? '', /^restore of \d+\.gz$/);
      await assert.rejects(target.migrate(), { code: 'restore.unfinished' });
      assert.equal((await target.database.knex('thing')).length, 0);
    });

    it(`restores a ${kind} database after a restore that failed`, async () => {
      const file = await save(await filled(kind));
      const target = await open(kind);
      await fillFrom(target, file);
      await target.database.knex('migration').insert({ owner: 'restore', name: 'x', state: 'running', ran_at: AT });

      await fillFrom(target, file);

      assert.deepEqual(await target.pending(), []);
    });
  }

  it('of an older version is restored as it was, and migrated at the next start', async () => {
    const source = await open('sqlite', thing([createThing]));
    await source.migrate();
    const file = await save(source);
    const target = await open('sqlite');

    await fillFrom(target, file);

    assert.deepEqual(await target.pending(), ['002_create_point']);
    await target.migrate();
    assert.deepEqual(await target.pending(), []);
  });

  it('of a newer version or with a module that is not there is refused', async () => {
    const file = await save(await filled('sqlite'));
    const old = await open('sqlite', thing([createThing]));
    const other = await open('sqlite', { ...thing([]), name: 'other' });

    await assert.rejects(fillFrom(old, file), { code: 'restore.migration' });
    await assert.rejects(fillFrom(other, file), { code: 'restore.module' });
  });

  it('of another secret is refused, unless it is forced', async () => {
    const file = await save(await filled('sqlite'));
    const target = await open('sqlite', thing(), 't'.repeat(32));

    await assert.rejects(fillFrom(target, file), { code: 'restore.secret' });

    assert.equal((await fillFrom(target, file, true)).isOfAnotherSecret, true);
  });

  it('that is cut off or damaged is refused before anything is lost', async () => {
    const target = await filled('sqlite');
    const file = await save(target);
    const whole = readFileSync(file);
    const lines = gunzipSync(whole).toString().trimEnd().split('\n');
    const damaged: Record<string, Buffer> = {
      'backup.unreadable': whole.subarray(0, whole.length / 2),
      'backup.incomplete': gzipSync(`${lines.slice(0, -1).join('\n')}\n`),
      'backup.foreign': gzipSync(`${lines.slice(1).join('\n')}\n`),
      'backup.empty': gzipSync(''),
    };

    for (const [code, content] of Object.entries(damaged)) {
      writeFileSync(file, content);
      await assert.rejects(fillFrom(target, file, true), { code });
    }
    writeFileSync(file, gzipSync(`${lines.toSpliced(5, 1).join('\n')}\n`));
    await assert.rejects(fillFrom(target, file, true), { code: 'backup.incomplete' });
    assert.equal((await target.database.knex('point')).length, 1001);
  });

  it('is refused while a migration is under way, and without tables', async () => {
    const app = await open('sqlite');
    await assert.rejects(save(app), { code: 'backup.nothing' });
    await app.migrate();
    await app.database.knex('migration').where({ name: '002_create_point' }).update({ state: 'running' });

    await assert.rejects(save(app), { code: 'backup.unfinished' });
  });
});

async function emptyDatabase(name: string): Promise<string> {
  const url = new URL(server ?? '');
  url.pathname = `/${name}`;
  const database = connect(server ?? '', createLog('silent'));
  await database.knex.raw('drop database if exists ??', [name]);
  await database.knex.raw('create database ?? character set utf8mb4', [name]);
  await database.close();
  return url.href;
}

async function fill(db: Knex): Promise<void> {
  await db('thing').insert({ id: 1, parent_id: null, text: 'a\nb "c" 你好 🎉', amount: HUGE, is_open: true, bytes: Buffer.from([0, 255, 10]), rate: '1.5000', made_at: AT }); // prettier-ignore
  await db('thing').insert({ id: 3, parent_id: 1, text: null, amount: -5, is_open: false, bytes: null, rate: null, made_at: null }); // prettier-ignore
  await db('thing').insert({ id: 2, parent_id: 3, text: '', amount: 0, is_open: null, bytes: Buffer.alloc(0), rate: '0', made_at: new Date(0) }); // prettier-ignore
  await db('thing').where({ id: 1 }).update({ parent_id: 3 }); // they refer to each other, in any order
  const points = Array.from({ length: 1000 }, (_, index) => ({ x: 1, y: index % 2, z: index }));
  await db.batchInsert('point', points, 200);
}

/** Read natively: a mistake that reading and writing both make would not show otherwise. */
async function assertSame(db: Knex): Promise<void> {
  const row = (await db('thing').where({ id: 1 }).first()) as Record<string, unknown>;
  assert.equal(row['text'], 'a\nb "c" 你好 🎉');
  assert.equal(new Date(row['made_at'] as number | Date).toISOString(), AT.toISOString());
  assert.equal(row['is_open'], 1);
  assert.deepEqual(Buffer.from(row['bytes'] as Buffer), Buffer.from([0, 255, 10]));
  assert.equal(Number(row['rate']), 1.5);
  assert.equal((await db('thing').where({ amount: HUGE })).length, 1);
  assert.equal((await db('thing').insert({ text: 'next' }))[0], 4);
  assert.ok((await listTables(db)).includes('point'));
}

/** Without the header, which has its own time, and with decimals as both databases mean them. */
function rowsIn(file: string): [string, Record<string, unknown>][] {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  const rows = lines.slice(1, -1).map((line) => JSON.parse(line) as [string, Record<string, unknown>]);
  return rows
    .filter(([table]) => table === 'thing' || table === 'point')
    .map(([table, row]) => [
      table,
      'rate' in row && row['rate'] !== null ? { ...row, rate: Number(row['rate']) } : row,
    ]);
}
