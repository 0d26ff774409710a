import assert from 'node:assert/strict';
import { MINUTE } from '#core/clock';
import { cron } from '#modules/cron/index';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildWorkshop } from '../../support/build/workshop.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

describe('guest/cron/run', () => {
  const workshop = buildWorkshop({ issue: { order: 30 } });
  const app = useApp({ modules: [keepers, system, extension, cron, workshop.module] });
  beforeEach(() => {
    workshop.done.length = 0;
    workshop.failing.clear();
  });

  const allow = async (): Promise<string> => {
    await app.call(admin, 'cron/save_settings', { guest_cron: 1 });
    return hashNow();
  };
  const hashNow = async (): Promise<string> =>
    (await app.call<{ cron_hash: string }>(admin, 'extension/config_get', { ext: 'mod_cron' })).cron_hash;
  const refused = async (params: object): Promise<string> => {
    const { message, code, status } = await app.refusal(guest, 'cron/run', params);
    assert.deepEqual([code, status], [403, 403]);
    return message;
  };

  it('runs the jobs for who has the hash', async () => {
    const hash = await allow();

    assert.equal(await app.call(guest, 'cron/run', { hash }), true);

    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.deepEqual(workshop.done, ['issue']);
  });

  it('runs at most once a minute, also when staff ran it', async () => {
    const hash = await allow();
    await app.call(admin, 'cron/run');
    app.clock.advance(MINUTE - 1);
    assert.equal(await app.call(guest, 'cron/run', { hash }), false);
    app.clock.advance(1);

    assert.equal(await app.call(guest, 'cron/run', { hash }), true);

    assert.equal(workshop.done.length, 2);
  });

  it('runs once when two ask at the same moment', async () => {
    const hash = await allow();

    const answers = await Promise.all([1, 2, 3, 4].map(() => app.call<boolean>(guest, 'cron/run', { hash })));

    assert.deepEqual(answers.toSorted(), [false, false, false, true]);
    assert.deepEqual(workshop.done, ['issue']);
  });

  it('says when a job failed', async () => {
    const hash = await allow();
    workshop.failing.add('issue');

    assert.equal(await app.call(guest, 'cron/run', { hash }), false);
  });

  it('is refused unless staff allow it', async () => {
    assert.equal(await refused({ hash: '' }), 'You do not have permission to perform this action');
    assert.deepEqual(workshop.done, []);
  });

  it('is refused without the hash, with another and with what is no text', async () => {
    const hash = await allow();

    for (const sent of [
      {},
      { hash: 'guess' },
      { hash: [hash] },
      { hash: { 0: hash } },
      { hash: `${hash} ` },
      { hash: 0 },
    ])
      assert.equal(await refused(sent), 'You do not have permission to perform this action');
    assert.deepEqual(workshop.done, []);
  });

  it('is refused where a hash was never made', async () => {
    await app.call(admin, 'extension/config_save', { ext: 'mod_cron', guest_cron: '1' });

    assert.equal(await refused({ hash: '' }), 'Guest cron is enabled but no security hash has been configured');
  });

  it('refuses the old hash once it is replaced', async () => {
    const old = await allow();
    const { cron_hash: hash } = await app.call<{ cron_hash: string }>(admin, 'cron/regenerate_cron_hash');

    await refused({ hash: old });
    assert.equal(await app.call(guest, 'cron/run', { hash }), true);
  });

  it('keeps the hash while it is allowed and forgets it afterwards', async () => {
    const hash = await allow();
    assert.equal(await allow(), hash);

    await app.call(admin, 'cron/save_settings', { guest_cron: 0 });

    assert.equal(await hashNow(), '');
    await refused({ hash });
  });

  it('is set up only by those who may change settings', async () => {
    const keeper = keeperOf({ cron: ['view', 'manage'] });

    for (const call of ['save_settings', 'regenerate_cron_hash'])
      assert.match((await app.refusal(keeper, `cron/${call}`)).message, /"cron\.manage_settings"/);
  });
});
