import assert from 'node:assert/strict';
import { licenseService } from '#modules/orbit-customer/contract';
import { admin, useApp } from '../../support/app.ts';
import { buildLicense, buildLocation, buildPlan, orbitClient } from '../../support/build/orbit.ts';

describe('licences', () => {
  const app = useApp({ install: ['orbit-customer'] });

  async function licensed(config: object = {}) {
    const kay = await orbitClient(app);
    const fra = await buildLocation(app, 'fra');
    const ams = await buildLocation(app, 'ams', { name: 'Amsterdam' });
    const { orderId } = await buildLicense(app, kay.clientId, { config });
    return { kay, fra, ams, orderId };
  }
  const first = async (kay: { call(route: string): Promise<{ body: { data: { licenses: License[] } } }> }) =>
    (await kay.call('GET /licenses')).body.data.licenses[0] as License;
  interface License {
    readonly id: string;
    readonly license_key: string;
    readonly slug: string;
    readonly status: string;
    readonly [field: string]: unknown;
  }

  it('are listed newest first, canceled ones too, in the shape of the contract', async () => {
    const { kay, orderId } = await licensed();
    const second = await buildLicense(app, kay.clientId);
    await app.call(admin, 'order/cancel', { id: orderId });

    const { body } = await kay.call('GET /licenses');

    const [newest, oldest] = body.data.licenses as License[];
    assert.equal(body.data.total, 2);
    assert.equal(oldest?.status, 'canceled');
    assert.match(newest?.license_key ?? '', /^ORBIT-[A-Z0-9]{6}-\d{6}-\d{6}$/);
    assert.deepEqual(
      (newest?.['allowed_locations'] as { code: string }[]).map(({ code }) => code),
      ['ams', 'fra'],
    );
    assert.deepEqual(Object.keys(newest ?? {}), [
      'license_key', 'issued_date', 'renewal_date', 'status', 'allowed_locations', 'product_name', 'id', 'slug',
      'auto_renewal', 'auth_mode', 'billing_period', 'domains', 'devnet_domains',
    ]); // prettier-ignore
    assert.match(String(newest?.['issued_date']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(
      [newest?.['auto_renewal'], newest?.['auth_mode'], newest?.['billing_period']],
      [true, 'api_key', 'monthly'],
    );
    assert.ok(second.orderId > orderId);
  });

  it('wait with their order', async () => {
    const kay = await orbitClient(app);
    await buildLicense(app, kay.clientId, { activate: 0 });
    await app.settle();

    const license = await first(kay);

    assert.deepEqual([license.status, license.license_key, license['issued_date']], ['pending', '', null]);
  });

  it('follow the status of their order', async () => {
    const { kay, orderId } = await licensed();
    await app.call(admin, 'order/suspend', { id: orderId });
    const suspended = await first(kay);
    await app.call(admin, 'order/unsuspend', { id: orderId });

    assert.equal(suspended.status, 'suspended');
    assert.equal((await first(kay)).status, 'active');
  });

  it('are found by key, slug and id, and nobody else finds them', async () => {
    const { kay } = await licensed();
    const eve = await orbitClient(app);
    const license = await first(kay);
    const names = [license.license_key, license.slug, license.id];

    const own = await Promise.all(names.map((name) => kay.call(`GET /licenses/${name}`)));
    const foreign = await Promise.all(
      [...names, 'nothing', '999', 'x'.repeat(1000)].map((name) => eve.call(`GET /licenses/${name}`)),
    );
    const foreignWrites = await Promise.all(names.map((name) => eve.call(`POST /licenses/${name}/reset-key`)));

    for (const { status, body } of own) assert.deepEqual([status, body.data.license], [200, license]);
    for (const { status, body } of [...foreign, ...foreignWrites])
      assert.deepEqual([status, body.error, body.message], [404, 'not_found', 'License not found.']);
  });

  for (const way of ['reset-key', 'regenerate-key', 'regenerate']) {
    it(`get a new key by ${way}, and keep all else`, async () => {
      const { kay, fra } = await licensed();
      const before = await first(kay);
      await kay.call('POST /licenses/~1/ips', { ip_address: '203.0.113.7', location_id: fra });
      await kay.call('POST /licenses/~1/domains', { domain: 'example.com' });

      const { status, body } = await kay.call(`POST /licenses/${before.license_key}/${way}`);

      assert.equal(status, 200);
      assert.equal(body.data.license_key, body.data.license.license_key);
      assert.notEqual(body.data.license_key, before.license_key);
      assert.deepEqual(
        { ...body.data.license, license_key: '', domains: [] },
        { ...before, license_key: '', domains: [] },
      );
      assert.equal((await kay.call(`GET /licenses/${before.license_key}`)).status, 404);
      assert.equal((await kay.call('GET /licenses/~1/ips')).body.data.ips.length, 1);
    });
  }

  it('can be changed only while they are active, and looked at always', async () => {
    const { kay, fra, orderId } = await licensed();
    await app.call(admin, 'order/suspend', { id: orderId });

    const changes = await Promise.all([
      kay.call('POST /licenses/~1/reset-key'),
      kay.call('POST /licenses/~1/ips', { ip_address: '203.0.113.7', location_id: fra }),
      kay.call('POST /licenses/~1/domains', { domain: 'example.com' }),
      kay.call('PATCH /licenses/~1/auth-mode', {}),
    ]);
    const renewal = await kay.call('PATCH /licenses/~1/auto-renewal', { enabled: false });
    await app.call(admin, 'order/cancel', { id: orderId });
    const canceled = await kay.call('PATCH /licenses/~1/auto-renewal', { enabled: true });

    for (const { status, body } of changes) assert.deepEqual([status, body.error], [422, 'license_inactive']);
    assert.equal(renewal.status, 200);
    assert.deepEqual([canceled.status, canceled.body.error], [422, 'license_inactive']);
    assert.equal((await kay.call('GET /licenses/~1')).status, 200);
  });

  it('have the locations of their plan', async () => {
    const { kay, fra, ams } = await licensed({ locations: ['fra'] });

    const all = await kay.call('GET /licenses/locations');
    const license = await first(kay);
    const elsewhere = await kay.call('POST /licenses/~1/ips', { ip_address: '203.0.113.7', location_id: ams });

    assert.deepEqual(
      (all.body.data.locations as { id: number }[]).map(({ id }) => id),
      [ams, fra],
    );
    assert.deepEqual(license['allowed_locations'], [
      { id: fra, name: 'Region fra', urls: ['https://fra.example.com'], code: 'fra' },
    ]);
    assert.deepEqual([elsewhere.status, Object.keys(elsewhere.body.errors)], [422, ['location_id']]);
  });

  describe('and their addresses', () => {
    it('are added, listed and removed, by address, place and id', async () => {
      const { kay, fra, ams } = await licensed();
      const add = (ip: string, location: number | string) => kay.call('POST /licenses/~1/ips', { ip, location });
      const one = await add('203.0.113.7', fra);
      await add('203.0.113.7', 'AMS');
      await add('203.0.113.8', String(ams));

      const narrowed = await kay.call(`DELETE /licenses/~1/ips/203.0.113.7?location_id=${ams}`);
      const byId = await kay.call(`DELETE /licenses/~1/ips/${one.body.data.ip.id}`);
      const missing = await kay.call('DELETE /licenses/~1/ips/203.0.113.7');
      const { body } = await kay.call('GET /licenses/~1/ips');

      assert.deepEqual(Object.keys(one.body.data.ip), [
        'id',
        'ip_address',
        'location_id',
        'location',
        'expires_at',
        'created_at',
      ]);
      assert.deepEqual([narrowed.status, byId.status, missing.status], [200, 200, 404]);
      assert.deepEqual(
        (body.data.ips as { ip_address: string }[]).map(({ ip_address }) => ip_address),
        ['203.0.113.8'],
      );
    });

    it('are removed everywhere by their address alone', async () => {
      const { kay, fra, ams } = await licensed();
      for (const location_id of [fra, ams])
        await kay.call('POST /licenses/~1/ips', { ip_address: '203.0.113.7', location_id });

      await kay.call('DELETE /licenses/~1/ips/203.0.113.7');

      assert.deepEqual((await kay.call('GET /licenses/~1/ips')).body.data.ips, []);
    });

    it('must be IPv4 in its one spelling', async () => {
      const { kay, fra } = await licensed();
      const wrong = [
        '::1', '::ffff:203.0.113.7', '::FFFF:cb00:7107', '2001:db8::1', '2001:0DB8:0:0:0:0:0:1', '[2001:db8::1]',
        '203.0.113.0/24', '203.0.113.7/32', '203.0.113.7:80', '203.0.113.07', '0xcb.0.113.7', '3405803783', '203.0.113',
        '203.0.113.256', '203.0.113.-1', 'example.com', '', 7, null, ['203.0.113.7'],
      ]; // prettier-ignore

      const answers = await Promise.all(
        wrong.map((ip_address) => kay.call('POST /licenses/~1/ips', { ip_address, location_id: fra })),
      );

      for (const [index, { status, body }] of answers.entries())
        assert.deepEqual([status, Object.keys(body.errors)], [422, ['ip_address']], String(wrong[index]));
    });

    it('are listed once, also when two add them at once', async () => {
      const { kay, fra } = await licensed();
      const add = () => kay.call('POST /licenses/~1/ips', { ip_address: '203.0.113.7', location_id: fra });

      const answers = await Promise.all([add(), add(), add()]);

      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422]);
      assert.ok(answers.find(({ status }) => status === 422)?.body.errors.ip_address);
    });

    it('expire, make room and may come again', async () => {
      const { kay, fra } = await licensed({ ip_limit: 1 });
      const body = { ip_address: '203.0.113.7', location_id: fra };
      const soon = new Date(app.clock.now().getTime() + 60_000).toISOString();

      const past = await kay.call('POST /licenses/~1/ips', { ...body, expires_at: '2020-01-01T00:00:00Z' });
      const added = await kay.call('POST /licenses/~1/ips', { ...body, expires_at: soon });
      const full = await kay.call('POST /licenses/~1/ips', { ...body, ip_address: '203.0.113.8' });
      app.clock.advance(60_000);
      const listed = await kay.call('GET /licenses/~1/ips');
      const again = await kay.call('POST /licenses/~1/ips', body);

      assert.deepEqual([past.status, Object.keys(past.body.errors)], [422, ['expires_at']]);
      assert.equal(added.body.data.ip.expires_at, `${soon.slice(0, 19)}Z`);
      assert.deepEqual([full.status, full.body.error], [422, 'ip_limit_reached']);
      assert.deepEqual(listed.body.data.ips, []);
      assert.equal(again.status, 200);
    });
  });

  describe('and their domains', () => {
    it('are kept in one spelling, in two lists', async () => {
      const { kay } = await licensed();

      await kay.call('POST /licenses/~1/domains', { domain: ' MÜnchen.Example. ' });
      await kay.call('POST /licenses/~1/domains', { domain: '*.example.com' });
      const both = await kay.call('POST /licenses/~1/devnet-domains', { domain: '*.example.com' });
      const twice = await kay.call('POST /licenses/~1/domains', { domain: 'xn--mnchen-3ya.example' });
      const removed = await kay.call(`DELETE /licenses/~1/domains/${encodeURIComponent('MÜNCHEN.example')}`);
      const alias = await kay.call('DELETE /licenses/~1/domains/devnet/*.example.com');
      const missing = await kay.call('DELETE /licenses/~1/devnet-domains/*.example.com');

      assert.deepEqual(both.body.data.license.domains, ['xn--mnchen-3ya.example', '*.example.com']);
      assert.deepEqual(both.body.data.license.devnet_domains, ['*.example.com']);
      assert.deepEqual([twice.status, Object.keys(twice.body.errors)], [422, ['domain']]);
      assert.deepEqual(removed.body.data.license.domains, ['*.example.com']);
      assert.deepEqual(alias.body.data.license.devnet_domains, []);
      assert.equal(missing.status, 404);
    });

    it('must be host names', async () => {
      const { kay } = await licensed();
      const wrong = [
        'https://example.com', 'example.com/path', 'example.com:80', 'localhost', '*', '*.*.example.com', 'a..example',
        '-a.example', `${'a'.repeat(64)}.example`, `${'a.'.repeat(127)}example`, '203.0.113.7', 'a b.example', '', 7,
      ]; // prettier-ignore

      const answers = await Promise.all(wrong.map((domain) => kay.call('POST /licenses/~1/domains', { domain })));

      for (const [index, { status, body }] of answers.entries())
        assert.deepEqual([status, Object.keys(body.errors)], [422, ['domain']], String(wrong[index]));
    });
  });

  it('switch how they are checked, and whether they are renewed', async () => {
    const { kay } = await licensed();
    const mode = (body?: object) => kay.call('PATCH /licenses/~1/auth-mode', body);
    const renewal = (body?: object) => kay.call('PATCH /licenses/~1/auto-renewal', body);

    const modes = [await mode({ mode: 'ip' }), await mode(), await mode({}), await mode({ mode: 'API_KEY' })];
    const wrong = await mode({ mode: 'none' });
    const renewals = [await renewal({ enabled: 'false' }), await renewal(), await renewal({ auto_renew: 0 })];
    const alias = await kay.call('POST /licenses/~1/toggle-auto-renewal');
    const unclear = await renewal({ enabled: 'maybe' });

    assert.deepEqual(
      modes.map(({ body }) => body.data.auth_mode),
      ['ip_whitelist', 'api_key', 'ip_whitelist', 'api_key'],
    );
    assert.deepEqual([wrong.status, Object.keys(wrong.body.errors)], [422, ['mode']]);
    assert.deepEqual(
      renewals.map(({ body }) => body.data.auto_renewal),
      [false, true, false],
    );
    assert.deepEqual([alias.status, alias.body.data.license.auto_renewal], [200, true]);
    assert.deepEqual([unclear.status, Object.keys(unclear.body.errors)], [422, ['enabled']]);
  });

  it('are checked for others by key, status, mode and lists', async () => {
    const { kay, fra, orderId } = await licensed();
    const { license_key: key } = await first(kay);
    const licenses = app.app.service(licenseService);
    const isUsable = (use: object, asked = key) => licenses.isUsable(app.system(), asked, use);

    const byKey = [await isUsable({}), await isUsable({}, 'ORBIT-AAAAAA-000000-000000')];
    await kay.call('POST /licenses/~1/domains', { domain: '*.example.com' });
    const byDomain = [await isUsable({ domain: 'App.example.com' }), await isUsable({ domain: 'example.org' })];
    await kay.call('PATCH /licenses/~1/auth-mode', { mode: 'ip_whitelist' });
    const unlisted = await isUsable({ ip: '203.0.113.7' });
    await kay.call('POST /licenses/~1/ips', { ip_address: '203.0.113.7', location_id: fra });
    const listed = [
      await isUsable({ ip: '::ffff:203.0.113.7', locationId: fra }),
      await isUsable({ ip: '203.0.113.8' }),
    ];
    await app.call(admin, 'order/suspend', { id: orderId });

    assert.deepEqual([byKey, byDomain, unlisted, listed], [[true, false], [true, false], false, [true, false]]);
    assert.equal(await isUsable({ ip: '203.0.113.7' }), false);
  });

  it('go with their order', async () => {
    const { kay, orderId } = await licensed();

    await app.call(admin, 'order/delete', { id: orderId });

    assert.deepEqual((await kay.call('GET /licenses')).body.data.licenses, []);
  });

  it('keep their key when they are renewed and canceled', async () => {
    const { kay, orderId } = await licensed();
    const before = await first(kay);
    await app.call(admin, 'order/renew', { id: orderId });
    const renewed = await first(kay);
    await app.call(admin, 'order/cancel', { id: orderId });

    const canceled = await first(kay);

    assert.ok(String(renewed['renewal_date']) > String(before['renewal_date']));
    assert.deepEqual([renewed.license_key, canceled.license_key], [before.license_key, before.license_key]);
  });
});

describe('staff of the customer API', () => {
  const app = useApp({ install: ['orbit-customer'] });

  it('keep locations', async () => {
    const id = await buildLocation(app, 'fra');
    const twice = await app.refusal(admin, 'orbit/location_create', { code: 'fra', name: 'Again' });
    const wrong = await app.refusal(admin, 'orbit/location_create', { code: 'f r a', name: 'Again' });
    await app.call(admin, 'orbit/location_update', { id, name: 'Frankfurt', enabled: false });
    const seen = await app.call<{ name: string; enabled: boolean }>(admin, 'orbit/location_get', { id });
    await app.call(admin, 'orbit/location_delete', { id });

    assert.match(twice.message, /already/);
    assert.match(wrong.message, /code/);
    assert.deepEqual([seen.name, seen.enabled], ['Frankfurt', false]);
    assert.deepEqual(await app.call(admin, 'orbit/location_get_list'), []);
    assert.equal((await app.refusal(admin, 'orbit/location_get', { id })).message, 'Location not found');
  });

  it('see keys masked, disable and delete them', async () => {
    const kay = await orbitClient(app);
    const { list } = await app.call<{ list: { id: number; client_id: number }[] }>(admin, 'orbit/apikey_get_list', {
      client_id: kay.clientId,
    });
    const id = list[0]?.id;
    const seen = JSON.stringify(await app.call(admin, 'orbit/apikey_get', { id }));
    await app.call(admin, 'orbit/apikey_update', { id, enabled: false });
    const disabled = await kay.call('GET /me');
    await app.call(admin, 'orbit/apikey_delete', { id });

    assert.equal(list[0]?.client_id, kay.clientId);
    assert.ok(!seen.includes(kay.key));
    assert.equal(disabled.status, 401);
    assert.equal((await app.refusal(admin, 'orbit/apikey_get', { id })).message, 'API key not found.');
  });

  it('see licences, replace keys and stop renewals', async () => {
    const kay = await orbitClient(app);
    const { orderId } = await buildLicense(app, kay.clientId, { plan: (await buildPlan(app)).id });
    const { list } = await app.call<{ list: { id: string; order_id: number; license_key: string }[] }>(
      admin,
      'orbit/license_get_list',
    );
    const id = list[0]?.id;

    const fresh = await app.call<{ license_key: string }>(admin, 'orbit/license_reset_key', { id });
    const held = await app.call<{ auto_renewal: boolean }>(admin, 'orbit/license_set_auto_renewal', {
      id,
      enabled: false,
    });

    assert.equal(list[0]?.order_id, orderId);
    assert.notEqual(fresh.license_key, list[0]?.license_key);
    assert.equal(held.auto_renewal, false);
    assert.equal((await app.call<{ id: string }>(admin, 'orbit/license_get', { id })).id, id);
  });
});
