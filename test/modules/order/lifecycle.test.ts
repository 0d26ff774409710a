import assert from 'node:assert/strict';
import { admin, client, staff, useApp } from '../../support/app.ts';
import { buildClient, buildKey, buildProduct, tokenOf } from '../../support/build/sale.ts';

interface OrderAnswer {
  status: string;
  reason: string | null;
  expires_at: string | null;
  activated_at: string | null;
  suspended_at: string | null;
  canceled_at: string | null;
  service_id: number | null;
  config: unknown;
  meta: unknown;
  total: number;
  price: number;
}

describe('an order', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const get = (id: number) => app.call<OrderAnswer>(admin, 'order/get', { id });
  const pending = async (fields: object = {}) =>
    app.call<number>(admin, 'order/create', {
      client_id: await buildClient(app),
      product_id: await buildProduct(app),
      ...fields,
    });
  const history = async (id: number) =>
    (
      await app.call<{ list: { status: string; notes: string }[] }>(admin, 'order/status_history_get_list', { id })
    ).list.map(({ status, notes }) => `${status}: ${notes}`);

  it('waits to be set up, without a service', async () => {
    const id = await pending();

    const { status, service_id, activated_at } = await get(id);
    assert.deepEqual([status, service_id, activated_at], ['pending_setup', null, null]);
    assert.equal(await app.call(admin, 'order/service', { id }), null);
  });

  it('takes each step its status allows and tells them in its history', async () => {
    const id = await pending({ period: '1M', price: 2, quantity: 3 });

    for (const step of ['activate', 'renew', 'suspend', 'unsuspend', 'cancel', 'uncancel'])
      await app.call(admin, `order/${step}`, { id, reason: 'why' });

    assert.deepEqual(await history(id), [
      'active: Activated canceled order',
      'canceled: Canceled order for why',
      'active: Order unsuspended',
      'suspended: Order suspended for why',
      'active: Order renewed',
      'active: Order activated',
    ]);
    const { status, reason, total } = await get(id);
    assert.deepEqual([status, reason, total], ['active', null, 6]);
  });

  for (const [step, message] of [
    ['suspend', 'Only active orders can be suspended'],
    ['unsuspend', 'Only suspended orders can be unsuspended'],
    ['cancel', 'Cannot cancel pending_setup order'],
    ['uncancel', 'Only canceled orders can be uncanceled'],
  ] as const) {
    it(`refuses to ${step} what was not set up`, async () => {
      assert.equal((await app.refusal(admin, `order/${step}`, { id: await pending() })).message, message);
    });
  }

  it('is left alone when it is activated again', async () => {
    const { orderId, key } = await buildKey(app);

    await app.call(admin, 'order/activate', { id: orderId });

    assert.equal((await app.call<{ api_key: string }>(admin, 'order/service', { id: orderId })).api_key, key);
    assert.equal((await history(orderId)).length, 1);
  });

  it('is set up instead of renewed when it never was', async () => {
    const id = await pending({ period: '1M', price: 1 });

    await app.call(admin, 'order/renew', { id });

    assert.deepEqual(await history(id), ['active: Order activated']);
  });

  it('is renewed once for each of two renewals at the same moment', async () => {
    app.clock.set('2026-03-10T12:00:00Z');
    const { orderId } = await buildKey(app, { period: '1M' });

    await Promise.all([1, 2].map(() => app.call(admin, 'order/renew', { id: orderId })));

    assert.equal((await get(orderId)).expires_at, '2026-06-10 12:00:00');
  });

  it('keeps its meta, changes it and drops it', async () => {
    const id = await pending({ meta: { ref: 'A-1', team: 'blue' } });
    assert.deepEqual((await get(id)).meta, { ref: 'A-1', team: 'blue' });

    await app.call(admin, 'order/update', { id, meta: { team: 'red', extra: 1 } });
    assert.deepEqual((await get(id)).meta, { ref: 'A-1', team: 'red', extra: '1' });

    await app.call(admin, 'order/update', { id, meta: [] });
    assert.deepEqual((await get(id)).meta, []);
  });

  it('leaves nothing behind when it is deleted', async () => {
    const { orderId } = await buildKey(app);
    await app.call(admin, 'order/update', { id: orderId, meta: { a: 'b' } });

    await app.call(admin, 'order/delete', { id: orderId });

    for (const table of ['client_order', 'client_order_meta', 'client_order_status', 'service_apikey'])
      assert.deepEqual(await app.app.database.knex(table), []);
    assert.equal((await app.refusal(admin, 'order/get', { id: orderId })).message, 'Order Not Found');
  });

  it('keeps 4-byte characters, quotes and template syntax as they are', async () => {
    const title = '🔑 "Schlüssel" <b>\u202E{{7*7}}</b> \\';
    const id = await pending({ title, notes: title });

    const order = await app.call<{ title: string; notes: string }>(admin, 'order/get', { id });
    assert.deepEqual([order.title, order.notes], [title, title]);
  });

  for (const [what, fields, message] of [
    ['a negative price', { price: -1 }, 'Price cannot be negative.'],
    ['a price that is no number', { price: 'abc' }, 'Price must be a valid number.'],
    ['an unknown period', { period: '9X' }, 'Period Error. Unit X is not defined'],
    ['a group that is not there', { group_id: 'nope' }, 'Parent order nope was not found'],
  ] as const) {
    it(`is not made with ${what}`, async () => {
      const ids = { client_id: await buildClient(app), product_id: await buildProduct(app) };

      assert.equal((await app.refusal(admin, 'order/create', { ...ids, ...fields })).message, message);
      assert.deepEqual(await app.app.database.knex('client_order'), []);
    });
  }

  it('keeps its product from being deleted', async () => {
    const product_id = await buildProduct(app);
    await app.call(admin, 'order/create', { client_id: await buildClient(app), product_id });

    const { message } = await app.refusal(admin, 'product/delete', { id: product_id });
    assert.equal(message, 'Cannot remove product which has active orders.');
  });

  it('keeps the currency of its client from being changed', async () => {
    const { clientId } = await buildKey(app, { clientId: await buildClient(app, { currency: 'USD' }) });

    const { message } = await app.refusal(admin, 'client/update', { id: clientId, currency: 'EUR' });
    assert.equal(message, 'Currency cannot be changed. Client already has orders.');
  });

  it('goes with its client', async () => {
    const { clientId } = await buildKey(app);

    await app.call(admin, 'client/delete', { id: clientId });

    assert.deepEqual(await app.app.database.knex('client_order'), []);
    assert.deepEqual(await app.app.database.knex('service_apikey'), []);
  });

  it('of another client does not exist', async () => {
    const { orderId } = await buildKey(app);
    const stranger = client(await tokenOf(app, await buildClient(app)));

    for (const call of ['get', 'service', 'addons', 'upgradables', 'delete'])
      assert.equal((await app.refusal(stranger, `order/${call}`, { id: orderId })).message, 'Order not found');
    assert.deepEqual((await app.call<{ list: unknown[] }>(stranger, 'order/get_list', { client_id: 1 })).list, []);
  });

  it('cannot be seen by guests, nor changed by clients', async () => {
    const { orderId, clientId } = await buildKey(app);
    const owner = await tokenOf(app, clientId);

    assert.equal((await app.refusal({ role: 'admin' }, 'order/get', { id: orderId })).code, 201);
    assert.equal((await app.refusal(staff(owner), 'order/suspend', { id: orderId })).code, 205);
    assert.equal((await app.refusal(client(owner), 'order/suspend', { id: orderId })).code, 740);
  });
});
