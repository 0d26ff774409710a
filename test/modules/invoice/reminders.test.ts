import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, pay } from '../../support/build/invoice.ts';

describe('reminders', () => {
  const app = useApp();
  const remindedAt = async (id: number) =>
    (await app.call<{ reminded_at: string | null }>(admin, 'invoice/get', { id })).reminded_at;
  const dueOn = async (due_at: string, fields: Record<string, unknown> = {}): Promise<number> => {
    const id = await buildInvoice(app, fields);
    await app.call(admin, 'invoice/update', { id, due_at });
    return id;
  };
  const run = () => app.call(admin, 'invoice/batch_send_reminders');

  beforeEach(async () => {
    app.clock.set('2030-03-03T09:00:00Z');
    await app.call(admin, 'system/update_params', {
      invoice_reminder_before_due_days: '7, 1',
      invoice_reminder_after_due_days: '5',
    });
  });

  it('go out on the days staff chose, before and after', async () => {
    const ids = {
      seven: await dueOn('2030-03-10 08:00:00'),
      six: await dueOn('2030-03-09 08:00:00'),
      today: await dueOn('2030-03-03 08:00:00'),
      overdue: await dueOn('2030-02-26 23:59:00'),
    };

    await run();

    const reminded = await Promise.all(Object.values(ids).map(remindedAt));
    assert.deepEqual(
      reminded.map((time) => time !== null),
      [true, false, false, true],
    );
  });

  it('go out once a day, whatever the number of runs', async () => {
    const id = await dueOn('2030-03-10 08:00:00');
    await run();
    const first = await remindedAt(id);

    app.clock.advance(3_600_000);
    await Promise.all([run(), run(), app.call(admin, 'invoice/batch_invoke_due_event', { once_per_day: 0 })]);

    assert.equal(await remindedAt(id), first);
  });

  it('leave alone what is paid or not approved', async () => {
    const paid = await dueOn('2030-03-10 08:00:00');
    await pay(app, paid);
    const draft = await dueOn('2030-03-10 08:00:00', { approve: 0 });

    await run();

    assert.deepEqual([await remindedAt(paid), await remindedAt(draft)], [null, null]);
  });

  it('come again after a clock that was far ahead is set right', async () => {
    app.clock.set('2035-01-01T00:00:00Z');
    await app.call(admin, 'invoice/batch_invoke_due_event');
    app.clock.set('2030-03-03T09:00:00Z');

    assert.equal(await app.call(admin, 'invoice/batch_invoke_due_event'), true);
  });

  it('end with the deletion of what was not paid for too long', async () => {
    await app.call(admin, 'system/update_params', { remove_after_days: '3' });
    const old = await dueOn('2030-02-27 08:00:00');
    const fresh = await dueOn('2030-03-01 08:00:00');

    await app.app.scheduler.run('invoice.remove-stale');

    assert.equal((await app.refusal(admin, 'invoice/get', { id: old })).message, 'Invoice was not found');
    await app.call(admin, 'invoice/get', { id: fresh });
  });
});
