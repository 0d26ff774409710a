// @ts-check
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { admin, client, guest, startEngine } from 'tollkeeper/testing';
import { skeleton } from '../index.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('skeleton', () => {
  /** @type {import('tollkeeper/testing').TestEngine} */
  let engine;
  beforeEach(async () => {
    engine = await startEngine({ modules: [skeleton] });
  });
  afterEach(() => engine.stop());

  it('keeps the notes of clients', async () => {
    const id = await engine.call(client(7), 'skeleton/add', { text: 'call back on Monday' });

    assert.deepEqual(await engine.call(admin(), 'skeleton/get_list'), {
      pages: 1,
      page: 1,
      per_page: 100,
      total: 1,
      list: [{ id, client_id: 7, text: 'call back on Monday', word_count: 0 }],
    });
  });

  it('tells guests how many there are', async () => {
    await engine.call(client(7), 'skeleton/add', { text: 'one' });
    await engine.call(client(8), 'skeleton/add', { text: 'two' });

    assert.equal(await engine.call(guest, 'skeleton/count'), 2);
  });

  it('counts the words once the note is committed', async () => {
    await engine.call(client(7), 'skeleton/add', { text: 'call back on Monday' });

    await engine.settle();

    const { list } = /** @type {{ list: { word_count: number }[] }} */ (
      await engine.call(admin(), 'skeleton/get_list')
    );
    assert.equal(list[0]?.word_count, 4);
  });

  it('forgets notes after a year', async () => {
    await engine.call(client(7), 'skeleton/add', { text: 'old' });
    engine.advance(366 * DAY_MS);
    await engine.call(client(7), 'skeleton/add', { text: 'new' });

    await engine.runJob('skeleton.forget');

    assert.equal(await engine.call(guest, 'skeleton/count'), 1);
  });

  it('refuses an empty note', async () => {
    await assert.rejects(engine.call(client(7), 'skeleton/add', { text: '' }), { message: 'Text is missing' });
  });

  it('shows the notes only to staff who may view them', async () => {
    const doorman = admin({ skeleton: { access: true } });

    await assert.rejects(engine.call(doorman, 'skeleton/get_list'), { code: 403 });
    await assert.rejects(engine.call(guest, 'skeleton/get_list'), { code: 740 });
  });
});
