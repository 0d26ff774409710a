import assert from 'node:assert/strict';
import { forbidden } from '#core/error';
import { before, on } from '#core/listener';
import { MINUTE, SECOND } from '#core/clock';
import { guest, useApp } from '../support/app.ts';
import { buildNotebook, noted, noting } from '../support/build/notebook.ts';

describe('events', () => {
  const heard: string[] = [];
  let fails = false;
  const listeners = [
    on(noted, 'remember', (_ctx, { text }) => {
      if (fails) return Promise.reject(new Error('not now'));
      heard.push(text);
      return Promise.resolve();
    }),
  ];
  const hooks = [
    before(noting, (_tx, { text }) =>
      text === 'forbidden' ? Promise.reject(forbidden('notebook.forbidden', 'Not that')) : Promise.resolve(),
    ),
  ];
  const app = useApp({ modules: [buildNotebook({ listeners, hooks })] });
  beforeEach(() => {
    heard.length = 0;
    fails = false;
  });
  const outbox = () => app.app.database.knex('outbox');

  it('reach their listeners after the commit', async () => {
    await app.call(guest, 'notebook/add', { text: 'a' });
    assert.deepEqual(heard, []);

    await app.settle();

    assert.deepEqual(heard, ['a']);
    assert.deepEqual(await outbox(), []);
  });

  it('are not told of what was rolled back', async () => {
    await app.refusal(guest, 'notebook/add', { text: 'fails late' });
    await app.settle();

    assert.deepEqual(heard, []);
    assert.deepEqual(await app.app.database.knex('note'), []);
  });

  it('do not happen when a hook refuses', async () => {
    const { message, code } = await app.refusal(guest, 'notebook/add', { text: 'forbidden' });

    assert.deepEqual([message, code], ['Not that', 403]);
    assert.deepEqual(await app.app.database.knex('note'), []);
  });

  it('are delivered again, later and later, when a listener fails', async () => {
    fails = true;
    await app.call(guest, 'notebook/add', { text: 'a' });
    await app.settle();
    await app.settle();
    assert.equal((await outbox())[0].attempts, 1);

    fails = false;
    app.clock.advance(2 * SECOND);
    await app.settle();

    assert.deepEqual(heard, ['a']);
  });

  it('are kept for people to look at when they fail for good', async () => {
    fails = true;
    await app.call(guest, 'notebook/add', { text: 'a' });

    for (let round = 0; round < 25; round++) {
      await app.settle();
      app.clock.advance(31 * MINUTE);
    }

    const [left] = (await outbox()) as { attempts: number; last_error: string; failed_at: unknown }[];
    assert.deepEqual([left?.attempts, left?.last_error, left?.failed_at !== null], [20, 'not now', true]);
  });

  it('are delivered once by several processes that look at the same moment', async () => {
    for (let count = 0; count < 20; count++) await app.call(guest, 'notebook/add', { text: String(count) });

    await app.together((other) => Promise.all([app.settle(), other.bus.deliverDue()]));

    assert.deepEqual(heard.toSorted(), Array.from({ length: 20 }, (_, index) => String(index)).toSorted());
  });

  it('that a process died with are delivered by another, once their lease is over', async () => {
    await app.call(guest, 'notebook/add', { text: 'a' });
    await outbox().update({ available_at: new Date(app.clock.now().getTime() + 30 * SECOND) });
    await app.settle();
    assert.deepEqual(heard, []);

    app.clock.advance(30 * SECOND);
    await app.settle();

    assert.deepEqual(heard, ['a']);
  });
});
