import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import {
  activate, APP, buildCode, buildSale, check, liveToken, openSandbox, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore

/** What holds for all of them. Parameters as a real caller sends them. */
const ENDPOINTS: Readonly<Record<string, object>> = {
  '/api/v1/simple/code/active': { code: 'x', device_id: 'd', device_info: 'i', email: 'a@example.com' },
  '/api/v1/simple/code/deactive': { device_id: 'd' },
  '/api/v1/simple/code/check': { device_id: 'd', step_key: 'k' },
  '/api/v2/upgrade/pull': {},
  '/api/v2/donation/create': { device_id: 'web', amount: '5', pay_method: 'alipay', user_name: 'Kay' },
  '/api/v2/donation/pull': { limit: '300', offset: '0', order_type: '3' },
  '/api/v2/order/check': { order_id: '1', order_check_token: 't' },
  '/api/v2/order/create': { user_email: 'a@example.com', amount: '2', pay_method: 'wechat' },
};
const WITHOUT_PARAMETERS = ['/api/v2/upgrade/pull', '/api/v2/donation/pull'];

describe('extstars: every endpoint', () => {
  const app = useApp({ install: ['extstars-accounts', 'gateway-sandbox'] });
  const shapeOf = ({ status, code, data, headers }: Answer) => ({
    status, code, keys: Object.keys((data ?? {}) as object), type: headers['content-type'],
  }); // prettier-ignore

  it('answers 101 for an app that is unknown, before it misses parameters', async () => {
    await buildSale(app);

    for (const [path, whole] of Object.entries(ENDPOINTS))
      for (const body of [whole, {}])
        for (const appId of ['', 99, 'x'])
          assert.equal((await send(app, path, body, { appId, token: 't' })).code, 101, `${path} ${appId}`);
  });

  it('answers 102 where everything is missing but the app', async () => {
    await buildSale(app);

    for (const path of Object.keys(ENDPOINTS))
      assert.equal((await send(app, path)).code, WITHOUT_PARAMETERS.includes(path) ? 100 : 102, path);
  });

  it('says every failure with HTTP 200, an integer, a message and no data, where any page may read it', async () => {
    await buildSale(app);

    for (const path of Object.keys(ENDPOINTS))
      for (const appId of [99, APP]) {
        const { status, text, code, headers } = await send(app, path, {}, { appId });
        if (code === 100) continue;
        const said = JSON.parse(text) as Record<string, unknown>;
        assert.deepEqual([status, Object.keys(said)], [200, ['code', 'message', 'data']], path);
        assert.ok(Number.isInteger(said['code']));
        assert.ok(typeof said['message'] === 'string' && said['message'] !== '');
        assert.equal(said['data'], null);
        assert.equal(headers['access-control-allow-origin'], '*');
        assert.equal(headers['set-cookie'], undefined);
        assert.equal(headers['cache-control'], 'no-store');
      }
  });

  it('takes JSON and forms alike', async () => {
    await buildSale(app);
    await openSandbox(app);

    for (const [path, body] of Object.entries(ENDPOINTS)) {
      const [asJson, asForm] = [await send(app, path, body), await send(app, path, body, { form: true })];
      assert.deepEqual(shapeOf(asForm), shapeOf(asJson), path);
    }
    const { code } = await buildCode(app, { max_activations: 0 });
    for (const form of [false, true]) {
      const device = `device-${String(form)}`;
      const { data } = await activate(app, code, device, {}, { form });
      const token = data.token as string;
      assert.equal((await check(app, token, device, {}, { form })).code, 100);
      assert.equal((await send(app, '/api/v1/simple/code/deactive', { device_id: device }, { token, form })).code, 100);
    }
  });

  it('takes the header in any spelling, and needs no Token on the second version', async () => {
    await buildSale(app);
    await openSandbox(app);

    for (const name of ['appid', 'AppId', 'APPID'])
      for (const token of [undefined, 'nonsense'])
        for (const path of ['/api/v2/upgrade/pull', '/api/v2/donation/pull', '/api/v2/order/create']) {
          const headers = { [name]: String(APP) };
          const { code } = await send(app, path, ENDPOINTS[path], { appId: '', headers, token });
          assert.equal(code, 100, `${path} ${name}`);
        }
  });

  for (const [path, whole] of Object.entries(ENDPOINTS))
    it(`stands up to whatever is sent to ${path}`, async () => {
      await buildSale(app);
      await openSandbox(app);
      const odd = [
        null, true, [], {}, ['a', 'b'], { a: { b: 1 } }, -1, 1e308, 2 ** 53, '\u0000', 'a\u0000b', '\ud800', '💫'.repeat(300),
        '\u202eevil', "'; drop table extstars_app; --", '{{ 7 | times: 7 }}', '<script>alert(1)</script>', '%', 'x'.repeat(5000),
      ]; // prettier-ignore

      for (const name of Object.keys(whole))
        for (const value of odd) {
          const { status, code } = await send(app, path, { ...whole, [name]: value }, { token: 'x' });
          assert.deepEqual([status, code >= 100 && code <= 107], [200, true], `${name} ${String(value)}`);
        }
      for (const header of ['Token', 'AppId'])
        for (const value of ['x'.repeat(4000), "' or 1=1 --", '31;drop', '1e1', '+31', '031 '])
          assert.equal((await send(app, path, whole, { appId: '', headers: { [header]: value } })).status, 200);
    });

  it('takes members that mean something to JavaScript for nothing', async () => {
    await buildSale(app);
    const { code } = await buildCode(app);

    for (const body of [
      `{"__proto__":{"code":"${code}","device_id":"d","device_info":""}}`,
      `{"constructor":{"prototype":{"code":"${code}"}},"device_id":"d"}`,
      `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
    ]) {
      const answer = await app
        .request('post', '/api/v1/simple/code/active')
        .set({ appid: '31', 'content-type': 'application/json' })
        .send(body);
      assert.equal((answer.body as { code: number }).code, 102, body.slice(0, 40));
    }
  });

  it('says 500 in the envelope and nothing of what broke', async () => {
    await buildSale(app);
    await app.app.database.knex('extstars_app').update({ sign_key: 'not sealed by anybody' });

    for (const path of Object.keys(ENDPOINTS)) {
      const { status, text, headers } = await send(app, path, ENDPOINTS[path]);
      const said = JSON.parse(text) as { code: number; message: string; data: unknown };
      assert.deepEqual([status, said.code, said.data], [500, 500, null], path);
      assert.doesNotMatch(text, /seal|key|stack|\.ts|decrypt/i);
      assert.equal(headers['access-control-allow-origin'], '*');
    }
  });

  it('keeps tokens, codes and keys in no table as they are', async () => {
    await buildSale(app);
    await openSandbox(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);
    const { data } = await check(app, token);
    const bought = await send(app, '/api/v2/order/create', ENDPOINTS['/api/v2/order/create']);
    const { sign_key } = await app.call<{ sign_key: string }>(admin, 'extstars/app_get', { app_id: APP });

    const { knex } = app.app.database;
    const kept: string[] = [];
    for (const table of ['extstars_app', 'service_extstars', 'extstars_activation', 'extstars_order', 'outbox'])
      kept.push(JSON.stringify(await knex(table)));

    for (const secret of [code, token, data.step_key, data.key, bought.data.order_check_token, sign_key])
      assert.ok(!kept.join('').includes(secret as string), secret as string);
  });
});
