import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DAY, HOUR, MINUTE, SECOND } from '#core/clock';
import { signatureOf, signedText } from '#modules/extstars-accounts/callback/signature';
import { admin, useApp } from '../../support/app.ts';
import {
  activate, APP, buildApp, buildSale, check, configure, liveToken, openSandbox, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore
import { createDoor } from '../../support/build/payment.ts';
import { buildClient } from '../../support/build/sale.ts';

const [CREATE, ORDER] = ['/api/v2/order/create', '/api/v2/order/check'] as const;
const EMAIL = 'new-buyer@example.com';

interface SeenCode {
  readonly id: number;
  readonly code: string;
  readonly order_id: number;
  readonly destination: string;
  readonly status: string;
  readonly expires_at: string | null;
}

describe('extstars: buying codes', () => {
  const door = createDoor();
  before(() => door.open());
  after(() => door.close());
  const app = useApp({
    install: ['extstars-accounts', 'gateway-sandbox'],
    environment: {
      get BASE_URL() {
        return door.url;
      },
    },
  });
  beforeEach(() => door.leadTo(app));

  const buy = (fields: object = {}, how: object = {}) =>
    send(app, CREATE, { user_email: EMAIL, amount: 3, pay_method: 'wechat', ...fields }, how);
  const pay = (order_id: unknown, script: object = {}) =>
    app.call(admin, 'extstars/sandbox_pay', { order_id, outcome: 'paid', ...script });
  const poll = ({ data }: Answer) =>
    send(app, ORDER, { order_id: data.order_id as number, order_check_token: data.order_check_token as string });
  const codes = async (filter: object = {}) =>
    (await app.call<{ list: SeenCode[] }>(admin, 'extstars/code_get_list', { app_id: APP, ...filter })).list;
  const lettersTo = async (email: string, text: RegExp): Promise<string[]> =>
    (await app.mails()).map(plain).filter((letter) => letter.includes(`To: ${email}`) && text.test(letter));
  const MONTHLY = { pricing: { type: 'recurrent', recurrent: { '1M': { price: 10, setup: 0, enabled: 1 } } } };

  it('registers the buyer, issues nothing before the payment, and mails each code once however often it is told', async () => {
    await buildSale(app, { language: 'en' });
    await openSandbox(app);
    const created = await buy();
    assert.equal(created.code, 100, created.text);
    assert.deepEqual([created.data.link, created.data.qrcode !== ''], ['', true]);
    await app.settle();
    const [account, ...others] = await lettersTo(EMAIL, /Your account for App 31/);
    assert.equal(others.length, 0);
    assert.match(account ?? '', /client\/reset-password-confirm\/[0-9a-f]{64}/);
    assert.equal((await app.call<{ total: number }>(admin, 'client/get_list', { search: EMAIL })).total, 1);
    assert.deepEqual(await codes(), []);
    const unpaid = await poll(created);
    assert.deepEqual(
      [unpaid.data.is_paid, unpaid.data.amount, unpaid.data.money, unpaid.data.app_donation_id],
      [0, '3', '30.00', null],
    );

    await pay(created.data.order_id, { repeat: 5 });
    await app.settle();

    assert.equal((await poll(created)).data.is_paid, 1);
    const issued = await codes();
    assert.equal(issued.length, 3);
    assert.deepEqual(new Set(issued.map(({ destination }) => destination)), new Set([EMAIL]));
    assert.equal(new Set(issued.map((one) => one.order_id)).size, 3);
    const [letter, ...more] = await lettersTo(EMAIL, /Your activation codes/);
    assert.equal(more.length, 0);
    for (const { code } of issued) assert.match(letter ?? '', new RegExp(code));
    for (const { code } of issued) assert.equal((await activate(app, code, code)).code, 100);
  });

  it('puts one order a code on one invoice, which the buyer is not told of before it is paid', async () => {
    await buildSale(app);
    await openSandbox(app);
    const client = await buildClient(app, { email: EMAIL, currency: 'USD' });
    await app.call(admin, 'client/balance_add_funds', { id: client, amount: 100, description: 'Funds' });
    await app.settle();
    const before = (await lettersTo(EMAIL, /./)).length;

    await buy();
    await app.settle();

    assert.equal((await lettersTo(EMAIL, /./)).length, before);
    assert.equal((await app.call<{ balance: number }>(admin, 'client/get', { id: client })).balance, 100);
    const { list } = await app.call<{ list: { lines: { type: string }[]; total: number; approved: boolean }[] }>(
      admin,
      'invoice/get_list',
      {},
    );
    assert.deepEqual(
      list.map(({ lines, total, approved }) => [lines.length, total, approved]),
      [[3, 30, false]],
    );
  });

  it('answers 101, and 102 for what is missing or out of range, with the same answer for known and unknown addresses', async () => {
    await buildSale(app, { order_max_quantity: 5 });
    await openSandbox(app);
    await buildClient(app, { email: 'known@example.com', currency: 'USD' });

    for (const wrong of [
      { user_email: '' },
      { user_email: 'x' },
      { amount: '' },
      { amount: 0 },
      { amount: -1 },
      { amount: 1.5 },
      { amount: 6 },
      { amount: '1e400' },
      { amount: 'three' },
      { pay_method: '' },
      { pay_method: 'cash' },
    ])
      // prettier-ignore
      assert.equal((await buy(wrong)).code, 102, JSON.stringify(wrong));
    assert.equal((await buy({}, { appId: 99 })).code, 101);
    const [known, unknown] = [
      await buy({ user_email: 'known@example.com' }),
      await buy({ amount: '1.0E0' }, { form: true }),
    ];
    assert.deepEqual([known.code, unknown.code], [100, 100]);
    assert.deepEqual(Object.keys(known.data as object), Object.keys(unknown.data as object));
    await app.call(admin, 'extstars/app_update', { app_id: APP, sell_codes: 0 });
    app.clock.advance(2 * SECOND);
    assert.equal((await buy()).code, 102);
  });

  it('registers one account when five buy with the same new address at once', async () => {
    await buildSale(app);
    await openSandbox(app);

    const answers = await Promise.all(Array.from({ length: 5 }, () => buy({ amount: 1 })));

    assert.deepEqual(
      answers.map(({ code }) => code),
      [100, 100, 100, 100, 100],
    );
    assert.equal((await app.call<{ total: number }>(admin, 'client/get_list', { search: EMAIL })).total, 1);
    await app.settle();
    assert.equal((await lettersTo(EMAIL, /reset-password-confirm/)).length, 1);
  });

  it('delivers what costs nothing at once', async () => {
    await buildSale(app, {}, { pricing: { type: 'free' } });
    await openSandbox(app);

    const created = await buy({ amount: 2 });
    await app.settle();

    assert.match(created.data.link as string, /\/extstars\/return\//);
    assert.equal((await poll(created)).data.is_paid, 1);
    assert.equal((await codes()).length, 2);
    assert.equal((await lettersTo(EMAIL, /激活码/)).length, 2, 'the account and the codes');
    const page = await app.request('get', new URL(created.data.link as string).pathname);
    assert.equal(page.status, 200);
  });

  it('delivers when staff mark the invoice as paid, and ends codes that are paid back', async () => {
    await buildSale(app);
    await openSandbox(app);
    const created = await buy();
    const { list } = await app.call<{ list: { invoice_id: number }[] }>(admin, 'extstars/order_get_list', {});
    const invoiceId = list[0]?.invoice_id;
    await app.call(admin, 'invoice/mark_as_paid', { id: invoiceId, gateway_id: 2, execute: 1 });
    await app.settle();
    assert.equal((await poll(created)).data.is_paid, 1);
    const [first] = await codes();
    const token = await liveToken(app, first?.code ?? '');

    await app.call(admin, 'invoice/refund', { id: invoiceId });
    await app.settle();

    assert.deepEqual(new Set((await codes()).map(({ status }) => status)), new Set(['revoked']));
    assert.equal((await check(app, token)).code, 101);
    assert.equal((await activate(app, first?.code ?? '', 'x')).code, 101);
  });

  it('follows the order of each code: suspended, renewed, deleted', async () => {
    await buildSale(app, {}, MONTHLY);
    await openSandbox(app);
    const created = await buy({ amount: 1 });
    assert.match((created.data.qrcode as string) ?? '', /sandbox/, created.text);
    await pay(created.data.order_id);
    await app.settle();
    const [code] = await codes();
    assert.ok(code?.expires_at);
    const token = await liveToken(app, code.code);
    const order = (method: string) => app.call(admin, `order/${method}`, { id: code.order_id });

    await order('suspend');
    assert.deepEqual([(await check(app, token)).code, (await activate(app, code.code, 'x')).code], [101, 105]);
    await order('unsuspend');
    app.clock.advance(32 * DAY);
    assert.equal((await check(app, token)).code, 101);
    await order('renew');
    assert.equal((await check(app, token)).code, 100);
    await order('delete');
    assert.deepEqual([(await check(app, token)).code, (await activate(app, code.code, 'x')).code], [101, 101]);
    assert.equal((await codes())[0]?.status, 'revoked');
  });

  it('reminds once of an end, and tells once of it', async () => {
    await buildSale(app, { language: 'en' }, MONTHLY);
    await openSandbox(app);
    const created = await buy({ amount: 1 });
    assert.match((created.data.qrcode as string) ?? '', /sandbox/, created.text);
    await pay(created.data.order_id);
    await app.settle();
    const run = async (job: string) => {
      await app.app.scheduler.run(`extstars-accounts.${job}`);
      app.clock.advance(MINUTE);
      await app.app.scheduler.run(`extstars-accounts.${job}`);
      await app.settle();
    };

    await run('code-expiry-reminder');
    assert.equal((await lettersTo(EMAIL, /ends soon/)).length, 0);
    app.clock.advance(25 * DAY);
    await run('code-expiry-reminder');
    assert.equal((await lettersTo(EMAIL, /ends soon/)).length, 1);
    await run('code-expiry');
    assert.equal((await lettersTo(EMAIL, /has ended/)).length, 0);
    app.clock.advance(8 * DAY);
    await run('code-expiry');
    assert.equal((await lettersTo(EMAIL, /has ended/)).length, 1);
  });

  it('closes what nobody paid, with its orders and its invoice', async () => {
    await buildSale(app);
    await openSandbox(app);
    await buy();
    app.clock.advance(25 * HOUR);

    await app.app.scheduler.run('extstars-accounts.order-close');

    assert.equal((await app.call<{ total: number }>(admin, 'order/get_list', {})).total, 0);
    assert.equal((await app.call<{ total: number }>(admin, 'invoice/get_list', {})).total, 0);
  });

  it('is found paid by the job when its notification was lost', async () => {
    await buildSale(app);
    await openSandbox(app);
    const created = await buy({ amount: 1 });
    assert.match((created.data.qrcode as string) ?? '', /sandbox/, created.text);
    await pay(created.data.order_id, { tamper: 'signature' });
    await app.settle();
    assert.equal((await poll(created)).data.is_paid, 0);
    app.clock.advance(3 * MINUTE);

    await app.app.scheduler.run('extstars-accounts.payment-reconcile');
    await app.settle();

    assert.equal((await poll(created)).data.is_paid, 1);
    assert.equal((await codes()).length, 1);
  });

  it('stands up to the doctor, and an app with codes is not deleted', async () => {
    await buildSale(app);
    await openSandbox(app);
    const created = await buy();
    await pay(created.data.order_id);
    await app.settle();

    assert.match((await app.refusal(admin, 'extstars/app_delete', { app_id: APP })).message, /Disable it/);
    assert.deepEqual(await app.app.examine(), []);
  });
});

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

/** Quoted-printable undone, as far as these tests look. */
const plain = (letter: string): string =>
  Buffer.from(
    letter
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
