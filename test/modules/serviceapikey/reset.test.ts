import assert from 'node:assert/strict';
import { admin, client, guest, useApp } from '../../support/app.ts';
import { buildClient, buildKey, keyOf, tokenOf } from '../../support/build/sale.ts';

describe('serviceapikey/reset', () => {
  const app = useApp({ install: ['serviceapikey'] });

  it('gives the owner a new key of the same shape', async () => {
    const { key, orderId, clientId } = await buildKey(app, {
      config: { length: 10, split_interval: 4, case: 'lower' },
    });
    const owner = client(await tokenOf(app, clientId));

    assert.equal(await app.call(owner, 'serviceapikey/reset', { order_id: orderId }), true);

    const next = await keyOf(app, orderId);
    assert.notEqual(next, key);
    assert.match(next, /^[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{2}$/);
  });

  it('finds the order by the key as well', async () => {
    const { key, orderId, clientId } = await buildKey(app);

    await app.call(client(await tokenOf(app, clientId)), 'serviceapikey/reset', { key });

    assert.notEqual(await keyOf(app, orderId), key);
  });

  it('sends the owner the new key', async () => {
    const { orderId } = await buildKey(app);
    await app.settle();

    await app.call(admin, 'serviceapikey/reset', { order_id: orderId });
    await app.settle();

    assert.ok((await app.mails()).some((mail) => mail.includes('has a new API key')));
  });

  it('does not show another client that a key exists', async () => {
    const { key, orderId } = await buildKey(app);
    const stranger = client(await tokenOf(app, await buildClient(app)));

    assert.equal((await app.refusal(stranger, 'serviceapikey/reset', { key })).message, 'API key does not exist');
    assert.equal(
      (await app.refusal(stranger, 'serviceapikey/reset', { order_id: orderId })).message,
      'API key does not exist',
    );
    assert.equal(await keyOf(app, orderId), key);
  });

  it('does not know an order that is not there', async () => {
    assert.equal((await app.refusal(admin, 'serviceapikey/reset', { order_id: 99_999 })).message, 'Order not found');
  });

  it('asks which key is meant', async () => {
    const { message } = await app.refusal(admin, 'serviceapikey/reset');

    assert.equal(message, 'You must provide either the API key or API key order ID in order to reset it.');
  });

  it('leaves the key of an order that is not active alone', async () => {
    const { key, orderId } = await buildKey(app);
    await app.call(admin, 'order/suspend', { id: orderId });

    assert.equal(
      (await app.refusal(admin, 'serviceapikey/reset', { order_id: orderId })).message,
      'Order is not active',
    );
    assert.equal(await keyOf(app, orderId), key);
  });

  it('leaves one valid key when two resets come at the same moment', async () => {
    const { key, orderId } = await buildKey(app);

    await Promise.all([1, 2].map(() => app.call(admin, 'serviceapikey/reset', { order_id: orderId })));

    const last = await keyOf(app, orderId);
    assert.equal(await app.call(guest, 'serviceapikey/check', { key: last }), true);
    assert.equal((await app.refusal(guest, 'serviceapikey/check', { key })).message, 'API key does not exist');
  });

  it('refuses guests and those without a token', async () => {
    const { status, code } = await app.refusal({ role: 'client' }, 'serviceapikey/reset', { order_id: 1 });

    assert.deepEqual([status, code], [401, 201]);
  });
});

describe('admin/serviceapikey/update', () => {
  const app = useApp({ install: ['serviceapikey'] });

  it('leaves the configuration of the order as it was', async () => {
    const { orderId } = await buildKey(app, { config: { custom_a: 1 } });

    await app.call(admin, 'serviceapikey/update', { order_id: orderId, config: { custom_a: 2 } });

    const order = await app.call<{ config: unknown }>(admin, 'order/get', { id: orderId });
    assert.deepEqual(order.config, { custom_a: 1 });
  });

  it('accepts the present key and refuses any other', async () => {
    const { key, orderId } = await buildKey(app);

    assert.equal(await app.call(admin, 'serviceapikey/update', { order_id: orderId, api_key: key }), true);
    const { message } = await app.refusal(admin, 'serviceapikey/update', { order_id: orderId, api_key: 'MINE' });
    assert.equal(message, 'To change the API key, please use the reset function rather than updating it.');
  });

  it('asks for the order', async () => {
    const { message } = await app.refusal(admin, 'serviceapikey/update');

    assert.equal(message, 'You must provide the API key order ID in order to update it.');
  });
});
