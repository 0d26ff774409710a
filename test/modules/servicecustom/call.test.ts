import assert from 'node:assert/strict';
import { conflict } from '#core/error';
import { defineModule } from '#core/module';
import { plug } from '#core/plugin';
import { shippedModules } from '#modules/index';
import { customPlugin } from '#modules/servicecustom/contract';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/client.ts';
import { sell, serviceOf } from '../../support/build/service.ts';

/** What the plugin was told, in order. */
let told: string[] = [];
const step = (name: string) => async () => void told.push(name);

const parcels = defineModule({
  name: 'parcels',
  title: 'Parcels',
  version: '1.0.0',
  migrations: [],
  setup: () => ({
    plugins: [
      plug(customPlugin, {
        name: 'Parcel',
        steps: {
          activate: step('activate'),
          renew: step('renew'),
          suspend: step('suspend'),
          unsuspend: step('unsuspend'),
          delete: step('delete'),
          uncancel: async () => {
            throw conflict('parcels.lost', 'The parcel is lost.');
          },
        },
        methods: {
          track: async (ctx, { order, service }, params) => ({
            by: ctx.actor.kind,
            order: order.id,
            size: service['size'],
            since: params['since'],
          }),
        },
      }),
    ],
  }),
});

describe('a custom service', () => {
  const app = useApp({ modules: [...shippedModules, parcels], install: ['parcels'] });
  beforeEach(() => void (told = []));
  const sellParcel = (more: object = {}) =>
    sell(app, { type: 'custom', fields: { plugin: 'Parcel' }, orderConfig: { size: 's' }, ...more });

  it('answers its owner with what the plugin answers', async () => {
    const { orderId, client } = await sellParcel();

    const answer = await app.call(client.caller, 'servicecustom/call', {
      order_id: orderId,
      method: 'track',
      since: 'May',
    });

    assert.deepEqual(answer, { by: 'client', order: orderId, size: 's', since: 'May' });
  });

  it('answers staff under the name of the method', async () => {
    const { orderId } = await sellParcel();

    const answer = await app.call<{ by: string }>(admin, 'servicecustom/track', { order_id: orderId });

    assert.equal(answer.by, 'admin');
  });

  it('tells the plugin of each step of the order', async () => {
    const { orderId } = await sellParcel({ period: '1M' });

    for (const method of ['renew', 'suspend', 'unsuspend', 'delete'])
      await app.call(admin, `order/${method}`, { id: orderId });

    assert.deepEqual(told, ['activate', 'renew', 'suspend', 'unsuspend', 'delete']);
    assert.deepEqual(await app.app.database.knex('service_custom'), []);
  });

  it('leaves the order as it is when the plugin has no such step', async () => {
    const { orderId } = await sellParcel();

    const refusal = await app.refusal(admin, 'order/cancel', { id: orderId });

    assert.deepEqual(refusal, { message: 'Plugin Parcel does not support action cancel', code: 3125, status: 200 });
    assert.equal((await app.call<{ status: string }>(admin, 'order/get', { id: orderId })).status, 'active');
  });

  it('succeeds silently without a plugin, and with one that no active module has', async () => {
    for (const plugin of ['', '../../etc/passwd', 'constructor']) {
      const { orderId, client } = await sell(app, { type: 'custom', fields: { plugin } });

      const call = { order_id: orderId, method: 'track' };
      assert.equal(await app.call(client.caller, 'servicecustom/call', call), null);
    }
  });

  it('stops asking a plugin whose module was deactivated', async () => {
    const { orderId, client } = await sellParcel();
    await app.app.catalog.deactivate(app.system(), 'parcels');

    assert.equal(await app.call(client.caller, 'servicecustom/call', { order_id: orderId, method: 'track' }), null);
  });

  it('keeps the configuration of the product to the product', async () => {
    const { orderId } = await sell(app, { type: 'custom', config: { secret: 1 }, orderConfig: { size: 's' } });

    const { created_at: _, updated_at: __, ...service } = await serviceOf(app, orderId);

    const { id, client_id } = service;
    assert.deepEqual(service, { size: 's', plugin: null, id, client_id });
  });

  for (const method of ['delete', 'cancel', 'uncancel', 'suspend', 'unsuspend', 'renew', 'activate', 'Delete']) {
    it(`forbids to call ${method}`, async () => {
      const { orderId, client } = await sellParcel();

      const own = await app.refusal(client.caller, 'servicecustom/call', { order_id: orderId, method });
      const staffs = await app.refusal(admin, `servicecustom/${method}`, { order_id: orderId });

      const expected = { message: `Custom plugin method ${method} is forbidden`, code: 403, status: 403 };
      assert.deepEqual([own, staffs], [expected, expected]);
      assert.deepEqual(told, ['activate']);
    });
  }

  for (const method of ['nothing', 'constructor', '__proto__', 'toString']) {
    it(`refuses the method ${method}, which the plugin has not`, async () => {
      const { orderId, client } = await sellParcel();

      const { code } = await app.refusal(client.caller, 'servicecustom/call', { order_id: orderId, method });

      assert.equal(code, 3125);
    });
  }

  it('does not exist for another client, as an order that does not exist', async () => {
    const { orderId } = await sellParcel();
    const other = await buildClient(app);

    const theirs = await app.refusal(other.caller, 'servicecustom/call', { order_id: orderId, method: 'track' });
    const none = await app.refusal(other.caller, 'servicecustom/call', { order_id: 999, method: 'track' });

    assert.deepEqual(theirs, none);
    assert.equal(theirs.message, 'Order not found');
  });

  it('refuses an order that is over, then one that is not active', async () => {
    const { orderId, client } = await sellParcel({ period: '1M' });
    const pending = await sellParcel({ isPending: true, client });
    const call = (order_id: number) => app.refusal(client.caller, 'servicecustom/call', { order_id, method: 'track' });

    app.clock.advance(40 * 86_400_000);

    assert.equal((await call(orderId)).message, 'Subscription expired');
    assert.equal((await call(pending.orderId)).message, 'Order is not activated');
  });

  it('lets staff call and change it whatever its status, once it was activated', async () => {
    const { orderId } = await sellParcel();
    const pending = await sellParcel({ isPending: true });
    await app.call(admin, 'order/suspend', { id: orderId });

    await app.call(admin, 'servicecustom/track', { order_id: orderId });
    await app.call(admin, 'servicecustom/update', { order_id: orderId, config: { size: 'l', id: 77 } });

    const service = await serviceOf(app, orderId);
    assert.equal(service['size'], 'l');
    assert.notEqual(service['id'], 77);
    const refusal = await app.refusal(admin, 'servicecustom/update', { order_id: pending.orderId, config: {} });
    assert.equal(refusal.message, 'Order is not activated');
  });

  it('is nothing for who is not signed in', async () => {
    assert.equal((await app.refusal(guest, 'servicecustom/call')).code, 740);
    assert.equal((await app.refusal({ role: 'client' }, 'servicecustom/call')).status, 401);
    assert.equal((await app.refusal({ role: 'admin' }, 'servicecustom/track')).status, 401);
  });

  it('tells its client of its life', async () => {
    const { orderId } = await sellParcel();
    await app.call(admin, 'order/suspend', { id: orderId });
    await app.settle();

    const subjects = (await app.mails()).flatMap((mail) => /^Subject: (.*)$/m.exec(mail)?.[1] ?? []);
    assert.deepEqual(
      ['Activated', 'Suspended'].map((word) => subjects.filter((subject) => subject.includes(word)).length),
      [1, 1],
    );
  });
});
