import assert from 'node:assert/strict';
import { useApp } from '../../support/app.ts';
import { orbitClient, send, type Reply } from '../../support/build/orbit.ts';

/** The endpoint index of the contract with its aliases; names in a path are names that nobody has. */
const PUBLIC = [
  'POST /auth/device/code', 'POST /auth/device/token', 'POST /auth/wallet/challenge', 'POST /auth/wallet/verify',
  'POST /auth/wallet/register',
]; // prettier-ignore
const OPTIONAL = ['GET /auth/ping', 'GET /ping'];
const VERSION_2 = [
  'GET /auth/me', 'GET /me', 'POST /auth/logout',
  'GET /licenses', 'GET /licenses/x', 'POST /licenses/x/reset-key', 'POST /licenses/x/regenerate-key',
  'POST /licenses/x/regenerate', 'GET /licenses/locations', 'GET /licenses/x/ips', 'POST /licenses/x/ips',
  'DELETE /licenses/x/ips/1', 'POST /licenses/x/domains', 'DELETE /licenses/x/domains/a.example',
  'POST /licenses/x/devnet-domains', 'DELETE /licenses/x/devnet-domains/a.example',
  'POST /licenses/x/domains/devnet', 'DELETE /licenses/x/domains/devnet/a.example',
  'PATCH /licenses/x/auth-mode', 'PATCH /licenses/x/auto-renewal', 'POST /licenses/x/toggle-auto-renewal',
  'GET /api-keys', 'POST /api-keys', 'GET /api-keys/x', 'PATCH /api-keys/x', 'DELETE /api-keys/x',
  'POST /api-keys/x/regenerate', 'POST /api-keys/x/ips', 'GET /api-keys/x/ips', 'DELETE /api-keys/x/ips/192.0.2.1',
  'GET /profile', 'PATCH /profile', 'GET /profile/balance',
  'GET /invoices', 'GET /invoices/x', 'POST /invoices/x/pay-with-balance', 'POST /invoices/x/pay',
  'POST /topup/prepare', 'POST /topup/confirm', 'GET /topup/history',
  'POST /orders/validate', 'POST /orders/purchase', 'POST /orders', 'GET /orders', 'GET /orders/x',
  'GET /rpc-plans', 'GET /rpc-plans/x',
]; // prettier-ignore
const VERSION_1 = [
  'GET /licenses', 'GET /licenses/x', 'POST /licenses/x/reset-key', 'POST /licenses/x/regenerate-key',
  'GET /locations', 'GET /licenses/x/ips', 'POST /licenses/x/ips', 'DELETE /licenses/x/ips/1',
  'POST /licenses/x/whitelist-ip',
]; // prettier-ignore
const PREFIXES = ['/customer', '/api/customer'];

const at = (prefix: string, version: 'v1' | 'v2', route: string): string =>
  route.replace(' /', ` ${prefix}/${version}/`);
const said = ({ status, body }: Reply) => ({ status, body: body as object });

describe('every endpoint of the customer API', () => {
  const app = useApp({ install: ['orbit-customer'] });

  function assertManners({ headers, body }: Reply, route: string): void {
    assert.equal(headers['content-type'], 'application/json', route);
    assert.equal(headers['cache-control'], 'no-store', route);
    assert.equal(headers['set-cookie'], undefined, route);
    assert.equal(typeof body, 'object', route);
  }

  it('is below both prefixes, and nothing of a client is told without a credential', async () => {
    for (const prefix of PREFIXES) {
      for (const [version, routes] of [
        ['v2', VERSION_2],
        ['v1', VERSION_1],
      ] as const)
        // prettier-ignore
        for (const route of routes) {
          const answer = await send(app, at(prefix, version, route), { body: {} });
          assert.equal(answer.status, 401, `${prefix} ${route}`);
          assert.equal(answer.headers['www-authenticate'], 'Bearer', route);
          assertManners(answer, route);
        }
      for (const route of [...PUBLIC, ...OPTIONAL]) {
        const answer = await send(app, at(prefix, 'v2', route), { body: {} });
        assert.ok([200, 422].includes(answer.status), `${prefix} ${route}: ${answer.status}`);
        assertManners(answer, route);
      }
    }
  });

  it('takes a key and a token alike in version 2', async () => {
    const kay = await orbitClient(app);
    const isEnding = (route: string): boolean => route === 'POST /auth/logout';

    for (const route of VERSION_2.filter((one) => !isEnding(one))) {
      const byKey = await send(app, route, { body: {}, headers: { 'x-orbit-key': kay.key } });
      const byToken = await send(app, route, { body: {}, headers: { authorization: `Bearer ${kay.token}` } });

      assert.ok(![401, 403, 405, 500].includes(byKey.status), `${route}: ${byKey.status}`);
      if (!/\/me$/.test(route)) assert.deepEqual(said(byToken), said(byKey), route); // it says which of them came
      assertManners(byKey, route);
    }
  });

  it('takes keys only in version 1', async () => {
    const kay = await orbitClient(app);

    for (const route of VERSION_1) {
      const path = at('/customer', 'v1', route);
      const byToken = await send(app, path, { body: {}, headers: { authorization: `Bearer ${kay.token}` } });
      const byKey = await send(app, path, { body: {}, headers: { 'x-orbit-key': kay.key } });

      assert.equal(byToken.status, 401, route);
      assert.ok([200, 404, 422].includes(byKey.status), `${route}: ${byKey.status}`);
      assert.equal(byKey.headers['deprecation'], 'true', route);
      assert.match(byKey.headers['link'] ?? '', /^<\/customer\/v2\/licenses.*>; rel="successor-version"$/, route);
    }
  });

  it('answers sign-in without looking at a credential, however wrong that is', async () => {
    const wrong = { 'x-orbit-key': 'wrong', authorization: `Bearer ${'x'.repeat(43)}` };

    for (const route of PUBLIC.filter((one) => one !== 'POST /auth/device/code')) {
      const [with_, without] = [
        await send(app, route, { body: {}, headers: wrong }),
        await send(app, route, { body: {} }),
      ];
      assert.deepEqual([with_.status, with_.body], [422, without.body], route);
    }
    assert.equal((await send(app, 'POST /auth/device/code', { headers: wrong })).status, 200);
  });

  it('needs no body where it has nothing to say: none, an empty one and {} are the same', async () => {
    const kay = await orbitClient(app);
    const bare = VERSION_2.filter((route) =>
      /(-key|regenerate|\/pay|pay-with-balance|toggle-auto-renewal)$/.test(route),
    );
    assert.equal(bare.length, 7);

    for (const route of [...bare, 'PATCH /licenses/x/auth-mode', 'PATCH /licenses/x/auto-renewal']) {
      const headers = { 'x-orbit-key': kay.key };
      const none = await send(app, route, { headers });
      const empty = await send(app, route, { headers, body: '' });
      const braces = await send(app, route, { headers, body: {} });

      assert.deepEqual([said(empty), said(braces)], [said(none), said(none)], route);
      assert.deepEqual([none.status, none.body.error], [404, 'not_found'], route);
    }
    for (const body of [undefined, '', {}])
      assert.equal((await send(app, 'POST /auth/device/code', { body })).status, 200);
  });

  it('takes forms as well as JSON wherever something is sent', async () => {
    const kay = await orbitClient(app);
    const sent: readonly [string, Record<string, string>][] = [
      ['POST /auth/wallet/challenge', { wallet: kay.wallet.address }],
      ['POST /auth/wallet/verify', { wallet: kay.wallet.address, signature: 'x' }],
      ['POST /api-keys', { name: '' }],
      ['PATCH /api-keys/Default', { enabled: 'true' }],
      ['POST /api-keys/Default/ips', { ip: 'x' }],
      ['PATCH /profile', { name: 'Kay Doe' }],
      ['POST /orders/validate', { plan: 'nothing', period: 'annual', coupon: 'nothing' }],
      ['POST /orders', { plan: 'nothing', period: 'weekly' }],
      ['POST /topup/prepare', { amount: '4', wallet_address: 'x' }],
      ['POST /licenses/x/ips', { ip: '192.0.2.1', location: 'fra', expires_at: 'x' }],
    ];

    for (const [route, body] of sent) {
      const headers = { 'x-orbit-key': kay.key };
      const [asJson, asForm] = [
        await send(app, route, { body, headers }),
        await send(app, route, { body, headers, form: true }),
      ];
      assert.notEqual(asJson.status, 400, route);
      assert.equal(asForm.status, asJson.status, route);
      assert.deepEqual(asForm.body.errors, asJson.body.errors, route);
    }
  });

  it('takes null for what was not sent', async () => {
    const kay = await orbitClient(app);

    const answers = [
      await kay.call('POST /orders/validate', { product_slug: 'x', billing_period: null, discount_code: null }),
      await kay.call('PATCH /profile', { name: null }),
      await kay.call('POST /api-keys', { name: null }),
      await kay.call('POST /api-keys', { name: 'Null', ip_whitelist: null }),
    ];

    assert.deepEqual(
      answers.map(({ status, body }) => [status, Object.keys((body.errors ?? {}) as object)]),
      [[422, ['product_slug']], [422, ['name']], [422, ['name']], [201, []]],
    ); // prettier-ignore
  });
});
