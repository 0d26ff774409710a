import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildClient, buildKey, buildProduct, keyOf } from '../../support/build/sale.ts';

describe('selling an API key', () => {
  const app = useApp({ install: ['serviceapikey'] });

  it('delivers a key and tells the client by mail', async () => {
    const { key } = await buildKey(app);
    await app.settle();

    assert.match(key, /^[0-9A-F]{8}(-[0-9A-F]{8}){3}$/);
    assert.ok((await app.mails()).some((mail) => mail.includes(key)));
  });

  it('keeps no key readable in the database', async () => {
    const { key } = await buildKey(app);

    const rows = await app.app.database.knex('service_apikey');
    assert.ok(!JSON.stringify(rows).toUpperCase().includes(key.replaceAll('-', '')));
    assert.ok(!JSON.stringify(rows).toUpperCase().includes(key));
  });

  it('gives an order that is activated twice at the same moment one key', async () => {
    const [clientId, productId] = [await buildClient(app), await buildProduct(app)];
    const id = await app.call<number>(admin, 'order/create', { client_id: clientId, product_id: productId });

    await Promise.all([1, 2, 3].map(() => app.call(admin, 'order/activate', { id })));

    assert.equal((await app.app.database.knex('service_apikey').where({ order_id: id })).length, 1);
    const history = await app.call<{ total: number }>(admin, 'order/status_history_get_list', { id });
    assert.equal(history.total, 1);
    assert.equal(await app.call(guest, 'serviceapikey/check', { key: await keyOf(app, id) }), true);
  });

  for (const [what, config] of [
    ['a length of 0', { length: 0 }],
    ['a length of -1', { length: -1 }],
    ['a length that is no number', { length: 'abc' }],
    ['an interval of 0', { split_interval: 0 }],
    ['an unknown case', { case: 'camel' }],
  ] as const) {
    it(`does not set up an order with ${what}, and says why in its history`, async () => {
      const [clientId, productId] = [await buildClient(app), await buildProduct(app)];
      const id = await app.call<number>(admin, 'order/create', { client_id: clientId, product_id: productId, config });

      const { message, code } = await app.refusal(admin, 'order/activate', { id });

      assert.equal(code, 9999);
      const order = await app.call<{ status: string }>(admin, 'order/get', { id });
      assert.equal(order.status, 'failed_setup');
      const history = await app.call<{ list: { notes: string }[] }>(admin, 'order/status_history_get_list', { id });
      assert.deepEqual(
        history.list.map(({ notes }) => notes),
        [message],
      );
    });
  }

  it('sets up an order that failed once its configuration is mended', async () => {
    const [clientId, productId] = [await buildClient(app), await buildProduct(app)];
    const id = await app.call<number>(admin, 'order/create', {
      client_id: clientId,
      product_id: productId,
      config: { case: 'camel' },
    });
    await app.refusal(admin, 'order/activate', { id });

    await app.call(admin, 'order/update_config', { id, config: { case: 'lower' } });
    await app.call(admin, 'order/activate', { id });

    assert.match(await keyOf(app, id), /^[0-9a-f-]{35}$/);
  });

  it('makes keys anew until one is free', async () => {
    const { key } = await buildKey(app, { config: { length: 1, split: false } });
    const taken = new Set([key]);

    for (let sold = 0; sold < 5; sold++) taken.add((await buildKey(app, { config: { length: 1, split: false } })).key);

    assert.equal(taken.size, 6);
  });

  it('keeps the key through renewals and extends its life', async () => {
    const { key, orderId } = await buildKey(app, { period: '1M' });
    const before = await app.call<{ expires_at: string }>(admin, 'order/get', { id: orderId });

    await app.call(admin, 'order/renew', { id: orderId });

    const after = await app.call<{ expires_at: string }>(admin, 'order/get', { id: orderId });
    assert.ok(after.expires_at > before.expires_at);
    assert.equal(await keyOf(app, orderId), key);
  });

  it('counts months from the day of the sale, also over short ones', async () => {
    app.clock.set('2026-01-31T10:00:00Z');
    const { orderId } = await buildKey(app, { period: '1M' });
    const ends: string[] = [];

    for (let renewal = 0; renewal < 3; renewal++) {
      ends.push((await app.call<{ expires_at: string }>(admin, 'order/get', { id: orderId })).expires_at);
      await app.call(admin, 'order/renew', { id: orderId });
    }

    assert.deepEqual(ends, ['2026-02-28 10:00:00', '2026-03-31 10:00:00', '2026-04-30 10:00:00']);
  });

  it('leaves nothing for the doctor to find', async () => {
    const { orderId } = await buildKey(app);
    await app.call(admin, 'order/suspend', { id: orderId });

    assert.deepEqual(await app.app.examine(), []);
  });

  it('lets the doctor find a key that does not follow its order', async () => {
    app.plantsFaults();
    const { orderId } = await buildKey(app);
    await app.app.database.knex('client_order').where({ id: orderId }).update({ status: 'suspended' });

    assert.equal((await app.app.examine()).length, 1);
  });
});

describe('the module serviceapikey', () => {
  const app = useApp({ install: ['serviceapikey'] });

  it('drops its table when it is deactivated and brings the keys back when it is activated again', async () => {
    const { key } = await buildKey(app);

    await app.call(admin, 'extension/deactivate', { type: 'mod', id: 'serviceapikey' });
    assert.equal(await app.app.database.knex.schema.hasTable('service_apikey'), false);
    assert.equal((await app.refusal(guest, 'serviceapikey/check', { key })).code, 715);

    await app.call(admin, 'extension/activate', { type: 'mod', id: 'serviceapikey' });
    assert.equal(await app.call(guest, 'serviceapikey/check', { key }), true);
  });

  it('keeps its table when it is only switched off', async () => {
    await app.call(admin, 'extension/deactivate', { type: 'mod', id: 'serviceapikey', keep_data: true });

    assert.equal(await app.app.database.knex.schema.hasTable('service_apikey'), true);
  });

  it('begins empty after it was uninstalled', async () => {
    app.plantsFaults();
    const { key } = await buildKey(app);
    await app.call(admin, 'extension/deactivate', { type: 'mod', id: 'serviceapikey' });
    await app.call(admin, 'extension/uninstall', { type: 'mod', id: 'serviceapikey' });

    await app.call(admin, 'extension/activate', { type: 'mod', id: 'serviceapikey' });
    assert.equal((await app.refusal(guest, 'serviceapikey/check', { key })).message, 'API key does not exist');
  });

  it('can be restored from the backup that uninstalling made', async () => {
    const { key } = await buildKey(app);
    await app.app.catalog.uninstall(app.system(), 'serviceapikey');

    await app.app.catalog.install(app.system(), 'serviceapikey', { restore: true });

    assert.equal(await app.call(guest, 'serviceapikey/check', { key }), true);
  });
});
