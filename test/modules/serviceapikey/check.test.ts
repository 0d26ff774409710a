import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildKey, keyOf } from '../../support/build/sale.ts';
import { DAY, SECOND } from '#core/clock';

describe('guest/serviceapikey/check', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const check = (key: unknown) => app.call(guest, 'serviceapikey/check', { key });

  it('accepts the key of an active order', async () => {
    const { key } = await buildKey(app);

    assert.equal(await check(key), true);
  });

  it('ignores the case of a key that was made of one case', async () => {
    const { key } = await buildKey(app);

    assert.equal(await check(key.toLowerCase()), true);
  });

  it('minds the case of a key that was made of both', async () => {
    const { key } = await buildKey(app, { config: { case: 'mixed', length: 64 } });

    assert.equal(await check(key), true);
    assert.equal(
      (await app.refusal(guest, 'serviceapikey/check', { key: key.toUpperCase() })).message,
      'API key does not exist',
    );
  });

  it('says no from the second at which the order expires', async () => {
    const { key, orderId } = await buildKey(app);
    const end = new Date(Math.ceil(app.clock.now().getTime() / SECOND) * SECOND + DAY);
    await app.call(admin, 'order/update', { id: orderId, expires_at: end.toISOString() });

    app.clock.set(new Date(end.getTime() - 1));
    assert.equal(await check(key), true);
    app.clock.set(end);
    assert.equal(await check(key), false);
  });

  it('says no while the order is suspended or canceled, and yes again after', async () => {
    const { key, orderId } = await buildKey(app);

    await app.call(admin, 'order/suspend', { id: orderId });
    assert.equal(await check(key), false);
    await app.call(admin, 'order/unsuspend', { id: orderId });
    assert.equal(await check(key), true);
    await app.call(admin, 'order/cancel', { id: orderId });
    assert.equal(await check(key), false);
    await app.call(admin, 'order/uncancel', { id: orderId });
    assert.equal(await check(key), true);
  });

  it('follows a status that staff set by hand', async () => {
    const { key, orderId } = await buildKey(app);

    await app.call(admin, 'order/update', { id: orderId, status: 'suspended' });

    assert.equal(await check(key), false);
  });

  it('does not know the key of a deleted order', async () => {
    const { key, orderId } = await buildKey(app);

    await app.call(admin, 'order/delete', { id: orderId });

    assert.equal((await app.refusal(guest, 'serviceapikey/check', { key })).message, 'API key does not exist');
  });

  it('answers the same to GET, JSON and form', async () => {
    const { key } = await buildKey(app);

    const get = await app.request('get', `/api/guest/serviceapikey/check?key=${key}`);
    const form = await app.request('post', '/api/guest/serviceapikey/check').type('form').send({ key });
    const text = await app
      .request('post', '/api/guest/serviceapikey/check')
      .type('text/plain')
      .send(JSON.stringify({ key }));

    for (const { body } of [get, form, text]) assert.deepEqual(body, { result: true, error: null });
  });

  it('finds each of many keys that are asked for at the same moment', async () => {
    const sold = await Promise.all(Array.from({ length: 8 }, () => buildKey(app)));
    const asked = Array.from({ length: 80 }, (_, index) => sold[index % sold.length]?.key ?? '');

    assert.deepEqual(await Promise.all(asked.map(check)), Array(80).fill(true));
  });

  for (const [what, key] of [
    ['no key', undefined],
    ['an empty key', ''],
    ['blanks', '  '],
    ['null', null],
    ['an empty list', []],
  ] as const) {
    it(`asks for a key when there is ${what}`, async () => {
      const { message, code, status } = await app.refusal(guest, 'serviceapikey/check', { key });

      assert.deepEqual([message, code, status], ["You must provide an API key to check it's validity.", 9999, 200]);
    });
  }

  for (const [what, key] of [
    ['one character', 'x'],
    ['a null byte', 'A\0B'],
    ['SQL', "' OR '1'='1"],
    ['4-byte characters', '🔑🔑'],
    ['4,096 characters', 'A'.repeat(4096)],
  ] as const) {
    it(`does not know a key of ${what}`, async () => {
      assert.equal((await app.refusal(guest, 'serviceapikey/check', { key })).message, 'API key does not exist');
    });
  }

  for (const [what, key] of [
    ['a list', ['a']],
    ['a map', { a: 1 }],
    ['10,000 characters', 'A'.repeat(10_000)],
  ] as const) {
    it(`refuses ${what} where a key is wanted`, async () => {
      const { code, status } = await app.refusal(guest, 'serviceapikey/check', { key });

      assert.deepEqual([code, status], [9999, 200]);
    });
  }

  it('does not know the key that a reset has replaced', async () => {
    const { key, orderId } = await buildKey(app);

    await app.call(admin, 'serviceapikey/reset', { order_id: orderId });

    assert.equal((await app.refusal(guest, 'serviceapikey/check', { key })).message, 'API key does not exist');
    assert.equal(await check(await keyOf(app, orderId)), true);
  });
});
