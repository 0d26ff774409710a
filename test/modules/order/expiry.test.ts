import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildCounter, order, seen } from '../../support/build/order.ts';

describe('the end of an order', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  const started = async (time: string, period: string) => {
    app.clock.set(time);
    return order(app, { period, price: 1, activate: 1 });
  };
  const renewals = async (id: number, count: number) => {
    const ends = [];
    for (let round = 0; round < count; round++) {
      await app.call(admin, 'order/renew', { id });
      ends.push((await seen(app, id)).expires_at?.slice(0, 10));
    }
    return ends;
  };

  it('keeps to the end of the month in which the first period began', async () => {
    const id = await started('2024-01-31T10:00:00Z', '1M');

    assert.equal((await seen(app, id)).expires_at, '2024-02-29 10:00:00');
    assert.deepEqual(await renewals(id, 3), ['2024-03-31', '2024-04-30', '2024-05-31']);
  });

  it('comes back to the leap day every fourth year', async () => {
    const id = await started('2024-02-29T08:30:00Z', '1Y');

    assert.equal((await seen(app, id)).expires_at, '2025-02-28 08:30:00');
    assert.deepEqual(await renewals(id, 3), ['2026-02-28', '2027-02-28', '2028-02-29']);
  });

  it('counts from the day that staff set', async () => {
    const id = await started('2025-01-10T10:00:00Z', '1M');
    await app.call(admin, 'order/update', { id, expires_at: '2025-08-31 10:00:00' });

    assert.deepEqual(await renewals(id, 2), ['2025-09-30', '2025-10-31']);
  });

  for (const [logic, before, after] of [
    ['', '2025-06-01 00:00:00', '2025-07-01 00:00:00'],
    ['from_today', '2025-06-01 00:00:00', '2025-07-10 12:00:00'],
    ['from_greater', '2025-06-01 00:00:00', '2025-07-10 12:00:00'],
    ['from_today', '2025-06-20 00:00:00', '2025-07-10 12:00:00'],
    ['from_greater', '2025-06-20 00:00:00', '2025-07-20 00:00:00'],
    ['', '', '2025-07-10 12:00:00'],
  ] as const) {
    it(`moves from ${before || 'nothing'} as ${logic || 'the default'} says`, async () => {
      await app.call(admin, 'extension/config_save', { ext: 'mod_order', order_renewal_logic: logic });
      const id = await started('2025-05-01T00:00:00Z', '1M');
      await app.call(admin, 'order/update', { id, expires_at: before });
      app.clock.set('2025-06-10T12:00:00Z');

      await app.call(admin, 'order/renew', { id });

      assert.equal((await seen(app, id)).expires_at, after);
    });
  }

  it('is gone with a cancellation, and begins anew when that is taken back', async () => {
    const id = await started('2025-01-31T10:00:00Z', '1M');
    await app.call(admin, 'order/cancel', { id });
    assert.equal((await seen(app, id)).expires_at, null);

    app.clock.set('2025-03-05T10:00:00Z');
    await app.call(admin, 'order/uncancel', { id });

    assert.equal((await seen(app, id)).expires_at, '2025-04-05 10:00:00');
  });
});
