import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { useCommand } from '../support/command.ts';

const NOTES = `
import { defineModule } from 'tollkeeper/core/module';
export const notes = defineModule({
  name: 'notes', title: 'Notes', version: '1.2.0', tables: ['note'],
  migrations: [{
    name: '001_create_note',
    async up(db) { await db.schema.createTable('note', (table) => table.increments('id')); await db('note').insert({ id: 7 }); },
    down: (db) => db.schema.dropTable('note'),
  }],
  setup: () => ({ jobs: [
    { name: 'rest', schedule: '0 4 * * *', run: async () => {} },
    { name: 'fail', schedule: '0 5 * * *', run: async () => { throw new Error('no more paper'); } },
  ] }),
});`;

describe('tollkeeper module', function () {
  this.timeout(30_000);
  const command = useCommand();

  it('lists modules with their state', async () => {
    command.addModule('notes', NOTES);

    const { code, out } = await command.run('module', 'list');

    assert.equal(code, 0);
    assert.match(out, /^NAME +VERSION +STATE +TITLE$/m);
    assert.match(out, /^notes +1\.2\.0 +absent +Notes$/m);
  });

  it('installs, disables and enables a module', async () => {
    command.addModule('notes', NOTES);
    const stateOf = async () => /^notes +\S+ +(\w+)/m.exec((await command.run('module', 'list')).out)?.[1];

    assert.equal((await command.run('module', 'install', 'notes')).out, 'Module notes 1.2.0 is installed.');
    assert.equal(await stateOf(), 'installed');
    assert.equal((await command.run('module', 'disable', 'notes')).out, 'Module notes is disabled; its data is kept.');
    assert.equal(await stateOf(), 'disabled');
    assert.equal((await command.run('module', 'enable', 'notes')).out, 'Module notes is enabled.');
    assert.equal(await stateOf(), 'installed');
  });

  it('says what an uninstallation drops and brings it back from the backup', async () => {
    command.addModule('notes', NOTES);
    await command.run('module', 'install', 'notes');

    const { code, out } = await command.run('module', 'uninstall', 'notes', '--yes');

    assert.equal(code, 0);
    assert.match(out, /Tables to be dropped: note\. Backup of their rows: .*backups\./);
    const [backup = ''] = readdirSync(join(command.dataDir, 'backups'));
    assert.ok(out.includes(backup));
    const restored = await command.run('module', 'install', 'notes', '--restore');
    assert.equal(restored.out, 'Module notes 1.2.0 is installed and has its rows back.');
  });

  it('asks before it uninstalls', async () => {
    command.addModule('notes', NOTES);
    await command.run('module', 'install', 'notes');

    const refused = await command.runAnswering('n', 'module', 'uninstall', 'notes');
    const silent = await command.run('module', 'uninstall', 'notes');
    const agreed = await command.runAnswering('y', 'module', 'uninstall', 'notes');

    assert.deepEqual([refused.code, refused.err], [1, 'Module notes was left as it is.']);
    assert.deepEqual(
      [silent.code, silent.err],
      [1, 'Nobody is there to confirm: repeat the command with --yes to uninstall notes.'],
    );
    assert.equal(agreed.code, 0);
  });

  it('refuses what cannot be done with one sentence', async () => {
    command.addModule('notes', NOTES);
    const refusals = {
      'module install nothing': 'There is no module nothing.',
      'module uninstall notes --yes': 'Module notes is not installed.',
      'module enable notes': 'Module notes is not disabled: it is absent.',
      'module disable notes': 'Module notes is not active.',
      'module disable system': 'Module system is part of every installation.',
      'module install': "Missing required argument 'name'",
      'module install notes --restore': 'There is no backup of module notes.',
    };

    for (const [line, sentence] of Object.entries(refusals)) {
      const { code, out, err } = await command.run(...line.split(' '));
      assert.deepEqual([line, code, out.split('\n').length, err], [line, 1, 1, sentence]);
    }
  });

  it('lists and runs jobs', async () => {
    command.addModule('notes', NOTES);
    await command.run('module', 'install', 'notes');

    const done = await command.run('job', 'run', 'notes.rest');
    const failed = await command.run('job', 'run', 'notes.fail');

    assert.deepEqual([done.code, done.out], [0, 'Job notes.rest is done.']);
    assert.equal(failed.code, 1);
    assert.match(failed.err, /^Job notes\.fail failed: no more paper$/m);
    const { out } = await command.run('job', 'list');
    assert.match(out, /^notes\.rest +0 4 \* \* \* +\d{4}-\d\d-\d\d \S+ +\d+\.\d s +done$/m);
    assert.match(out, /^notes\.fail .* no more paper$/m);
    assert.equal((await command.run('job', 'run', 'notes.nothing')).err, 'There is no job notes.nothing.');
  });

  it('goes on without a broken module and says so', async () => {
    command.addModule('broken', 'this is no JavaScript');
    command.addModule('notes', NOTES);

    const { code, out, err } = await command.run('module', 'list');

    assert.equal(code, 0);
    assert.match(out, /^notes /m);
    assert.doesNotMatch(out, /^broken /m);
    assert.match(err, /^The module in .*broken was left out: .+\.$/);
    assert.equal(existsSync(join(command.modulesDir, 'node_modules/tollkeeper/package.json')), true);
  });
});
