import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildLicense, buildLocation, orbitClient, type OrbitClient } from '../../support/build/orbit.ts';

/** A route with `?` where the name of the thing belongs, and what is sent. */
type Call = readonly [route: string, body?: object];

describe('what belongs to somebody else', () => {
  const app = useApp({ install: ['orbit-customer'] });

  /** The statements one call makes, without what it asks them for. */
  async function statements(call: () => Promise<unknown>): Promise<string[]> {
    const seen: string[] = [];
    const note = ({ sql }: { sql: string }) => void seen.push(sql);
    const { knex } = app.app.database;
    knex.on('query', note);
    await call();
    knex.removeListener('query', note);
    return seen.filter((sql) => !/last_used_at/.test(sql)); // written down now and then, beside the calls
  }

  /** Neither the answer nor the work it takes tells a foreign name from one that nobody has. */
  async function assertAlike(eve: OrbitClient, calls: readonly Call[], names: readonly (readonly [string, string])[]) {
    for (const [route, body] of calls)
      for (const [foreign, unknown] of names) {
        const ask = (name: string) => eve.call(route.replace('?', encodeURIComponent(name)), body);
        const answers = [await ask(foreign), await ask(unknown)];
        for (const answer of answers) assert.equal(answer.status, 404, `${route} ${foreign}`);
        assert.deepEqual(answers[0]?.body, answers[1]?.body, `${route} ${foreign}`);

        const [ofForeign, ofUnknown] = [await statements(() => ask(foreign)), await statements(() => ask(unknown))];

        assert.ok(ofUnknown.length > 0, `${route} was asked of no database`);
        assert.deepEqual(ofForeign, ofUnknown, `${route} ${foreign}`);
      }
  }

  it('is answered like what nobody has, by the same statements: licences by key, slug and id', async () => {
    const [kay, eve] = [await orbitClient(app), await orbitClient(app)];
    const location_id = await buildLocation(app, 'fra');
    for (const { clientId } of [kay, eve]) await buildLicense(app, clientId);
    const { license_key, slug, id } = (await kay.call('GET /licenses')).body.data.licenses[0] as Record<string, string>;
    assert.ok(license_key && slug && id);
    const entry = { ip_address: '203.0.113.7', location_id };
    await kay.call(`POST /licenses/${id}/ips`, entry);
    await kay.call(`POST /licenses/${id}/domains`, { domain: 'example.com' });
    const before = (await kay.call('GET /licenses')).body as object;

    await assertAlike(
      eve,
      [
        ['GET /licenses/?'],
        ['POST /licenses/?/reset-key'],
        ['POST /licenses/?/regenerate-key'],
        ['POST /licenses/?/regenerate'],
        ['GET /licenses/?/ips'],
        ['POST /licenses/?/ips', { ...entry, ip_address: '203.0.113.8' }],
        ['DELETE /licenses/?/ips/203.0.113.7'],
        ['POST /licenses/?/domains', { domain: 'example.org' }],
        ['DELETE /licenses/?/domains/example.com'],
        ['POST /licenses/?/devnet-domains', { domain: 'example.org' }],
        ['DELETE /licenses/?/devnet-domains/example.com'],
        ['PATCH /licenses/?/auth-mode', { mode: 'ip_whitelist' }],
        ['PATCH /licenses/?/auto-renewal', { enabled: false }],
        ['GET /customer/v1/licenses/?'],
        ['POST /customer/v1/licenses/?/reset-key'],
        ['POST /customer/v1/licenses/?/regenerate-key'],
        ['GET /customer/v1/licenses/?/ips'],
        ['POST /customer/v1/licenses/?/ips', { ...entry, ip_address: '203.0.113.8' }],
        ['DELETE /customer/v1/licenses/?/ips/203.0.113.7'],
        ['POST /customer/v1/licenses/?/whitelist-ip', { ...entry, ip_address: '203.0.113.8' }],
      ],
      [
        [license_key, 'ORBIT-AAAAAA-000000-000000'],
        [slug, `${slug.slice(0, -8)}aaaaaaaa`],
        [id, '999999'],
      ],
    );

    assert.deepEqual((await kay.call('GET /licenses')).body, before);
    assert.equal((await kay.call(`GET /licenses/${id}/ips`)).body.data.ips.length, 1);
  }).timeout(20_000);

  it('is answered like what nobody has, by the same statements: API keys by id and name', async () => {
    const [kay, eve] = [await orbitClient(app), await orbitClient(app)];
    const { body } = await kay.call('POST /api-keys', { name: 'Mine', ip_whitelist: [] });
    const { id, key } = body.data.api_key as { id: number; key: string };

    await assertAlike(
      eve,
      [
        ['GET /api-keys/?'],
        ['PATCH /api-keys/?', { enabled: false }],
        ['DELETE /api-keys/?'],
        ['POST /api-keys/?/regenerate'],
        ['GET /api-keys/?/ips'],
        ['POST /api-keys/?/ips', { ip: '203.0.113.7' }],
        ['DELETE /api-keys/?/ips/203.0.113.7'],
      ],
      [
        [String(id), '999999'],
        ['Mine', 'None'],
        [key, `${key.slice(0, -4)}aaaa`],
      ],
    );

    assert.equal((await kay.call('GET /me', undefined, { 'x-orbit-key': key })).status, 200);
  });

  it('is answered like what nobody has, by the same statements: invoices and orders', async () => {
    const [kay, eve] = [await orbitClient(app), await orbitClient(app)];
    await buildLicense(app, kay.clientId);
    const items = [{ title: 'Work', price: 10, quantity: 1 }];
    for (const approve of [true, false])
      await app.call(admin, 'invoice/prepare', { client_id: kay.clientId, items, approve });
    const invoices = (await kay.call('GET /invoices')).body.data.invoices as { id: number; reference: string }[];
    const orders = (await kay.call('GET /orders')).body.data.orders as { reference: string }[];
    const [invoice, order] = [invoices[0], orders[0]];
    assert.ok(invoice && order && invoices.length === 1);
    const draft = invoice.id + 1;

    const calls: Call[] = [['GET /invoices/?'], ['POST /invoices/?/pay'], ['POST /invoices/?/pay-with-balance']];
    await assertAlike(eve, calls, [
      [invoice.reference, 'INV00999999'],
      [String(invoice.id), '999999'],
      [String(draft), '999999'],
    ]);
    await assertAlike(kay, calls, [[String(draft), '999999']]);
    await assertAlike(eve, [['GET /orders/?']], [[order.reference, 'ORD-0ZZZZZ']]);

    assert.equal((await kay.call(`GET /invoices/${invoice.id}`)).body.data.status, 'unpaid');
  });
});
