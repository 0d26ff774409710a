import assert from 'node:assert/strict';
import { cron } from '#modules/cron/index';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, useApp } from '../../support/app.ts';
import { buildWorkshop } from '../../support/build/workshop.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';
import { MINUTE } from '#core/clock';

describe('admin/cron/run', () => {
  const workshop = buildWorkshop({
    mail: { order: 130 },
    credit: { order: 10, isVital: true },
    issue: { order: 30 },
    nightly: undefined,
  });
  const app = useApp({ modules: [keepers, system, extension, cron, workshop.module] });
  beforeEach(() => {
    workshop.done.length = 0;
    workshop.failing.clear();
    workshop.pause = () => Promise.resolve();
  });
  const lastRun = async (): Promise<string | null> =>
    (await app.call<{ last_cron_exec: string | null }>(admin, 'cron/info')).last_cron_exec;

  it('runs the jobs that belong to it in their order', async () => {
    assert.equal(await app.call(admin, 'cron/run'), true);

    assert.deepEqual(workshop.done, ['credit', 'issue', 'mail']);
  });

  it('tells when it last ran', async () => {
    assert.equal(await lastRun(), null);
    app.clock.set('2027-03-04T05:06:07Z');

    await app.call(admin, 'cron/run');

    assert.equal(await lastRun(), '2027-03-04 05:06:07');
    const params = await app.call<Record<string, unknown>>(admin, 'system/get_params');
    assert.equal(params['last_cron_exec'], '2027-03-04 05:06:07');
  });

  it('goes on after a job that failed and says so', async () => {
    workshop.failing.add('issue');

    assert.equal(await app.call(admin, 'cron/run'), false);

    assert.deepEqual(workshop.done, ['credit', 'issue', 'mail']);
    const run = (await app.app.scheduler.lastRuns(app.system())).find(({ name }) => name === 'cron.run');
    assert.equal(run?.error, 'Some jobs failed: workshop.issue.');
  });

  it('ends at a vital job that failed', async () => {
    workshop.failing.add('credit');

    assert.equal(await app.call(admin, 'cron/run'), false);

    assert.deepEqual(workshop.done, ['credit']);
    const params = await app.call<Record<string, unknown>>(admin, 'system/get_params');
    assert.equal(params['last_cron_exec'], undefined);
  });

  it('runs again as often as staff ask', async () => {
    await app.call(admin, 'cron/run');
    app.clock.advance(1000);

    assert.equal(await app.call(admin, 'cron/run'), true);

    assert.equal(workshop.done.length, 6);
  });

  it('runs once when two processes are asked at the same time', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    workshop.pause = () => gate;

    const outcome = await app.together(async (other) => {
      const first = app.call<boolean>(admin, 'cron/run');
      while ((await app.app.scheduler.lastRuns(app.system())).length === 0) await new Promise((r) => setTimeout(r, 5));
      const second = await other.scheduler.runAs('cron.run', () => Promise.resolve());
      release();
      return [await first, second];
    });

    assert.deepEqual(outcome, [true, 'busy']);
    assert.deepEqual(workshop.done, ['credit', 'issue', 'mail']);
  });

  it('leaves a job alone that another process runs', async () => {
    const { knex } = app.app.database;
    const until = new Date(app.clock.now().getTime() + MINUTE);
    await knex('job_run').insert({
      name: 'workshop.issue', due_at: new Date(0), leased_until: until, holder: 'another', started_at: new Date(0),
    }); // prettier-ignore

    assert.equal(await app.call(admin, 'cron/run'), true);

    assert.deepEqual(workshop.done, ['credit', 'mail']);
  });

  it('refuses staff without the permission', async () => {
    const error = await app.refusal(keeperOf({ cron: ['view'] }), 'cron/run');

    assert.deepEqual([error.code, error.status], [403, 403]);
    assert.equal((await app.refusal({ role: 'admin' }, 'cron/run')).status, 401);
    assert.deepEqual(workshop.done, []);
  });
});
