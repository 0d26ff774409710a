import assert from 'node:assert/strict';
import { useApp } from '../../support/app.ts';
import { orbitClient, send } from '../../support/build/orbit.ts';

describe('customer API keys', () => {
  const app = useApp({ install: ['orbit-customer'], environment: { TRUSTED_PROXIES: '127.0.0.1' } });
  const use = (key: string, headers: Record<string, string> = {}) =>
    send(app, 'GET /auth/me', { headers: { 'x-orbit-key': key, ...headers } });

  it('are shown whole once and masked ever after', async () => {
    const kay = await orbitClient(app);

    const made = await kay.call('POST /api-keys', { name: '  Server  ' });
    const { id, key } = made.body.data.api_key as { id: number; key: string };
    const listed = await kay.call('GET /api-keys');
    const byName = await kay.call('GET /api-keys/Server');

    assert.equal(made.status, 201);
    assert.deepEqual(made.body.data.api_key, { id, name: 'Server', key, enabled: true });
    const [newest] = listed.body.data.api_keys as Record<string, unknown>[];
    assert.deepEqual(byName.body.data.api_key, newest);
    assert.deepEqual(Object.keys(newest ?? {}).sort(), [
      'created_at', 'enabled', 'id', 'ip_whitelist', 'key_masked', 'last_used_at', 'name',
    ]); // prettier-ignore
    assert.match(String(newest?.['key_masked']), new RegExp(`^${key.slice(0, 6)}\\*+${key.slice(-4)}$`));
    assert.ok(!JSON.stringify(listed.body).includes(key));
  });

  it('remember when they were used last', async () => {
    const kay = await orbitClient(app);
    const { body } = await kay.call('POST /api-keys', { name: 'Server' });
    const before = await kay.call('GET /api-keys/Server');
    await use(body.data.api_key.key as string);

    const after = await kay.call('GET /api-keys/Server');

    assert.equal(before.body.data.api_key.last_used_at, null);
    assert.match(after.body.data.api_key.last_used_at as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('need a name, and may share it, but then only the id says which is meant', async () => {
    const kay = await orbitClient(app);

    const refused = await Promise.all(
      [{}, { name: '' }, { name: '   ' }, { name: 7 }, { name: 'x'.repeat(256) }].map((body) =>
        kay.call('POST /api-keys', body),
      ),
    );
    await kay.call('POST /api-keys', { name: 'Twin' });
    const { body: twin } = await kay.call('POST /api-keys', { name: 'Twin' });

    for (const { status, body } of refused) assert.deepEqual([status, Object.keys(body.errors)], [422, ['name']]);
    assert.equal((await kay.call('GET /api-keys/Twin')).status, 404);
    assert.equal((await kay.call(`GET /api-keys/${twin.data.api_key.id}`)).status, 200);
  });

  it('are fifty at most', async () => {
    const kay = await orbitClient(app);
    for (let count = 1; count < 50; count++) await kay.call('POST /api-keys', { name: `Key ${count}` });

    const { status, body } = await kay.call('POST /api-keys', { name: 'One more' });

    assert.deepEqual([status, Object.keys(body.errors)], [422, ['name']]);
  });

  it('are renamed, disabled and enabled again, at once', async () => {
    const kay = await orbitClient(app);
    const { body } = await kay.call('POST /api-keys', { name: 'Server' });
    const { id, key } = body.data.api_key as { id: number; key: string };

    const renamed = await kay.call(`PATCH /api-keys/${id}`, { name: 'Client', enabled: 'false' });
    const disabled = await use(key);
    await kay.call(`PATCH /api-keys/${id}`, { enabled: true });
    const enabled = await use(key);
    const nothing = await kay.call(`PATCH /api-keys/${id}`, { unknown: 1 });

    assert.deepEqual([renamed.body.data.api_key.name, renamed.body.data.api_key.enabled], ['Client', false]);
    assert.deepEqual([disabled.status, enabled.status, nothing.status], [401, 200, 422]);
  });

  it('get a new secret, and the old one is dead', async () => {
    const kay = await orbitClient(app);
    const { body } = await kay.call('POST /api-keys', { name: 'Server', ip_whitelist: [] });
    const { id, key } = body.data.api_key as { id: number; key: string };

    const fresh = await kay.call(`POST /api-keys/${id}/regenerate`);

    assert.deepEqual({ ...fresh.body.data.api_key, key: '' }, { id, name: 'Server', enabled: true, key: '' });
    assert.equal((await use(key)).status, 401);
    assert.equal((await use(fresh.body.data.api_key.key as string)).status, 200);
  });

  it('may delete, disable and replace themselves', async () => {
    const kay = await orbitClient(app);
    const own = async (name: string) => {
      const { body } = await kay.call('POST /api-keys', { name });
      const { id, key } = body.data.api_key as { id: number; key: string };
      return {
        id,
        key,
        call: (route: string, sent?: object) => send(app, route, { body: sent, headers: { 'x-orbit-key': key } }),
      };
    };
    const [gone, off, fresh] = [await own('a'), await own('b'), await own('c')];

    const answers = [
      await gone.call(`DELETE /api-keys/${gone.id}`),
      await off.call(`PATCH /api-keys/${off.id}`, { enabled: false }),
      await fresh.call(`POST /api-keys/${fresh.id}/regenerate`),
    ];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.deepEqual(answers[0]?.body.data, {});
    for (const { key } of [gone, off, fresh]) assert.equal((await use(key)).status, 401);
  });

  it('that are revoked in use elsewhere at that moment are refused from then on', async () => {
    const kay = await orbitClient(app);
    const { body } = await kay.call('POST /api-keys', { name: 'Busy' });
    const { id, key } = body.data.api_key as { id: number; key: string };

    const uses = Promise.all(Array.from({ length: 20 }, () => use(key)));
    await kay.call(`DELETE /api-keys/${id}`);
    const before = await uses;

    for (const { status } of before) assert.ok(status === 200 || status === 401);
    assert.equal((await use(key)).status, 401);
  });

  it('count only from the addresses on their list, in both versions', async () => {
    const kay = await orbitClient(app);
    const { body } = await kay.call('POST /api-keys', { name: 'Fixed', ip_whitelist: ['203.0.113.7'] });
    const { id, key } = body.data.api_key as { id: number; key: string };
    const from = (address: string) => use(key, { 'x-forwarded-for': address });

    const elsewhere = await from('203.0.113.8');
    const v1 = await send(app, 'GET /customer/v1/licenses', {
      headers: { 'x-orbit-key': key, 'x-forwarded-for': '203.0.113.8' },
    });
    const right = [await from('203.0.113.7'), await from('::ffff:203.0.113.7'), await from('::FFFF:CB00:7107')];
    await kay.call(`PATCH /api-keys/${id}`, { ip_whitelist: [] });

    assert.deepEqual([elsewhere.status, elsewhere.body.error], [403, 'ip_not_allowed']);
    assert.deepEqual([v1.status, v1.body.error], [403, true]);
    for (const { status } of right) assert.equal(status, 200);
    assert.equal((await from('203.0.113.8')).status, 200);
  });

  it('get addresses one by one, once each', async () => {
    const kay = await orbitClient(app);
    await kay.call('POST /api-keys', { name: 'Fixed' });
    const path = '/api-keys/Fixed/ips';

    await kay.call(`POST ${path}`, { ip: '203.0.113.7' });
    const twice = await kay.call(`POST ${path}`, { ip_address: '203.0.113.7' });
    const listed = await kay.call(`GET ${path}`);
    const wrong = await Promise.all(
      ['::1', '10.0.0.0/8', '10.0.0.1:80', '010.0.0.1', '1.2.3', '256.1.1.1', ''].map((ip) =>
        kay.call(`POST ${path}`, { ip }),
      ),
    );
    const removed = await kay.call(`DELETE ${path}/203.0.113.7`);
    const missing = await kay.call(`DELETE ${path}/203.0.113.7`);

    assert.deepEqual([twice.status, twice.body.data.api_key.ip_whitelist], [200, ['203.0.113.7']]);
    assert.deepEqual(listed.body.data, { ips: ['203.0.113.7'] });
    for (const { status, body } of wrong) assert.deepEqual([status, Object.keys(body.errors)], [422, ['ip']]);
    assert.deepEqual(removed.body.data.api_key.ip_whitelist, []);
    assert.equal(missing.status, 404);
  });

  it('of others do not exist', async () => {
    const [kay, eve] = [await orbitClient(app), await orbitClient(app)];
    const { body } = await kay.call('POST /api-keys', { name: 'Mine' });
    const { id } = body.data.api_key as { id: number };

    const answers = await Promise.all([
      eve.call(`GET /api-keys/${id}`),
      eve.call('GET /api-keys/Mine'),
      eve.call(`PATCH /api-keys/${id}`, { name: 'Hers' }),
      eve.call(`DELETE /api-keys/${id}`),
      eve.call(`POST /api-keys/${id}/regenerate`),
      eve.call(`POST /api-keys/${id}/ips`, { ip: '203.0.113.7' }),
      eve.call(`GET /api-keys/${id}/ips`),
    ]);

    for (const { status, body: said } of answers) assert.deepEqual([status, said.error], [404, 'not_found']);
  });
});
