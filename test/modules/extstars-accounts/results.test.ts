import assert from 'node:assert/strict';
import { HOUR, SECOND } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import {
  ACTIVE, buildCode, buildSale, CHECK, check, DEACTIVE, liveToken, openSandbox, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore

type Case = readonly [code: number, path: string, body: object, token?: string];

describe('extstars: every result code', () => {
  const app = useApp({ install: ['extstars-accounts', 'gateway-sandbox'] });
  const set = (id: number, change: object) => app.call(admin, 'extstars/code_update', { id, ...change });

  function assertRefused({ status, text, headers }: Answer, code: number, what: string): void {
    const said = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([status, Object.keys(said), said['code']], [200, ['code', 'message', 'data'], code], what);
    assert.ok(typeof said['message'] === 'string' && said['message'] !== '', what);
    assert.equal(said['data'], null, what);
    assert.equal(headers['access-control-allow-origin'], '*', what);
    assert.equal(headers['content-type'], 'application/json; charset=utf-8', what);
  }

  it('is HTTP 200 with an integer, whichever failure it is, said as JSON or as form', async () => {
    await buildSale(app, { check_interval: 0 });
    const [held, kept, lost, off, checked] = [
      await buildCode(app), await buildCode(app), await buildCode(app), await buildCode(app), await buildCode(app),
    ]; // prettier-ignore
    const blank = await buildCode(app, { destination: '' });
    const odd = await buildCode(app, { destination: 'nobody@example.com' });
    const tokens = {
      held: await liveToken(app, held.code, 'held'),
      kept: await liveToken(app, kept.code, 'kept'),
      lost: await liveToken(app, lost.code, 'lost'),
      checked: await liveToken(app, checked.code, 'checked'),
    };
    await set(off.id, { status: 'suspended' });
    await set(kept.id, { allow_deactivate: false });
    await set(lost.id, { destination: 'nobody@example.com' });
    await check(app, tokens.checked, 'checked');
    const active = (code: string, device = 'other') => ({ code, device_id: device, device_info: 'x' });

    const cases: readonly Case[] = [
      [101, ACTIVE, active('NOPE')],
      [102, ACTIVE, { code: held.code }],
      [103, ACTIVE, active(held.code)],
      [104, ACTIVE, active(held.code, 'held')],
      [105, ACTIVE, active(off.code)],
      [106, ACTIVE, active(blank.code)],
      [107, ACTIVE, active(odd.code)],
      [101, DEACTIVE, { device_id: 'held' }, 'nonsense'],
      [102, DEACTIVE, {}, tokens.held],
      [103, DEACTIVE, { device_id: 'kept' }, tokens.kept],
      [104, DEACTIVE, { device_id: 'lost' }, tokens.lost],
      [105, DEACTIVE, { device_id: 'other' }, tokens.held],
      [101, CHECK, { device_id: 'held' }, 'nonsense'],
      [102, CHECK, {}, tokens.held],
      [103, CHECK, { device_id: 'other' }, tokens.held],
      [104, CHECK, { device_id: 'checked' }, tokens.checked],
      [102, '/api/v2/donation/create', { device_id: 'web', amount: '0', pay_method: 'alipay' }],
      [102, '/api/v2/donation/pull', { order_id: '1' }],
      [102, '/api/v2/order/check', { order_id: '1', order_check_token: 'x' }],
      [102, '/api/v2/order/create', { user_email: 'a@example.com', amount: '0', pay_method: 'alipay' }],
    ];

    for (const [code, path, body, token] of cases)
      for (const form of [false, true])
        assertRefused(await send(app, path, body, { token, form }), code, `${code} ${path} ${form ? 'form' : 'JSON'}`);
  });

  it('is the same for an order, by JSON and by form, until the hour of its token is over', async () => {
    await buildSale(app);
    await openSandbox(app);
    const wanted = { user_email: 'a@example.com', amount: 2, pay_method: 'wechat' };
    const { data } = await send(app, '/api/v2/order/create', wanted);
    const { order_id, order_check_token } = data as { order_id: number; order_check_token: string };
    const ask = (form: boolean) => {
      const asked = { order_id: form ? String(order_id) : order_id, order_check_token };
      return send(app, '/api/v2/order/check', asked, { form });
    };
    app.clock.advance(HOUR - SECOND);

    const [asJson, asForm] = [await ask(false), await ask(true)];

    assert.deepEqual([asJson.code, asJson.data.amount, asForm.text], [100, '2', asJson.text]);
    app.clock.advance(SECOND);
    assertRefused(await ask(false), 102, 'an hour old');
  });
});
