import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildCounter, buildLever, checkOut, historyOf, order, seen } from '../../support/build/order.ts';
import { buildClient } from '../../support/build/sale.ts';

describe('a run over many orders', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  beforeEach(() => {
    counter.reset();
    app.clock.set('2025-06-01T08:00:00Z');
  });
  const knex = () => app.app.database.knex;
  const configure = (config: object) => app.call(admin, 'extension/config_save', { ext: 'mod_order', ...config });
  const active = async (fields: object = {}) => {
    const id = await order(app, { activate: 1, ...fields });
    await app.call(admin, 'order/update', { id, expires_at: '2025-06-10 08:00:00' });
    return id;
  };
  const statusOf = async (id: number) => (await seen(app, id)).status;
  const run = async (name: string) => {
    const outcome = await app.app.scheduler.run(`order.${name}`);
    await app.settle();
    return outcome;
  };

  describe('that suspends', () => {
    for (const [what, product, own, kept, due] of [
      ['without grace at the end', undefined, undefined, '2025-06-10T07:59:59Z', '2025-06-10T08:00:00Z'],
      ['after the grace of the product', 3, undefined, '2025-06-13T07:59:59Z', '2025-06-13T08:00:00Z'],
      ['after its own grace', 3, '0', '2025-06-10T07:59:59Z', '2025-06-10T08:00:00Z'],
      ['as the product says when its own grace is cleared', 3, '', '2025-06-13T07:59:59Z', '2025-06-13T08:00:00Z'],
    ] as const) {
      it(`takes an order ${what}`, async () => {
        const product_id = await buildLever(app, product === undefined ? {} : { suspension_grace_days: product });
        const id = await active({ product_id });
        if (own !== undefined) await app.call(admin, 'order/update', { id, suspension_grace_days: own });

        app.clock.set(kept);
        await app.call(admin, 'order/batch_suspend_expired');
        assert.equal(await statusOf(id), 'active');
        app.clock.set(due);
        await app.call(admin, 'order/batch_suspend_expired');

        assert.equal(await statusOf(id), 'suspended');
      });
    }

    it('gives the reason of the settings', async () => {
      await configure({ batch_suspend_reason: '  Unpaid ' });
      const id = await active();

      app.clock.set('2025-06-11T00:00:00Z');
      await run('suspend-expired');

      assert.deepEqual(await historyOf(app, id), ['suspended: Order suspended for Unpaid', 'active: Order activated']);
    });

    it('leaves an order alone that fails, and takes the others', async () => {
      const [first, second] = [await active(), await active()];
      await knex()('client_order').where({ id: first }).update({ service_type: 'gone' });

      app.clock.set('2025-06-11T00:00:00Z');
      assert.equal(await run('suspend-expired'), 'done');

      assert.deepEqual([await statusOf(first), await statusOf(second)], ['active', 'suspended']);
    });

    it('takes more than fit in one piece, each once, with two processes at the same moment', async () => {
      const id = await active();
      const [row] = (await knex()('client_order').where({ id })) as Record<string, unknown>[];
      const { id: _, ...copy } = row ?? {};
      const copies = Array.from({ length: 450 }, (_none, index) => ({ ...copy, service_id: index + 2 }));
      for (let at = 0; at < copies.length; at += 50) await knex()('client_order').insert(copies.slice(at, at + 50));
      app.clock.set('2025-06-11T00:00:00Z');

      await app.together(async (other) => {
        await Promise.all([
          app.app.scheduler.run('order.suspend-expired'),
          other.scheduler.run('order.suspend-expired'),
        ]);
      });

      assert.equal((await knex()('client_order').where({ status: 'suspended' })).length, 451);
      assert.equal((await knex()('client_order_status').where({ status: 'suspended' })).length, 451);
    });

    it('suspends once when two ask for it in spite of the lease of the job', async () => {
      await active();
      app.clock.set('2025-06-11T00:00:00Z');

      await Promise.all([1, 2].map(() => app.call(admin, 'order/batch_suspend_expired')));

      assert.equal((await knex()('client_order_status').where({ status: 'suspended' })).length, 1);
    });

    it('is not misled by a clock that jumps ahead and back', async () => {
      const id = await active();

      for (const time of ['2025-06-12T00:00:00Z', '2025-06-01T00:00:00Z', '2025-06-12T00:00:00Z']) {
        app.clock.set(time);
        await app.call(admin, 'order/batch_suspend_expired');
      }

      assert.deepEqual(await historyOf(app, id), ['suspended: Order suspended', 'active: Order activated']);
    });
  });

  describe('that warns', () => {
    const warnings = async () => (await app.mails()).filter((mail) => mail.includes('will be suspended soon')).length;

    it('writes once for each time of suspension, from a day before it', async () => {
      await active({ product_id: await buildLever(app, { suspension_grace_days: 3 }) });

      const counts = [];
      for (const time of ['06-12T07:59:59', '06-12T08:00:00', '06-12T20:00:00', '06-13T08:00:00']) {
        app.clock.set(`2025-${time}Z`);
        await run('warn-of-suspension');
        counts.push(await warnings());
      }

      assert.deepEqual(counts, [0, 1, 1, 1]);
    });

    it('writes again when the time has changed', async () => {
      const id = await active({ product_id: await buildLever(app, { suspension_grace_days: 3 }) });
      app.clock.set('2025-06-12T09:00:00Z');
      await run('warn-of-suspension');

      await app.call(admin, 'order/update', { id, expires_at: '2025-07-10 08:00:00' });
      app.clock.set('2025-07-12T09:00:00Z');
      await run('warn-of-suspension');

      assert.equal(await warnings(), 2);
      assert.deepEqual((await seen(app, id)).meta, []);
    });

    it('writes once when two processes look at the same moment', async () => {
      await active({ product_id: await buildLever(app, { suspension_grace_days: 3 }) });
      app.clock.set('2025-06-12T09:00:00Z');

      await Promise.all([1, 2].map(() => app.call(admin, 'order/batch_send_suspension_warnings')));
      await app.settle();

      assert.equal(await warnings(), 1);
    });

    it('does not warn of a suspension without grace', async () => {
      await active();

      app.clock.set('2025-06-10T07:00:00Z');
      await run('warn-of-suspension');

      assert.equal(await warnings(), 0);
    });
  });

  describe('that cancels what is suspended', () => {
    it('answers false while it is switched off', async () => {
      assert.equal(await app.call(admin, 'order/batch_cancel_suspended'), false);
    });

    for (const [days, suspended, kept, due] of [
      [7, '2025-06-01T23:59:00Z', '2025-06-08T23:59:59Z', '2025-06-09T00:00:00Z'],
      [0, '2025-06-01T10:00:00Z', '2025-06-01T23:59:59Z', '2025-06-02T00:00:00Z'],
      ['', '2025-06-01T10:00:00Z', '2025-06-08T23:59:59Z', '2025-06-09T00:00:00Z'],
    ] as const) {
      it(`counts calendar days: more than ${days === '' ? 'the usual 7' : days}`, async () => {
        await configure({
          batch_cancel_suspended: 1,
          batch_cancel_suspended_after_days: days,
          batch_cancel_suspended_reason: 'Too long',
        });
        const id = await active();
        app.clock.set(suspended);
        await app.call(admin, 'order/suspend', { id });

        app.clock.set(kept);
        assert.equal(await app.call(admin, 'order/batch_cancel_suspended'), true);
        assert.equal(await statusOf(id), 'suspended');
        app.clock.set(due);
        await run('cancel-suspended');

        const { status, reason } = await seen(app, id);
        assert.deepEqual([status, reason], ['canceled', 'Too long']);
      });
    }

    it('leaves those whose gateway does not answer, and takes the others', async () => {
      await configure({ batch_cancel_suspended: 1, batch_cancel_suspended_after_days: 0 });
      const [first, second] = [await active(), await active()];
      for (const id of [first, second]) await app.call(admin, 'order/suspend', { id });
      counter.stuck.add(first);

      app.clock.set('2025-06-03T00:00:00Z');
      await run('cancel-suspended');

      assert.deepEqual([await statusOf(first), await statusOf(second)], ['suspended', 'canceled']);
    });
  });

  describe('that cancels what nobody paid', () => {
    const on = () => configure({ batch_cancel_unpaid: 1, batch_cancel_unpaid_after_days: 7 });
    const unpaidCheckout = async (lines: number, dueAt: string | undefined) => {
      const placed = await checkOut(app, Array<number>(lines).fill(await buildLever(app)));
      await knex()('client_order')
        .whereIn(
          'id',
          placed.map(({ id }) => id),
        )
        .update({ unpaid_invoice_id: 77 });
      counter.unpaid.set(77, dueAt === undefined ? undefined : new Date(dueAt));
      return placed.map(({ id }) => id);
    };
    const left = async () => (await knex()('client_order').orderBy('id').pluck('id')) as number[];

    it('answers false while it is switched off', async () => {
      assert.equal(await app.call(admin, 'order/batch_cancel_unpaid'), false);
    });

    it('deletes the invoice once and the orders on it, calendar days after it was due', async () => {
      await on();
      const ids = await unpaidCheckout(3, '2025-06-02T15:00:00Z');

      app.clock.set('2025-06-09T23:59:59Z');
      await app.call(admin, 'order/batch_cancel_unpaid');
      assert.deepEqual(await left(), ids);
      app.clock.set('2025-06-10T00:00:00Z');
      await run('cancel-unpaid');

      assert.deepEqual(await left(), []);
      assert.equal(counter.calls.filter((call) => call === 'remove 77').length, 1);
    });

    it('keeps the orders of an invoice that is paid meanwhile', async () => {
      await on();
      const ids = await unpaidCheckout(2, undefined);
      app.clock.set('2025-06-20T00:00:00Z');
      counter.paid.add(ids[0] ?? 0).add(ids[1] ?? 0);

      await run('cancel-unpaid');

      assert.deepEqual(await left(), ids);
      assert.deepEqual(counter.calls, []);
    });

    it('keeps them also when it is paid in the middle of the run', async () => {
      await on();
      const ids = await unpaidCheckout(2, undefined);
      counter.contested.add(77);

      app.clock.set('2025-06-20T00:00:00Z');
      await run('cancel-unpaid');

      assert.deepEqual(await left(), ids);
    });

    it('counts from the order where no invoice is open, and leaves what was paid or is set up', async () => {
      await on();
      const [old, paid, set] = [await order(app), await order(app), await order(app, { activate: 1 })];
      counter.paid.add(paid);
      app.clock.set('2025-06-05T00:00:00Z');
      const young = await order(app);

      app.clock.set('2025-06-09T00:00:00Z');
      await run('cancel-unpaid');

      assert.deepEqual(await left(), [paid, set, young]);
      assert.ok(!(await left()).includes(old));
    });

    it('gives back what was set aside, and once with two at the same moment', async () => {
      await on();
      const product_id = await buildLever(app, { stock_control: 1, quantity_in_stock: 5 });
      await checkOut(app, [product_id], { quantity: 2 });
      app.clock.set('2025-06-20T00:00:00Z');

      await Promise.all([1, 2].map(() => app.call(admin, 'order/batch_cancel_unpaid')));

      const product = await app.call<{ quantity_in_stock: number }>(admin, 'product/get', { id: product_id });
      assert.equal(product.quantity_in_stock, 5);
    });

    it('is not done for a product type that does not let go, and goes on', async () => {
      await on();
      const client_id = await buildClient(app);
      const stuck = await order(app, { client_id });
      await knex()('client_order').where({ id: stuck }).update({ service_id: 9, service_type: 'gone' });
      await order(app, { client_id });

      app.clock.set('2025-06-20T00:00:00Z');
      await run('cancel-unpaid');

      assert.deepEqual(await left(), [stuck]);
    });
  });
});
