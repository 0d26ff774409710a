import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildLicense, buildLocation, orbitClient, send } from '../../support/build/orbit.ts';

describe('the wire of the customer API', () => {
  const app = useApp({ install: ['orbit-customer'] });

  for (const prefix of ['/customer/v2', '/api/customer/v2']) {
    it(`is below ${prefix}, with the envelope of version 2`, async () => {
      const kay = await orbitClient(app);

      const { status, body, headers } = await kay.call(`GET ${prefix}/licenses/`);

      assert.equal(status, 200);
      assert.deepEqual(Object.keys(body), ['success', 'message', 'data']);
      assert.equal(body.success, true);
      assert.deepEqual(body.data, { licenses: [], total: 0 });
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers['cache-control'], 'no-store');
    });
  }

  it('has nothing at /v2', async () => {
    const { status } = await send(app, 'GET /customer/v3/licenses');
    const other = await app.request('get', '/v2/licenses');

    assert.equal(status, 404);
    assert.equal(other.status, 404);
  });

  it('answers an unknown path and a wrong method in its envelope, whatever is accepted', async () => {
    const [unknown, wrong] = [
      await send(app, 'GET /nothing/here', { headers: { accept: 'text/html' } }),
      await send(app, 'PUT /licenses', { headers: { accept: 'text/html' } }),
    ];

    assert.deepEqual([unknown.status, unknown.body.success, unknown.body.error], [404, false, 'not_found']);
    assert.deepEqual([wrong.status, wrong.body.success, wrong.body.error], [405, false, 'method_not_allowed']);
    assert.equal(wrong.headers['allow'], 'GET');
  });

  it('refuses malformed JSON with 400 and what is no object with 422', async () => {
    const kay = await orbitClient(app);
    const raw = (body: string) =>
      app.request('post', '/customer/v2/api-keys').set('x-orbit-key', kay.key).type('json').send(body);

    const [broken, list, text] = [await raw('{"name":'), await raw('["name"]'), await raw('"name"')];

    assert.deepEqual([broken.status, list.status, text.status], [400, 422, 422]);
    assert.equal((broken.body as { success: boolean }).success, false);
  });

  it('refuses a body of 2 MB', async () => {
    const { status, body } = await send(app, 'POST /auth/device/token', {
      body: { device_code: 'x'.repeat(2_000_000) },
    });

    assert.deepEqual([status, body.success, body.error], [413, false, 'body_too_large']);
  });

  it('takes a form as well as JSON, an empty body, and keys it does not know', async () => {
    const { body } = await send(app, 'POST /auth/device/code');

    const form = await send(app, 'POST /auth/device/token', {
      body: {
        device_code: body.data.device_code as string,
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      },
      form: true,
    });

    assert.deepEqual([form.status, form.body.error], [428, 'authorization_pending']);
  });

  it('reports all failing fields together', async () => {
    const kay = await orbitClient(app);
    await buildLicense(app, kay.clientId);

    const { status, body } = await kay.call('POST /licenses/~1/ips', { ip_address: 'x', expires_at: 'y' });

    assert.equal(status, 422);
    assert.equal(body.error, 'validation_failed');
    assert.deepEqual(Object.keys(body.errors).sort(), ['expires_at', 'ip_address', 'location_id']);
    assert.ok(Array.isArray(body.errors.ip_address));
  });

  it('decodes names in a path once', async () => {
    const kay = await orbitClient(app);
    await kay.call('POST /api-keys', { name: 'a b/ü%41' });

    const { status, body } = await kay.call(`GET /api-keys/${encodeURIComponent('a b/ü%41')}`);

    assert.deepEqual([status, body.data.api_key.name], [200, 'a b/ü%41']);
  });

  it('pages with whole numbers and clamps what is too large', async () => {
    const kay = await orbitClient(app);
    const pages = ['page=0', 'page=x', 'per_page=-1', 'per_page=0', 'per_page=1000', 'page=99'];

    const answers = await Promise.all(pages.map((query) => kay.call(`GET /invoices?${query}`)));

    assert.deepEqual(
      answers.map(({ status }) => status),
      [422, 422, 422, 422, 200, 200],
    );
    assert.deepEqual(answers[4]?.body.data.pagination, { current_page: 1, per_page: 100, total: 0, last_page: 1 });
    assert.deepEqual(answers[5]?.body.data.invoices, []);
    assert.ok(answers[0]?.body.errors.page);
  });

  it('is gone with its module, and the engine’s own API is as it was', async () => {
    await app.call(admin, 'extension/deactivate', { type: 'mod', id: 'orbit-customer', keep_data: true });

    const { body } = await send(app, 'GET /api/customer/v2/licenses');

    assert.ok(!('success' in body));
  });

  describe('in version 1', () => {
    it('keeps the inner objects and has an envelope of its own', async () => {
      const kay = await orbitClient(app);
      await buildLocation(app, 'fra');
      await buildLicense(app, kay.clientId);
      const second = await kay.call('GET /licenses');

      const first = await kay.call('GET /customer/v1/licenses');
      const one = await kay.call('GET /api/customer/v1/licenses/~1');

      assert.deepEqual(first.body, { error: false, licenses: second.body.data.licenses });
      assert.deepEqual(one.body, { error: false, license: second.body.data.licenses[0] });
      assert.equal(first.headers['deprecation'], 'true');
      assert.equal(first.headers['link'], '</customer/v2/licenses>; rel="successor-version"');
    });

    it('takes API keys only', async () => {
      const kay = await orbitClient(app);

      const { status, body } = await send(app, 'GET /customer/v1/licenses', {
        headers: { authorization: `Bearer ${kay.token}` },
      });

      assert.equal(status, 401);
      assert.equal(body.error, true);
      assert.equal(typeof body.message, 'string');
      assert.ok(!('success' in body));
    });

    it('rotates keys and keeps whitelists, nested and flat', async () => {
      const kay = await orbitClient(app);
      const location_id = await buildLocation(app, 'fra');
      await buildLicense(app, kay.clientId);
      const path = '/customer/v1/licenses/~1';

      const locations = await kay.call('GET /customer/v1/locations');
      const nested = await kay.call(`POST ${path}/ips`, { ip_address: '203.0.113.1', location_id });
      const flat = await kay.call(`POST ${path}/whitelist-ip`, { ip_address: '203.0.113.2', location_id });
      const listed = await kay.call(`GET ${path}/ips`);
      const removed = await kay.call(`DELETE ${path}/ips/203.0.113.1`);
      const invalid = await kay.call(`POST ${path}/whitelist-ip`, { ip_address: '203.0.113.0/24', location_id });
      const reset = await kay.call(`POST ${path}/reset-key`);
      const again = await kay.call(`POST ${path}/regenerate-key`);

      assert.equal(locations.body.locations[0].code, 'fra');
      assert.equal(nested.body.ip.ip_address, '203.0.113.1');
      assert.deepEqual(Object.keys(flat.body).sort(), ['error', 'message']);
      assert.equal(listed.body.ips.length, 2);
      assert.equal(removed.body.error, false);
      assert.deepEqual(
        [invalid.status, invalid.body.error, Object.keys(invalid.body.errors)],
        [422, true, ['ip_address']],
      );
      assert.notEqual(reset.body.license.license_key, again.body.license.license_key);
    });
  });
});
