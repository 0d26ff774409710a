import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { useCommand } from '../support/command.ts';

describe('the command line', function () {
  this.timeout(60_000);
  const command = useCommand();
  const sql = (statement: string): void => {
    const db = new Libsql(join(command.dataDir, 'tollkeeper.sqlite'));
    db.exec(statement);
    db.close();
  };

  it('explains every command with a sentence and an example', async () => {
    const lines = [
      'serve', 'migrate', 'doctor', 'demo', 'backup', 'restore', 'openapi', 'job list', 'job run', 'admin create', 'admin token',
      'module list', 'module install', 'module uninstall', 'module enable', 'module disable', 'module create',
    ]; // prettier-ignore

    for (const line of lines) {
      const { code, out } = await command.run(...line.split(' '), '--help');
      assert.equal(code, 0);
      assert.match(out, new RegExp(`Usage: tollkeeper ${line}[^]*\\.\\n[^]*Example:\\n  \\$ tollkeeper ${line}`), line);
    }
  });

  it('says what is wrong with a command line', async () => {
    const unknown = await command.run('frobnicate');
    const option = await command.run('migrate', '--fast');

    assert.deepEqual([unknown.code, unknown.err], [1, "Unknown command 'frobnicate'"]);
    assert.deepEqual([option.code, option.err], [1, "Unknown option '--fast'"]);
  });

  it('prints each mistake in the settings as a line', async () => {
    command.env['PORT'] = 'eighty';
    command.env['CRON'] = 'sometimes';

    const { code, err } = await command.spawn('migrate').ended;

    assert.equal(code, 1);
    assert.match(err, /^PORT is malformed\. .+\nCRON must be one of: on, off\.\n$/);
  });

  it('shows the stack of a failure only with LOG_LEVEL=debug', async () => {
    assert.doesNotMatch((await command.run('job', 'run', 'a.b')).err, /\n/);

    command.env['LOG_LEVEL'] = 'debug';

    assert.match((await command.run('job', 'run', 'a.b')).err, /There is no job a\.b\.\n.*\n\s+at /);
  });

  it('says that the database is away', async () => {
    command.env['DATABASE_URL'] = 'mysql://root@127.0.0.1:1/nothing';

    const { code, err } = await command.run('doctor');

    assert.deepEqual([code, err], [1, 'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1.']);
  });

  it('migrates once', async () => {
    assert.equal((await command.run('migrate')).out, 'The database is up to date.');
  });

  it('prints the OpenAPI document', async () => {
    const { out } = await command.run('openapi');

    const { openapi, paths } = JSON.parse(out) as { openapi: string; paths: object };
    assert.equal(openapi, '3.1.0');
    assert.ok(Object.keys(paths).some((path) => path.startsWith('/api/guest/system/')));
  });

  it('makes administrators and renews their tokens', async () => {
    const made = await command.run('admin', 'create', '--email', 'ada@example.com', '--name', 'Ada');
    const renewed = await command.run('admin', 'token', '--email', 'ada@example.com');

    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /^Administrator ada@example\.com is made\.\nPassword: \S{16}\nAPI token: \S{32}$/);
    assert.match(renewed.out, /^API token: \S{32}$/, renewed.err);
    assert.equal(made.out.includes(renewed.out), false);
  });

  it('refuses administrators it cannot make', async () => {
    const create = (...args: string[]) => command.run('admin', 'create', ...args);

    assert.equal((await create('--name', 'Ada')).err, "Required option '--email <email>' not specified");
    assert.equal((await create('--email', 'ada', '--name', 'Ada')).err, '--email must be an e-mail address.');
    assert.equal(
      (await create('--email', 'a@example.com', '--name', 'Ada', '--password', 'short')).err,
      '--password must have at least 8 characters.',
    );
    const twice = await create('--email', 'admin@example.com', '--name', 'Ada');
    assert.equal(twice.code, 1);
    assert.match(twice.err, /^[^\n]+\.$/);
    const unknown = await command.run('admin', 'token', '--email', 'nobody@example.com');
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /^[^\n]+$/);
  });

  it('finds nothing wrong with a fresh installation', async () => {
    assert.deepEqual(await command.run('doctor'), { code: 0, out: 'Everything is in order.', err: '' });
  });

  it('finds failed deliveries, failed jobs, an open secret and migrations that have not run', async () => {
    chmodSync(join(command.dataDir, 'secret'), 0o644);
    sql(`insert into outbox (event, subscriber, payload, attempts, available_at, failed_at, last_error, created_at)
      values ('order.paid', 'order.activate', '{}', 20, 1, 1, 'no such order', 1)`);
    sql(
      `insert into job_run (name, due_at, started_at, finished_at, error) values ('system.purge', 1, 1, 1, 'disk full')`,
    );

    const found = await command.run('doctor');

    assert.equal(found.code, 1);
    assert.deepEqual(found.out.split('\n').toSorted(), [
      `${join(command.dataDir, 'secret')} can be read by others (mode 644): chmod 600 it.`,
      'Job system.purge failed at its last run: disk full',
      'order.paid could not be delivered to order.activate after 20 attempts: no such order',
    ]);
    sql(`delete from migration where name = '006_create_activity_system'`);
    assert.match((await command.run('doctor')).out, /Migrations have not run: 006_create_activity_system\./);
  });

  it('backs up and restores', async () => {
    const file = join(command.dataDir, 'kept/backup.ndjson.gz');

    const backup = await command.run('backup', file);
    const again = await command.run('backup', file);
    const refused = await command.run('restore', file);
    const forced = await command.run('restore', file, '--force');

    assert.match(backup.out, /holds \d+ rows of \d+ tables\. Restoring it needs the same APP_SECRET\.$/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(again.err, `${file} is there already: use --force to replace it.`);
    assert.match(refused.err, /^The database is not empty \(it has \d+ tables\)\. Use --force to replace/);
    assert.match(forced.out, /^Restored \d+ rows of \d+ tables, as they were at \S+ \S+ UTC\.$/);
    assert.equal((await command.run('doctor')).out, 'Everything is in order.');
  });

  it('says which uploaded files a backup does not hold', async () => {
    const downloads = join(command.dataDir, 'downloads');
    mkdirSync(downloads);
    writeFileSync(join(downloads, 'manual'), 'How to.');

    const { out } = await command.run('backup', join(command.dataDir, 'second.gz'));

    assert.deepEqual(out.split('\n').slice(1), [`The files in ${downloads} are not in it: copy that folder, too.`]);
  });

  it('refuses a file that is no backup', async () => {
    const { code, err } = await command.run('restore', join(command.dataDir, 'secret'), '--force');

    assert.equal(code, 1);
    assert.match(err, /secret cannot be read as a backup: incorrect header check\.$/);
    assert.equal((await command.run('doctor')).code, 0);
  });
});

describe('the command line on an empty folder', function () {
  this.timeout(120_000);
  const command = useCommand({ isMigrated: false });

  it('says that the database is not set up', async () => {
    const sentence = 'The database is not set up: run `tollkeeper migrate` first.';

    assert.deepEqual(await command.run('module', 'list'), { code: 1, out: '', err: sentence });
    assert.match((await command.run('doctor')).out, /^The database is not set up: run `tollkeeper migrate`\.$/m);
  });

  it('migrates once when several processes do so together', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => command.spawn('migrate').ended));

    assert.deepEqual(
      outcomes.map(({ code, err }) => [code, err]),
      [1, 2, 3].map(() => [0, '']),
    );
    assert.equal(readFileSync(join(command.dataDir, 'secret'), 'utf8').length, 64);
    assert.equal(existsSync(join(command.dataDir, 'tollkeeper.sqlite')), true);
    assert.equal((await command.run('doctor')).out, 'Everything is in order.');
  });
});
