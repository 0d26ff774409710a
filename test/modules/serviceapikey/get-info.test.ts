import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildKey } from '../../support/build/sale.ts';

describe('guest/serviceapikey/get_info', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const info = (key: string) => app.call(guest, 'serviceapikey/get_info', { key });

  it('tells custom parameters without their prefix, numbers as numbers', async () => {
    const config = { custom_limit: '100', custom_plan: 'gold', custom_ratio: '0.5', custom_flag: true };
    const { key } = await buildKey(app, { config });

    assert.deepEqual(await info(key), { valid: true, config: { limit: 100, plan: 'gold', ratio: 0.5, flag: true } });
  });

  it('never tells private parameters or how the key was made', async () => {
    const { key } = await buildKey(app, { config: { private_note: 'x', length: 40, custom_a: 'b' } });

    assert.deepEqual(await info(key), { valid: true, config: { a: 'b' } });
  });

  it('answers an empty list where there are no parameters', async () => {
    const { key } = await buildKey(app);

    assert.deepEqual(await info(key), { valid: true, config: [] });
  });

  it('still tells the parameters of a key that is not valid', async () => {
    const { key, orderId } = await buildKey(app, { config: { custom_a: 1 } });

    await app.call(admin, 'order/suspend', { id: orderId });

    assert.deepEqual(await info(key), { valid: false, config: { a: 1 } });
  });

  it('tells what staff have changed', async () => {
    const { key, orderId } = await buildKey(app, { config: { custom_a: 1 } });

    await app.call(admin, 'serviceapikey/update', { order_id: orderId, config: { custom_b: 2 } });

    assert.deepEqual(await info(key), { valid: true, config: { b: 2 } });
  });
});
