import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#core/clock';
import { connect, type Database } from '#core/db/connect';
import { exclusively, listPending, migrate, revertOwner, type Migration } from '#core/db/migrate';
import { listTables } from '#core/db/tables';
import { createLog } from '#core/log';

/** A table `name`; `up` may do more once it is made. */
const table = (name: string, more: () => Promise<void> = async () => undefined): Migration => ({
  name: `create_${name}`,
  async up(db) {
    await db.schema.createTable(name, (columns) => void columns.increments('id'));
    await more();
  },
  down: (db) => db.schema.dropTable(name),
});

// On SQLite or on the server of DATABASE_URL, as the tests that use support/app.
describe('migrations', function () {
  this.timeout(20_000);
  let folder: string;
  let first: Database;
  let second: Database;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tollkeeper-migrate-'));
    const url = process.env['DATABASE_URL'] ?? `sqlite:${join(folder, 'database')}`;
    [first, second] = [connect(url, createLog('silent')), connect(url, createLog('silent'))];
    for (const name of await listTables(first.knex)) await first.knex.schema.dropTable(name);
  });
  afterEach(async () => {
    await first.close();
    await second.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const tables = async (): Promise<string[]> =>
    (await listTables(first.knex)).filter((name) => !name.startsWith('migration'));

  it('run once, in their order', async () => {
    const owner = { name: 'notes', migrations: [table('one'), table('two')] };
    assert.deepEqual(await listPending(first, owner), ['create_one', 'create_two']);

    await migrate(first, [owner], systemClock);
    await migrate(first, [owner], systemClock);

    assert.deepEqual(await tables(), ['one', 'two']);
    assert.deepEqual(await listPending(first, owner), []);
  });

  it('run in one of two processes that start together', async () => {
    let runs = 0;
    const slow = table('slow', async () => {
      runs++;
      await sleep(600);
    });
    const owner = { name: 'notes', migrations: [slow, table('two')] };

    await Promise.all([migrate(first, [owner], systemClock), migrate(second, [owner], systemClock)]);

    assert.equal(runs, 1);
    assert.deepEqual(await tables(), ['slow', 'two']);
  });

  it('add what a new version brings', async () => {
    await migrate(first, [{ name: 'notes', migrations: [table('one')] }], systemClock);

    await migrate(first, [{ name: 'notes', migrations: [table('one'), table('two')] }], systemClock);

    assert.deepEqual(await tables(), ['one', 'two']);
  });

  it('are undone and named when one fails half-way', async () => {
    const failing = table('two', () => Promise.reject(new Error('the disk is full')));
    const owner = { name: 'notes', migrations: [table('one'), failing, table('three')] };

    await assert.rejects(migrate(first, [owner], systemClock), {
      message: 'Migration notes/create_two failed and was undone: the disk is full',
    });

    assert.deepEqual(await tables(), []);
    assert.deepEqual(await listPending(first, owner), ['create_one', 'create_two', 'create_three']);
  });

  it('that failed before they changed anything are named as well', async () => {
    const failing: Migration = {
      name: 'add_column',
      up: () => Promise.reject(new Error('the disk is full')),
      down: (db) => db.schema.alterTable('one', (columns) => void columns.dropColumn('never_made')),
    };

    await assert.rejects(migrate(first, [{ name: 'notes', migrations: [table('one'), failing] }], systemClock), {
      message: 'Migration notes/add_column failed and was undone: the disk is full',
    });
    assert.deepEqual(await tables(), []);
  });

  it('leave alone what other modules have', async () => {
    const failing = table('two', () => Promise.reject(new Error('the disk is full')));
    await migrate(first, [{ name: 'core', migrations: [table('one')] }], systemClock);

    await assert.rejects(migrate(first, [{ name: 'notes', migrations: [failing] }], systemClock));

    assert.deepEqual(await tables(), ['one']);
  });

  // SQLite makes the change and its note in one transaction.
  const onMysql = process.env['DATABASE_URL']?.startsWith('mysql:') === true;
  if (onMysql)
    it('begin again where a process died mid-way', async () => {
      const owner = { name: 'notes', migrations: [table('one'), table('two')] };
      await migrate(first, [{ name: 'notes', migrations: [table('one')] }], systemClock);
      await first.knex.schema.createTable('two', (columns) => void columns.integer('half'));
      await first
        .knex('migration')
        .insert({ owner: 'notes', name: 'create_two', state: 'running', ran_at: new Date() });
      assert.deepEqual(await listPending(first, owner), ['create_two']);

      await migrate(first, [owner], systemClock);

      assert.deepEqual(Object.keys(await first.knex('two').columnInfo()), ['id']);
      assert.deepEqual(await listPending(first, owner), []);
    });

  it('wait for the lease of a process that died, and no longer', async () => {
    await migrate(first, [], systemClock);
    const until = new Date(Date.now() + 1000);
    await first.knex('migration_lock').insert({ id: 1, holder: 'dead', until });

    await migrate(second, [{ name: 'notes', migrations: [table('one')] }], systemClock);

    assert.ok(new Date() >= until);
    assert.deepEqual(await tables(), ['one']);
  });

  it('are reverted last first', async () => {
    const order: string[] = [];
    const noting = (name: string): Migration => ({
      ...table(name),
      down: async (db) => {
        order.push(name);
        await db.schema.dropTable(name);
      },
    });
    const owner = { name: 'notes', migrations: [noting('one'), noting('two')] };
    await migrate(first, [owner], systemClock);

    await exclusively(first, systemClock, () => revertOwner(first, owner));

    assert.deepEqual(order, ['two', 'one']);
    assert.deepEqual(await tables(), []);
  });
});
