import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureBuilt } from '../../bin/build.js';
import { useCommand } from '../support/command.ts';

describe('tollkeeper module create', function () {
  this.timeout(180_000);
  const command = useCommand();

  it('writes a module whose tests pass against the built engine', async () => {
    await ensureBuilt();

    const { code, out } = await command.run('module', 'create', 'memo');

    assert.equal(code, 0);
    const folder = join(command.modulesDir, 'memo');
    assert.match(out, /memo is a module that works\. Its tests: cd .*memo && node --test/);
    // NODE_TEST_CONTEXT is what a test runner around this one would set; then node --test reports nothing.
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ['--test'], { cwd: folder, env });
    assert.match(stdout, /^# pass 6$/m);
    assert.match(stdout, /^# fail 0$/m);
  });

  it('writes a module that can be installed', async () => {
    await command.run('module', 'create', 'memo');

    const { code, out, err } = await command.run('module', 'install', 'memo');

    assert.deepEqual([code, out, err], [0, 'Module memo 1.0.0 is installed.', '']);
    const { paths } = JSON.parse((await command.run('openapi')).out) as { paths: object };
    for (const path of ['/api/guest/memo/count', '/api/client/memo/add', '/api/admin/memo/get_list'])
      assert.ok(path in paths);
    assert.equal((await command.run('job', 'run', 'memo.forget')).code, 0);
  });

  it('writes into another folder', async () => {
    const dir = join(command.dataDir, 'elsewhere');

    assert.equal((await command.run('module', 'create', 'memo', '--dir', dir)).code, 0);

    assert.deepEqual(readdirSync(join(dir, 'memo')).toSorted(), [
      'README.md',
      'index.js',
      'jsconfig.json',
      'migrations.js',
      'notes.js',
      'package.json',
      'repository.js',
      'test',
    ]);
    assert.ok(existsSync(join(dir, 'memo/test/memo.test.js')));
    assert.ok(existsSync(join(dir, 'node_modules/tollkeeper/package.json')));
  });

  it('refuses a name that cannot be, and a folder that is there', async () => {
    await command.run('module', 'create', 'memo');

    const twice = await command.run('module', 'create', 'memo');
    const taken = await command.run('module', 'create', 'system');
    const malformed = await command.run('module', 'create', 'My-Notes');
    delete command.env['MODULES_DIR'];
    const nowhere = await command.run('module', 'create', 'other');

    assert.equal(twice.err, `${join(command.modulesDir, 'memo')} is there already.`);
    assert.equal(taken.err, 'The name system is taken.');
    assert.match(malformed.err, /^A module name is 2 to 32 lower-case letters and digits, beginning with a letter\.$/);
    assert.equal(nowhere.err, 'Set MODULES_DIR or name a folder with --dir.');
    assert.deepEqual([twice, taken, malformed, nowhere].map(({ code }) => code), [1, 1, 1, 1]); // prettier-ignore
  });
});
