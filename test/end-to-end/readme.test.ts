import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { connect } from '#core/db/connect';
import { createLog } from '#core/log';
import { ADMIN, emptyDatabase } from '../support/app.ts';
import { buildEngine, type Engine } from '../support/engine.ts';

describe('README.md', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    const url = process.env['DATABASE_URL']?.startsWith('mysql:') ? process.env['DATABASE_URL'] : undefined;
    if (url !== undefined) {
      const database = connect(url, createLog('silent'));
      await emptyDatabase(database.knex);
      await database.close();
    }
    engine = await buildEngine(url === undefined ? {} : { DATABASE_URL: url });
    await engine.start();
  });
  after(() => engine.end());

  it('sells the first key in five lines that work as printed', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const lines = readme.split('\n').filter((line) => line.startsWith('curl '));
    assert.equal(lines.length, 5);

    const answers: unknown[] = [];
    for (const line of lines) {
      const env = { ...process.env, TOLL: `${engine.url}/api`, TOKEN: ADMIN.token };
      const { stdout } = await promisify(execFile)('sh', ['-c', line.replace('curl ', 'curl -s ')], { env });
      answers.push(JSON.parse(stdout));
    }

    assert.deepEqual(
      answers.map((answer) => (answer as { error: unknown }).error),
      Array(5).fill(null),
    );
    assert.deepEqual(answers.at(-1), { result: true, error: null });
  });
});
