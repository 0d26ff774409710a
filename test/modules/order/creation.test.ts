import assert from 'node:assert/strict';
import { orderService } from '#modules/order/contract';
import { admin, useApp } from '../../support/app.ts';
import { buildCounter, buildLever, checkOut, historyOf, order, seen } from '../../support/build/order.ts';
import { buildClient } from '../../support/build/sale.ts';
import { buildAddon } from '../../support/build/product.ts';
import { buildStaff } from '../../support/build/staff.ts';

describe('an order that staff make', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());
  const currency = (code: string, conversion_rate: string) =>
    app.call(admin, 'currency/create', { code, conversion_rate });

  it('costs what the catalogue says, in the currency of the client', async () => {
    await currency('EUR', '0.85');
    const client_id = await buildClient(app, { currency: 'EUR' });

    const { price, total, currency: code } = await seen(app, await order(app, { client_id, quantity: 3 }));

    assert.deepEqual([price, total, code], [4.25, 12.75, 'EUR']);
  });

  it('takes a given price as it is, in a currency without minor units too', async () => {
    await currency('JPY', '150');

    const given = await seen(app, await order(app, { currency: 'JPY', price: '1234', quantity: '2.9' }));
    const listed = await seen(app, await order(app, { currency: 'JPY' }));

    assert.deepEqual([given.price, given.total, listed.price], [1234, 2468, 750]);
  });

  it('asks for no invoice unless it is to issue them', async () => {
    await order(app);

    assert.deepEqual(counter.calls, []);
  });

  it('is invoiced and linked to its invoice, which is settled once the order is there', async () => {
    app.plantsFaults();
    const id = await order(app, { invoice_option: 'issue-invoice' });

    assert.equal((await seen(app, id)).unpaid_invoice_id, 1000 + id);
    assert.deepEqual(counter.calls, [`issue ${id}`, `settle ${1000 + id}`]);
    assert.deepEqual(counter.payments, [undefined]);
  });

  it('tells billing how staff were paid', async () => {
    app.plantsFaults();
    await order(app, {
      invoice_option: 'issue-invoice',
      mark_invoice_paid: 'yes',
      gateway_id: '3',
      transactionId: ' TX-1 ',
      execute: 1,
    });

    assert.deepEqual(counter.payments, [{ gatewayId: 3, transactionId: 'TX-1', runsTasks: true }]);
  });

  for (const [what, fields, message] of [
    [
      'a payment without an invoice',
      { mark_invoice_paid: 1 },
      'Marking an invoice as paid requires the order to issue an invoice.',
    ],
    [
      'a payment billing refuses',
      { mark_invoice_paid: 1, invoice_option: 'issue-invoice' },
      'Payment gateway is required when marking an invoice as paid.',
    ],
    ['a quantity that is no number', { quantity: 'many' }, 'Quantity must be a valid number.'],
    ['a quantity beyond counting', { quantity: '1e300' }, 'Quantity must be a valid number.'],
    ['a total beyond counting', { price: '90000000000000', quantity: 1000 }, 'Price must be a valid number.'],
    ['a currency the shop does not have', { currency: 'XXX' }, 'Currency could not be determined for order'],
  ] as const) {
    it(`is not made with ${what}`, async () => {
      const ids = { client_id: await buildClient(app), product_id: await buildLever(app) };

      assert.equal((await app.refusal(admin, 'order/create', { ...ids, ...fields })).message, message);
      assert.deepEqual(await app.app.database.knex('client_order'), []);
    });
  }

  it('is not said to be paid by those who may not enter invoices', async () => {
    const { caller } = await buildStaff(app, { permissions: { order: { access: true, view: true, manage: true } } });
    const ids = { client_id: await buildClient(app), product_id: await buildLever(app) };
    const fields = { ...ids, invoice_option: 'issue-invoice', mark_invoice_paid: 1, gateway_id: 1 };

    assert.equal((await app.refusal(caller, 'order/create', fields)).code, 403);
    assert.ok(await app.call(caller, 'order/create', ids));
  });

  it('has days of grace of its own, none, or those of its product', async () => {
    const id = await order(app);
    const days = async (): Promise<unknown> =>
      ((await app.app.database.knex('client_order').where({ id }).pluck('suspension_grace_days')) as unknown[])[0];

    await app.call(admin, 'order/update', { id, suspension_grace_days: '4' });
    assert.equal(await days(), 4);
    await app.call(admin, 'order/update', { id, title: 'Kept' });
    assert.equal(await days(), 4);
    for (const wrong of [-1, 'x', 1.5, 1e12]) {
      const { message } = await app.refusal(admin, 'order/update', { id, suspension_grace_days: wrong });
      assert.match(message, /^Suspension grace days must be a non-negative integer/);
    }
    await app.call(admin, 'order/update', { id, suspension_grace_days: null });
    assert.equal(await days(), null);
  });
});

describe('a group of orders', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());

  it('comes from one checkout, and starts with its master', async () => {
    app.plantsFaults();
    const product = await buildLever(app);
    const [master, second] = await checkOut(app, [product, product]);
    const ids = [master?.id ?? 0, second?.id ?? 0] as const;

    await app.call(admin, 'order/activate', { id: ids[0] });

    assert.equal((await seen(app, ids[1])).status, 'active');
    assert.deepEqual(await historyOf(app, ids[1]), ['active: Order activated', 'pending_setup: Order Created']);
    const addons = await app.call<{ id: number }[]>(admin, 'order/addons', { id: ids[0] });
    assert.deepEqual(
      addons.map(({ id }) => id),
      [ids[1]],
    );
  });

  it('loses its master, and what is left stands for itself', async () => {
    const product = await buildLever(app);
    const [master, second] = await checkOut(app, [product, product]);

    await app.call(admin, 'order/delete', { id: master?.id });

    const { group_id, group_master } = await seen(app, second?.id ?? 0);
    assert.deepEqual([group_id, group_master], ['0', 1]);
    assert.deepEqual(counter.calls, [`drop ${master?.id}`]);
  });

  it('goes with its master when that is asked for', async () => {
    const master = await order(app);
    const { group_id } = await seen(app, master);
    const client_id = (await app.call<{ client_id: number }>(admin, 'order/get', { id: master })).client_id;
    await order(app, { client_id, product_id: await buildAddon(app), group_id });

    await app.call(admin, 'order/batch_delete', { ids: [master], delete_addons: 1 });

    for (const table of ['client_order', 'client_order_meta', 'client_order_status'])
      assert.deepEqual(await app.app.database.knex(table), []);
  });

  it('is removed by force where the product type does not let go', async () => {
    const id = await order(app, { activate: 1 });
    counter.failing.add('remove');

    assert.equal((await app.refusal(admin, 'order/delete', { id })).message, 'The lever does not remove.');
    await app.call(admin, 'order/delete', { id, force_delete: 1 });

    assert.equal((await app.refusal(admin, 'order/get', { id })).message, 'Order Not Found');
  });
});

describe('what must happen with a transition', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());

  it('decides whether there is one', async () => {
    const id = await order(app, { period: '1M', price: 1 });
    const orders = app.app.service(orderService);

    await orders.activate(app.system(), id, { alongside: () => Promise.resolve(false) });
    assert.equal((await seen(app, id)).status, 'pending_setup');
    await orders.renew(app.system(), id, { alongside: () => Promise.resolve(true) });
    assert.deepEqual(await historyOf(app, id), ['active: Order activated']);

    await assert.rejects(orders.renew(app.system(), id, { alongside: () => Promise.reject(new Error('no')) }));
    assert.equal((await seen(app, id)).status, 'active');
  });

  it('is undone with a renewal that fails, of which the history tells', async () => {
    const id = await order(app, { period: '1M', price: 1, activate: 1 });
    counter.failing.add('renew');

    const renewal = app.app.service(orderService).renew(app.system(), id, {
      alongside: async (tx) => {
        await tx.db('client_order').where({ id }).update({ notes: 'half done' });
        return true;
      },
    });

    await assert.rejects(renewal, /does not renew/);
    assert.equal((await historyOf(app, id))[0], 'failed_renew: The lever does not renew.');
    const row = (await app.app.database.knex('client_order').where({ id }).first()) as { notes: unknown };
    assert.equal(row.notes, null);
  });
});
