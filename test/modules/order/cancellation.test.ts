import assert from 'node:assert/strict';
import { orderService } from '#modules/order/contract';
import { productService } from '#modules/product/contract';
import { atomic } from '#core/context';
import { money } from '#core/money';
import { admin, useApp } from '../../support/app.ts';
import { buildCounter, buildLever, checkOut, historyOf, order, seen } from '../../support/build/order.ts';
import { buildPromo } from '../../support/build/product.ts';

describe('a cancellation', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());
  const active = () => order(app, { activate: 1, period: '1M', price: 3 });
  const orders = () => app.app.service(orderService);

  it('ends the subscriptions at the gateway first', async () => {
    const id = await active();

    await app.call(admin, 'order/cancel', { id });

    assert.deepEqual(counter.calls, [`end ${id}`]);
    assert.equal((await seen(app, id)).status, 'canceled');
  });

  it('leaves the order as it is when the gateway does not answer, and works once it does', async () => {
    const id = await active();
    counter.stuck.add(id);
    const { message } = await app.refusal(admin, 'order/cancel', { id });
    assert.deepEqual([message, (await seen(app, id)).status], ['The gateway does not answer.', 'active']);

    counter.stuck.clear();
    await app.call(admin, 'order/cancel', { id });

    assert.deepEqual(await historyOf(app, id), ['canceled: Order canceled', 'active: Order activated']);
  });

  it('asks no gateway about an order that cannot be canceled', async () => {
    const id = await order(app);

    await app.refusal(admin, 'order/cancel', { id });

    assert.deepEqual(counter.calls, []);
  });

  it('gives back the use of a promo that was not paid for yet', async () => {
    const promoId = await buildPromo(app, { maxuses: 1 });
    const line = { promo: { id: promoId, isRecurring: false }, discount: money(50, 'USD') };
    const [placed] = await checkOut(app, [await buildLever(app)], line);
    const id = placed?.id ?? 0;
    const redemption = { promoId, clientId: placed?.clientId ?? 0, orderId: id, invoiceId: undefined };
    await atomic(app.system(), (tx) =>
      app.app.service(productService).promos.redeem(tx, {
        ...redemption,
        phase: 'checkout',
        status: 'reserved',
        discount: money(50, 'USD'),
      }),
    );
    await assert.rejects(checkOut(app, [placed?.productId ?? 0], line), /maximum number of uses/);
    await app.call(admin, 'order/activate', { id });

    await app.call(admin, 'order/cancel', { id });

    const promo = await app.call<{ used: number }>(admin, 'product/promo_get', { id: promoId });
    assert.equal(promo.used, 0);
    const { message } = await app.refusal(admin, 'product/promo_delete', { id: promoId });
    assert.match(message, /cannot be deleted/);
  });

  describe('at the end of the period', () => {
    it('is refused without a subscription that can', async () => {
      const id = await active();

      assert.equal(await app.call(admin, 'order/can_cancel_at_period_end', { id }), false);
      const { message } = await app.refusal(admin, 'order/cancel', { id, cancel_at_period_end: 1 });

      assert.match(message, /^No active gateway subscription that supports cancellation at period end/);
    });

    it('is noted, and leaves the order running until it is finished', async () => {
      const id = await active();
      counter.endable.add(id);
      assert.equal(await app.call(admin, 'order/can_cancel_at_period_end', { id }), true);

      await app.call(admin, 'order/cancel', { id, cancel_at_period_end: 'true', reason: 'moves' });
      const scheduled = await seen(app, id);
      assert.deepEqual(
        [scheduled.status, scheduled.reason, scheduled.meta],
        ['active', 'moves', { cancel_at_period_end: '1' }],
      );
      assert.deepEqual(
        await orders().listToRenew(app.system(), { until: new Date('2099-01-01'), afterId: 0, limit: 9 }),
        [],
      );

      const finished = await Promise.all([1, 2].map(() => orders().finishScheduledCancel(app.system(), id)));

      assert.deepEqual(finished.sort(), [false, true]);
      const { status, reason, meta } = await seen(app, id);
      assert.deepEqual([status, reason, meta], ['canceled', 'moves', []]);
      assert.equal((await historyOf(app, id))[0], 'canceled: Canceled order for moves');
    });

    it('is done by the run that suspends when no gateway tells of the end', async () => {
      const id = await active();
      counter.endable.add(id);
      await app.call(admin, 'order/cancel', { id, cancel_at_period_end: 1, reason: 'moves' });

      app.clock.advance(40 * 24 * 3600_000);
      await app.call(admin, 'order/batch_suspend_expired');

      const { status, reason } = await seen(app, id);
      assert.deepEqual([status, reason], ['canceled', 'moves']);
    });

    it('is not finished where none was scheduled', async () => {
      assert.equal(await orders().finishScheduledCancel(app.system(), await active()), false);
      assert.equal(await orders().finishScheduledCancel(app.system(), 99), false);
    });
  });
});
