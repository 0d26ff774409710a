import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { simplePlugin } from '#modules/servicelicense/generate';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/client.ts';
import { sell, serviceOf } from '../../support/build/service.ts';

describe('keys of licences', () => {
  for (const [config, shape] of [
    [{}, /^([A-Z1-9]{4}-){4}[A-Z1-9]{4}$/],
    [{ length: 10, prefix: 'PRE-' }, /^PRE-[A-Z1-9]{4}-[A-Z1-9]{4}$/],
    [{ length: '26' }, /^([A-Z1-9]{4}-){5}$/],
  ] as const) {
    it(`have the shape of ${JSON.stringify(config)}`, () => {
      assert.match(simplePlugin.generate(config), shape);
    });
  }

  for (const length of [0, 1, -5, 256, 1e9, 'many', 2.5]) {
    it(`have no length of ${length}`, () => {
      assert.throws(() => simplePlugin.generate({ length }), /whole number from 2 to 255/);
    });
  }
});

describe('selling a licence', () => {
  const app = useApp();
  const reset = { path: 'servicelicense/reset' };
  const use = async (key: string) =>
    app.call(guest, 'servicelicense/check', { license: key, host: 'h', version: '1', path: '/' });
  const keyOf = async (id: number) => (await serviceOf<{ license_key: string }>(app, id)).license_key;

  it('mails the key, and keeps it readable nowhere else', async () => {
    const { orderId } = await sell(app, { type: 'license' });
    await app.settle();

    const key = await keyOf(orderId);

    assert.ok((await app.mails()).some((mail) => mail.includes(key)));
    assert.ok(!JSON.stringify(await app.app.database.knex('service_license')).includes(key));
  });

  it('makes keys anew until one is free', async () => {
    const config = { length: 2, iterations: 100 };
    const keys = new Set<string>();
    for (let sold = 0; sold < 5; sold++) keys.add(await keyOf((await sell(app, { type: 'license', config })).orderId));

    assert.equal(keys.size, 5);
  });

  it('gives up after the configured number of tries', async () => {
    const config = { length: 5, prefix: 'P', iterations: 3 };
    const { orderId } = await sell(app, { type: 'license', config, isPending: true });
    const taken = await sell(app, { type: 'license' });
    mock.method(simplePlugin, 'generate', () => 'TAKEN');
    await app.call(admin, 'servicelicense/update', { order_id: taken.orderId, license_key: 'taken' });

    const { message } = await app.refusal(admin, 'order/activate', { id: orderId });

    mock.restoreAll();
    assert.equal(message, 'Maximum number of iterations reached while generating license key');
  });

  it('does not set up an order whose plugin is not there, and does once that is mended', async () => {
    const { orderId } = await sell(app, { type: 'license', config: { plugin: '../evil' }, isPending: true });
    const { message } = await app.refusal(admin, 'order/activate', { id: orderId });

    await app.call(admin, 'order/update_config', { id: orderId, config: { plugin: 'Simple' } });
    await app.call(admin, 'order/activate', { id: orderId });

    assert.equal(message, 'License plugin ../evil was not found.');
    assert.match(await keyOf(orderId), /^[A-Z1-9-]{24}$/);
  });

  it('forgets where it was used when its owner resets it, keeping the key, however many do so at once', async () => {
    const { orderId, client } = await sell(app, { type: 'license' });
    const key = await keyOf(orderId);
    await use(key);

    await Promise.all([1, 2, 3].map(() => app.call(client.caller, reset.path, { order_id: orderId })));

    const service = await serviceOf(app, orderId);
    assert.deepEqual([service['ips'], service['hosts'], service['paths'], service['versions']], [[], [], [], []]);
    assert.equal(service['license_key'], key);
  });

  it("does not reset another client's licence, with the answer for one that does not exist", async () => {
    const { orderId } = await sell(app, { type: 'license' });
    const other = await buildClient(app);

    const theirs = await app.refusal(other.caller, reset.path, { order_id: orderId });

    assert.deepEqual(theirs, await app.refusal(other.caller, reset.path, { order_id: 999 }));
    assert.equal(theirs.message, 'Order not found');
  });

  it('lets its owner reset it only while it may be used, and staff at any time', async () => {
    const { orderId, client } = await sell(app, { type: 'license', period: '1M' });
    const suspended = await sell(app, { type: 'license', client });
    await app.call(admin, 'order/suspend', { id: suspended.orderId });
    app.clock.advance(40 * 86_400_000);

    const own = (order_id: number) => app.refusal(client.caller, reset.path, { order_id });

    assert.equal((await own(orderId)).message, 'Subscription expired');
    assert.equal((await own(suspended.orderId)).message, 'Order is not activated');
    assert.equal(await app.call(admin, reset.path, { order_id: orderId }), true);
    assert.equal(await app.call(admin, reset.path, { order_id: suspended.orderId }), true);
  });

  it('takes lists as lines, and leaves alone what is not sent', async () => {
    const { orderId } = await sell(app, { type: 'license' });

    await app.call(admin, 'servicelicense/update', { order_id: orderId, ips: ' a \r\n\n b\n', validate_ip: 'false' });
    await app.call(admin, 'servicelicense/update', { order_id: orderId, hosts: '', validate_host: '0' });

    const service = await serviceOf(app, orderId);
    assert.deepEqual([service['ips'], service['hosts']], [['a', 'b'], []]);
    assert.deepEqual([service['validate_ip'], service['validate_host']], [true, false]);
  });

  it('gives no order a key that another has, in whatever case', async () => {
    const first = await sell(app, { type: 'license' });
    const second = await sell(app, { type: 'license' });
    await app.call(admin, 'servicelicense/update', { order_id: first.orderId, license_key: 'My-Key' });

    const { message } = await app.refusal(admin, 'servicelicense/update', {
      order_id: second.orderId,
      license_key: 'MY-KEY',
    });

    assert.equal(message, 'Another order has this license key.');
    assert.equal(await keyOf(first.orderId), 'My-Key');
  });

  it('names what can make keys, and shows a client no plugin', async () => {
    const { orderId, client } = await sell(app, { type: 'license' });

    const service = await app.call<object>(client.caller, 'order/service', { id: orderId });

    assert.deepEqual(await app.call(admin, 'servicelicense/plugin_get_pairs'), { Simple: 'Simple' });
    assert.ok(!('plugin' in service));
  });

  it('leaves nothing for the doctor to find', async () => {
    const { orderId } = await sell(app, { type: 'license' });
    await app.call(admin, 'order/suspend', { id: orderId });

    assert.deepEqual(await app.app.examine(), []);
  });
});
