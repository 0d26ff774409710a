import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildLicense, orbitClient, send } from '../../support/build/orbit.ts';

describe('credentials of the customer API', () => {
  const app = useApp({ install: ['orbit-customer'] });
  const me = (headers: Record<string, string>) => send(app, 'GET /auth/me', { headers });

  it('are an API key or a Bearer token', async () => {
    const kay = await orbitClient(app);

    const byKey = await me({ 'X-Orbit-Key': kay.key });
    const byToken = await me({ authorization: `bEaReR ${kay.token}` });

    assert.equal(byKey.body.data.auth, 'api_key');
    assert.equal(byToken.body.data.auth, 'bearer');
    assert.equal(byKey.body.data.id, kay.clientId);
    assert.deepEqual(byToken.body.data.user, byKey.body.data.user);
    assert.deepEqual((await kay.call('GET /me')).body, byKey.body);
  });

  it('are refused with 401 when they are missing, unknown, of another scheme or in the query', async () => {
    const kay = await orbitClient(app);
    const answers = [
      await me({}),
      await me({ 'x-orbit-key': 'orbit_nobody' }),
      await me({ authorization: `Bearer ${'x'.repeat(43)}` }),
      await me({ authorization: `Basic ${Buffer.from(`client:${kay.key}`).toString('base64')}` }),
      await me({ authorization: `Bearer ${kay.key}` }),
      await me({ 'x-orbit-key': kay.token }),
      await send(app, `GET /auth/me?api_key=${kay.key}&x-orbit-key=${kay.key}&access_token=${kay.token}`),
    ];

    for (const { status, body, headers } of answers) {
      assert.deepEqual([status, body.success, body.error], [401, false, 'unauthenticated']);
      assert.equal(headers['www-authenticate'], 'Bearer');
    }
  });

  it('are decided by the key when both are sent, and by the token when the key is empty', async () => {
    const [kay, eve] = [await orbitClient(app), await orbitClient(app)];

    const both = await me({ 'x-orbit-key': kay.key, authorization: `Bearer ${eve.token}` });
    const wrongKey = await me({ 'x-orbit-key': 'wrong', authorization: `Bearer ${eve.token}` });
    const emptyKey = await me({ 'x-orbit-key': '', authorization: `Bearer ${eve.token}` });

    assert.equal(both.body.data.id, kay.clientId);
    assert.equal(wrongKey.status, 401);
    assert.equal(emptyKey.body.data.id, eve.clientId);
  });

  it('are not the keys of licences', async () => {
    const kay = await orbitClient(app);
    await buildLicense(app, kay.clientId);
    const { body } = await kay.call('GET /licenses');

    const { status } = await me({ 'x-orbit-key': body.data.licenses[0].license_key as string });

    assert.equal(status, 401);
  });

  it('are not looked at where none is needed', async () => {
    const { status } = await send(app, 'POST /auth/device/code', { headers: { 'x-orbit-key': 'wrong' } });

    assert.equal(status, 200);
  });

  it('do nothing for a client who is suspended, or gone', async () => {
    const kay = await orbitClient(app);
    await app.call(admin, 'client/update', { id: kay.clientId, status: 'suspended' });
    const suspended = [await me({ 'x-orbit-key': kay.key }), await me({ authorization: `Bearer ${kay.token}` })];
    await app.call(admin, 'client/delete', { id: kay.clientId });
    const gone = [await me({ 'x-orbit-key': kay.key }), await me({ authorization: `Bearer ${kay.token}` })];

    for (const { status, body } of suspended) assert.deepEqual([status, body.error], [403, 'account_inactive']);
    for (const { status } of gone) assert.equal(status, 401);
  });

  it('are pinged without one, with one, and with a wrong one', async () => {
    const kay = await orbitClient(app);

    const [none, right, wrong] = [
      await send(app, 'GET /auth/ping'),
      await kay.call('GET /ping'),
      await send(app, 'GET /ping', { headers: { 'x-orbit-key': 'wrong' } }),
    ];

    assert.deepEqual(none.body.data, { pong: true, authenticated: false });
    assert.deepEqual(right.body.data, { pong: true, authenticated: true });
    assert.equal(wrong.status, 401);
  });

  it('end with the logout of exactly this token', async () => {
    const kay = await orbitClient(app);
    const other = await orbitClient(app);
    const bearer = { authorization: `Bearer ${kay.token}` };

    const byKey = await kay.call('POST /auth/logout');
    const out = await send(app, 'POST /auth/logout', { headers: bearer });

    assert.deepEqual([byKey.status, byKey.body.error], [400, 'not_a_bearer_session']);
    assert.deepEqual([out.status, out.body.data], [200, {}]);
    assert.equal((await me(bearer)).status, 401);
    assert.equal((await me({ authorization: `Bearer ${other.token}` })).status, 200);
    assert.equal((await me({ 'x-orbit-key': kay.key })).status, 200);
  });

  it('expire after thirty days, and the purge removes them', async () => {
    const kay = await orbitClient(app);
    const bearer = { authorization: `Bearer ${kay.token}` };
    app.clock.advance(30 * 86_400_000 - 1000);
    const before = await me(bearer);
    app.clock.advance(2000);

    const after = await me(bearer);

    assert.deepEqual([before.status, after.status], [200, 401]);
    await app.app
      .jobs()
      .find(({ id }) => id === 'orbit-customer.purge')
      ?.job.run(app.system());
    assert.deepEqual(await app.app.database.knex('orbit_token'), []);
  });

  it('are revoked when the password is changed', async () => {
    const kay = await orbitClient(app);
    const password = 'Another-Day-42';
    await app.call(admin, 'client/change_password', { id: kay.clientId, password, password_confirm: password });
    await app.settle();

    assert.equal((await me({ authorization: `Bearer ${kay.token}` })).status, 401);
    assert.equal((await me({ 'x-orbit-key': kay.key })).status, 200);
  });

  it('are kept as fingerprints only', async () => {
    const kay = await orbitClient(app);
    const db = app.app.database.knex;

    const stored = JSON.stringify([await db('orbit_api_key'), await db('orbit_token'), await db('orbit_device')]);

    assert.ok(!stored.includes(kay.key) && !stored.includes(kay.token));
  });
});
