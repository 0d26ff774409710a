import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

describe('admin/system: the engine', () => {
  const app = useApp({ modules: [keepers, system, extension] });

  it('gives itself an id once', async () => {
    const id = await app.call<string>(admin, 'system/instance_id');
    await app.app.migrate();

    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(await app.call(admin, 'system/instance_id'), id);
  });

  it('is always up to date', async () => {
    const info = await app.call<{ version: string; update_type: number }>(admin, 'system/update_info');

    assert.match(info.version, /^\d+\.\d+\.\d+$/);
    assert.equal(info.update_type, 0);
    assert.equal(await app.call(admin, 'system/update_available'), false);
    assert.equal(await app.call(admin, 'system/is_behind_on_patches'), false);
    assert.equal(await app.call(admin, 'system/recheck_update'), true);
    assert.deepEqual(await app.call(admin, 'system/update_finalization_status'), {
      required: false,
      status: 'not_required',
      current_version: info.version,
      state: null,
      pending_patches: 0,
    });
  });

  it('refuses to update itself', async () => {
    const error = await app.refusal(keeperOf({ system: [] }), 'system/update_core');

    assert.equal(error.message, 'You have the latest version of FOSSBilling. You do not need to update.');
  });

  it('describes what it runs on', async () => {
    const env = await app.call<{ folders: object; can_install: boolean; last_patch: string }>(admin, 'system/env');

    assert.equal(env.last_patch, '106');
    assert.equal(Object.keys(env.folders).length, 1);
    assert.equal(await app.call(admin, 'system/env', { ip: 1 }), '');
  });

  it('warns while scheduled jobs do not run', async () => {
    const warnings = () => app.call<{ title: string; dismissible: boolean }[]>(admin, 'system/messages');
    assert.deepEqual(
      (await warnings()).map(({ title }) => title),
      ['Scheduled jobs'],
    );

    const now = app.clock.now();
    await app.app.database.knex('job_run').insert({ name: 'system.purge', due_at: now, started_at: now });

    assert.deepEqual(await warnings(), []);
    app.clock.advance(16 * 60 * 1000);
    assert.deepEqual(
      (await warnings()).map(({ title }) => title),
      ['Scheduled jobs'],
    );
    assert.deepEqual(await app.call(admin, 'system/messages', { type: 'success' }), []);
  });

  it('tells of deliveries that were given up', async () => {
    const now = app.clock.now();
    await app.app.database.knex('outbox').insert({
      event: 'a',
      subscriber: 'b',
      payload: '{}',
      attempts: 9,
      available_at: now,
      failed_at: now,
      created_at: now,
    });

    const [message] = await app.call<object[]>(admin, 'system/messages', { type: 'warning' });

    assert.deepEqual(message, {
      type: 'warning',
      title: 'Deliveries',
      message: '1 mails or other deliveries failed and are no longer tried.',
      buttons: [],
      dismissible: true,
    });
  });

  it('warns only those who may change it', async () => {
    assert.deepEqual(await app.call(keeperOf({ system: ['view'] }), 'system/messages'), []);
    assert.deepEqual(await app.call(admin, 'system/cas_messages'), []);
  });

  it('tells callers what they may do', async () => {
    const keeper = keeperOf({ system: [], client: ['view'] });
    const may = (params: object) => app.call(keeper, 'system/is_allowed', params);

    assert.equal(await may({ mod: 'client', f: 'view' }), true);
    assert.equal(await may({ mod: 'client', f: 'delete' }), false);
    assert.equal(await may({ mod: 'client' }), true);
    assert.equal(await may({ mod: 'order' }), false);
    assert.equal((await app.refusal(keeper, 'system/is_allowed')).message, '"mod" key is missing');
  });

  it('remembers whether errors are to be reported', async () => {
    assert.equal(await app.call(admin, 'system/error_reporting_enabled'), false);

    await app.call(admin, 'system/toggle_error_reporting');

    assert.equal(await app.call(admin, 'system/error_reporting_enabled'), true);
    assert.match(await app.call<string>(admin, 'system/last_error_reporting_change'), /^\d/);
  });

  it('lists the addresses of the machine', async () => {
    const addresses = await app.call<string[]>(admin, 'system/get_interface_ips');

    assert.ok(addresses.every((address) => isIP(address) !== 0));
  });

  it('keeps the chosen interface', async () => {
    const choose = { interface: '192.0.2.1', custom_interface: 'host.example.com' };

    assert.equal(await app.call(admin, 'system/set_interface_ip', choose), true);
  });

  for (const [params, message] of [
    [{ interface: 'eth0' }, 'Invalid interface IP address'],
    [{ custom_interface: 'a b' }, 'Invalid custom interface. Must be a valid IP address or hostname.'],
    [{ custom_interface: '-x; rm' }, 'Invalid custom interface. Must be a valid IP address or hostname.'],
  ] as const) {
    it(`refuses the interface ${JSON.stringify(params)}`, async () => {
      const error = await app.refusal(admin, 'system/set_interface_ip', params);

      assert.equal(error.message, message);
    });
  }

  for (const [call, key] of [
    ['instance_id', 'view'],
    ['clear_cache', 'invalidate_cache'],
    ['finalize_update', 'system_update'],
    ['complete_update_finalization', 'system_update'],
    ['manual_update', 'system_update'],
    ['set_interface_ip', 'manage_network_interface'],
  ] as const) {
    it(`needs ${key} for ${call}`, async () => {
      const error = await app.refusal(keeperOf({ system: [] }), `system/${call}`);

      assert.equal(error.message, `You need the "system.${key}" permission to perform this action`);
      assert.equal(await app.call(keeperOf({ system: [key] }), `system/${call}`).then(Boolean), true);
    });
  }

  it('removes sessions that are over', async () => {
    const { knex } = app.app.database;
    const row = (id: string, minutes: number) => ({
      id,
      content: '{}',
      created_at: app.clock.now(),
      expires_at: new Date(app.clock.now().getTime() + minutes * 60_000),
    });
    await knex('session').insert([row('over', -1), row('lasting', 1)]);

    await app.app.scheduler.run('system.purge');

    assert.deepEqual(await knex('session').pluck('id'), ['lasting']);
  });

  it('has the embedded database look at its tables', async () => {
    const { knex, kind } = app.app.database;

    await app.app.scheduler.run('system.optimize');

    if (kind === 'sqlite') assert.notDeepEqual(await knex('sqlite_stat1').where({ tbl: 'setting' }), []);
  });
});

describe('admin/system/clear_cache', () => {
  const app = useApp({ modules: [keepers, system, extension], environment: { RATE_LIMITS: 'on' } });
  const ask = () => app.request('post', '/api/guest/system/locale');

  it('forgets the counts of the rate limits', async () => {
    for (let call = 0; call < 100; call++) await ask();
    assert.equal((await ask()).status, 429);

    await app.call(admin, 'system/clear_cache');

    assert.equal((await ask()).status, 200);
  });
});
