import assert from 'node:assert/strict';
import { orderService } from '#modules/order/contract';
import { admin, useApp } from '../../support/app.ts';
import { buildCounter, buildLever, checkOut, historyOf, order, seen, stockOf } from '../../support/build/order.ts';
import { buildClient } from '../../support/build/sale.ts';

describe('stock', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());
  const buildStocked = (quantity: number) => buildLever(app, { stock_control: 1, quantity_in_stock: quantity });

  it('is taken from when an order of staff is activated, not when it is made', async () => {
    const product_id = await buildStocked(3);
    const id = await order(app, { product_id, quantity: 2 });
    assert.equal(await stockOf(app, product_id), 3);

    await app.call(admin, 'order/activate', { id });

    assert.equal(await stockOf(app, product_id), 1);
  });

  it('is not promised by staff beyond what is there', async () => {
    const product_id = await buildStocked(1);
    const client_id = await buildClient(app);

    const { code, message } = await app.refusal(admin, 'order/create', { client_id, product_id, quantity: 2 });

    assert.deepEqual([code, message], [831, `Product ${product_id} is out of stock.`]);
  });

  it('is taken once by an order that is activated again by force', async () => {
    const product_id = await buildStocked(3);
    const id = await order(app, { product_id, activate: 1 });

    await app.call(admin, 'order/activate', { id, force: 1 });

    assert.equal(await stockOf(app, product_id), 2);
  });

  it('is set aside by a checkout and not taken again by the activation', async () => {
    const product_id = await buildStocked(3);
    const [placed] = await checkOut(app, [product_id], { quantity: 2 });
    assert.equal(await stockOf(app, product_id), 1);

    await app.call(admin, 'order/activate', { id: placed?.id });
    await app.call(admin, 'order/cancel', { id: placed?.id });
    await app.call(admin, 'order/delete', { id: placed?.id });

    assert.equal(await stockOf(app, product_id), 1);
  });

  it('goes back once when what was set aside is deleted', async () => {
    const product_id = await buildStocked(3);
    const [placed] = await checkOut(app, [product_id], { quantity: 2 });

    await Promise.allSettled([1, 2, 3].map(() => app.call(admin, 'order/delete', { id: placed?.id })));

    assert.equal(await stockOf(app, product_id), 3);
  });

  it('goes back once when an order that was set active by hand is canceled', async () => {
    const product_id = await buildStocked(3);
    const [placed] = await checkOut(app, [product_id]);
    await app.call(admin, 'order/update', { id: placed?.id, status: 'active' });

    await app.call(admin, 'order/cancel', { id: placed?.id });
    await app.call(admin, 'order/delete', { id: placed?.id });

    assert.equal(await stockOf(app, product_id), 3);
  });

  it('goes back when the client goes', async () => {
    const product_id = await buildStocked(3);
    const clientId = await buildClient(app);
    await checkOut(app, [product_id, product_id], { clientId });

    await app.call(admin, 'client/delete', { id: clientId });

    assert.equal(await stockOf(app, product_id), 3);
  });

  it('stays set aside when the activation fails', async () => {
    const product_id = await buildStocked(3);
    const [placed] = await checkOut(app, [product_id]);
    counter.failing.add('activate');

    await app.refusal(admin, 'order/activate', { id: placed?.id });

    assert.equal(await stockOf(app, product_id), 2);
    assert.deepEqual(await historyOf(app, placed?.id ?? 0), [
      'failed_setup: The lever does not activate.',
      'pending_setup: Order Created',
    ]);
  });

  it('is not sold to a checkout that wants more than is there, which leaves nothing behind', async () => {
    const product_id = await buildStocked(3);

    await assert.rejects(checkOut(app, [product_id, product_id], { quantity: 2 }), /is out of stock/);

    assert.equal(await stockOf(app, product_id), 3);
    assert.deepEqual(await app.app.database.knex('client_order'), []);
  });

  it('is no concern of staff who write meta', async () => {
    const product_id = await buildStocked(3);
    const [placed] = await checkOut(app, [product_id]);
    const id = placed?.id ?? 0;

    await app.call(admin, 'order/update', { id, meta: { stock_reserved_qty: '900' } });
    await app.call(admin, 'order/update', { id, meta: [] });
    assert.deepEqual((await seen(app, id)).meta, []);
    await app.call(admin, 'order/delete', { id });

    assert.equal(await stockOf(app, product_id), 3);
  });

  it('has one last piece for fifty who activate at once', async () => {
    const product_id = await buildStocked(1);
    const client_id = await buildClient(app);
    const ids: number[] = [];
    for (let count = 0; count < 50; count++) ids.push(await order(app, { client_id, product_id }));

    await app.together(async (other) => {
      const activate = (id: number, index: number) =>
        index % 2 === 0
          ? app.app.service(orderService).activate(app.system(), id)
          : other.service(orderService).activate(other.system(), id);
      await Promise.allSettled(ids.map(activate));
    });

    const rows: { status: string }[] = await app.app.database.knex('client_order').select('status');
    assert.equal(rows.filter(({ status }) => status === 'active').length, 1);
    assert.equal(await stockOf(app, product_id), 0);
  });
});
