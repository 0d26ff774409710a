import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { HOUR, MINUTE, SECOND } from '#core/clock';
import { signatureOf, signedText } from '#modules/extstars-accounts/callback/signature';
import { admin, useApp } from '../../support/app.ts';
import { APP, buildApp, configure, openSandbox, send, type Answer } from '../../support/build/extstars.ts';
import { createDoor } from '../../support/build/payment.ts';

describe('extstars: callbacks', () => {
  const door = createDoor();
  const heard: { body: string; type: string | undefined }[] = [];
  let status = 200;
  const receiver = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      heard.push({ body, type: req.headers['content-type'] });
      res.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
    });
  });
  before(async () => {
    await door.open();
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
  });
  after(() => {
    door.close();
    receiver.closeAllConnections();
    receiver.close();
  });
  const app = useApp({
    install: ['extstars-accounts', 'gateway-sandbox'],
    environment: {
      get BASE_URL() {
        return door.url;
      },
    },
  });
  beforeEach(() => {
    door.leadTo(app);
    heard.length = 0;
    status = 200;
  });
  const notifyUrl = () => `http://localhost:${(receiver.address() as AddressInfo).port}/notify?x=1`;
  async function donate(fields: object = {}): Promise<Answer> {
    const created = await send(app, '/api/v2/donation/create', {
      device_id: 'web',
      amount: '1.5',
      pay_method: 'paypal',
      user_name: "星 & Co.~*(x)!'",
      ...fields,
    });
    assert.equal(created.code, 100, created.text);
    await app.call(admin, 'extstars/sandbox_pay', { order_id: created.data.order_id, outcome: 'paid' });
    await app.settle();
    return created;
  }
  const stateOf = async () => {
    const { list } = await app.call<{
      list: {
        callback: { attempts: number; delivered_at: unknown; failed_at: unknown; error: string | null } | null;
      }[];
    }>(admin, 'extstars/order_get_list', {});
    return list[0]?.callback;
  };

  it('signs as the receivers do', () => {
    const key = 'S1gnKeyForExamplesOnly0000000001';
    const first = { order_id: '1001', app_id: '7', is_paid: '1', amount: '1.50' };
    const second = {
      app_id: '7',
      order_id: '1002',
      amount: '20.00',
      is_paid: '1',
      user_name: "星 & Co.~*(x)!'",
      user_link: 'https://example.org/?a=b c',
      sign: 'x',
    };

    assert.equal(signedText(first), 'amount=1.50&app_id=7&is_paid=1&order_id=1001');
    assert.equal(signatureOf(first, key), '05249fbf232347e035cdc36af70df433');
    assert.equal(
      signedText(second),
      'amount=20.00&app_id=7&is_paid=1&order_id=1002&user_link=https%3A%2F%2Fexample.org%2F%3Fa%3Db+c&user_name=%E6%98%9F+%26+Co.%7E%2A%28x%29%21%27',
    );
    assert.equal(signatureOf(second, key), '7bf3d448e10eff65f994489ef8f1c61f');
  });

  it('tells the app once, signed, in flat strings, without an address', async () => {
    await buildApp(app, { notify_url: notifyUrl() });
    await openSandbox(app, { allow_private_callbacks: true });
    const { sign_key } = await app.call<{ sign_key: string }>(admin, 'extstars/app_get', { app_id: APP });

    const created = await donate({ user_email: 'donor@example.com' });

    assert.equal(heard.length, 1);
    const told = JSON.parse(heard[0]?.body ?? '{}') as Record<string, string>;
    assert.equal(heard[0]?.type, 'application/json');
    assert.ok(Object.values(told).every((value) => typeof value === 'string'));
    assert.equal(told['sign'], signatureOf(told, sign_key));
    assert.deepEqual(
      [
        told['app_id'],
        told['order_id'],
        told['type'],
        told['amount'],
        told['money'],
        told['is_paid'],
        told['pay_method'],
        told['device_id'],
      ],
      ['31', String(created.data.order_id), 'donation', '1.50', '1.50', '1', 'paypal', 'web'],
    );
    assert.ok(!('user_email' in told));
    assert.ok((await stateOf())?.delivered_at);
  });

  it('tells the address of the donor where staff say so, signed with the key of today', async () => {
    await buildApp(app, { notify_url: notifyUrl(), callback_email: true });
    await openSandbox(app, { allow_private_callbacks: true });
    const key = await app.call<string>(admin, 'extstars/app_rotate_key', { app_id: APP });

    await donate({ user_email: 'donor@example.com' });

    const told = JSON.parse(heard[0]?.body ?? '{}') as Record<string, string>;
    assert.equal(told['user_email'], 'donor@example.com');
    assert.equal(told['sign'], signatureOf(told, key));
  });

  it('tries again after 1, 5, 15, 60 minutes, 6 and 24 hours, then gives up; staff can send it again', async () => {
    await buildApp(app, { notify_url: notifyUrl() });
    await openSandbox(app, { allow_private_callbacks: true });
    status = 302;
    const created = await donate();
    assert.equal(heard.length, 1);
    for (const [index, pause] of [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR].entries()) {
      app.clock.advance(pause - 2 * SECOND);
      await app.settle();
      assert.equal(heard.length, index + 1, `not before pause ${index}`);
      app.clock.advance(3 * SECOND);
      await app.settle();
      assert.equal(heard.length, index + 2, `after pause ${index}`);
    }
    app.clock.advance(48 * HOUR);
    await app.settle();
    assert.equal(heard.length, 7);
    assert.ok((await stateOf())?.failed_at);
    assert.equal(new Set(heard.map(({ body }) => (JSON.parse(body) as { order_id: string }).order_id)).size, 1);

    status = 204;
    await app.call(admin, 'extstars/callback_resend', { order_id: created.data.order_id });
    await app.settle();

    const state = await stateOf();
    assert.deepEqual([heard.length, state?.failed_at, state?.error], [8, null, null]);
  });

  it('does not call into this network unless staff allow it', async () => {
    await openSandbox(app);
    for (const [index, host] of [
      'localhost',
      '127.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0x7f000001',
      '169.254.169.254',
      '10.0.0.1',
    ].entries()) {
      const appId = 100 + index;
      await buildApp(app, { notify_url: `http://${host}:${(receiver.address() as AddressInfo).port}/` }, appId);
      const created = await send(
        app,
        '/api/v2/donation/create',
        { device_id: 'web', amount: 1, pay_method: 'paypal' },
        { appId },
      );
      await app.call(admin, 'extstars/sandbox_pay', { order_id: created.data.order_id, outcome: 'paid' });
      await app.settle();
      assert.match((await stateOf())?.error ?? '', /inside this network/, host);
    }
    assert.equal(heard.length, 0);
    await app.refusal(admin, 'extstars/app_update', { app_id: 100, notify_url: 'ftp://example.com/' });
    await app.refusal(admin, 'extstars/app_update', { app_id: 100, redirect_url: 'javascript:alert(1)' });
  });

  it('sends the browser that comes back to the app with the same signed fields, and thanks it where there is no place', async () => {
    await buildApp(app, { redirect_url: 'https://app.example.com/thanks?lang=zh' });
    await buildApp(app, {}, 32);
    await openSandbox(app);
    const { sign_key } = await app.call<{ sign_key: string }>(admin, 'extstars/app_get', { app_id: APP });
    const created = await donate();
    const knex = app.app.database.knex;
    const row = (await knex('sandbox_payment').first('back_url')) as { back_url: string };
    const path = new URL(row.back_url).pathname;

    const back = await app.request('get', path);

    assert.equal(back.status, 302);
    const url = new URL(back.headers['location'] ?? '');
    const { lang, ...fields } = Object.fromEntries(url.searchParams);
    assert.deepEqual(
      [url.origin, lang, fields['order_id'], fields['is_paid']],
      ['https://app.example.com', 'zh', String(created.data.order_id), '1'],
    );
    assert.equal(fields['sign'], signatureOf(fields, sign_key));
    assert.equal((await app.request('get', path.replace(/.$/, '_'))).status, 404);
    await configure(app, { sandbox: true });
    await send(app, '/api/v2/donation/create', { device_id: 'web', amount: 1, pay_method: 'paypal' }, { appId: 32 });
    const other = (await knex('sandbox_payment').orderBy('id', 'desc').first('back_url')) as { back_url: string };
    const page = await app.request('get', new URL(other.back_url).pathname);
    assert.equal(page.status, 200);
    assert.match(page.text, /not confirmed/);
  });
});
