import assert from 'node:assert/strict';
import { DAY, HOUR, MINUTE, SECOND } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import {
  activate, APP, buildCode, buildSale, check, liveToken, openSandbox, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore
import { createDoor, seeTransactions, tell } from '../../support/build/payment.ts';
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

  it('is unusable while its order is canceled, and its devices come back with it', async () => {
    await buildSale(app);
    await openSandbox(app);
    const created = await buy({ amount: 1 });
    await pay(created.data.order_id);
    await app.settle();
    const [code] = await codes();
    const token = await liveToken(app, code?.code ?? '');

    await app.call(admin, 'order/cancel', { id: code?.order_id });
    assert.deepEqual([(await check(app, token)).code, (await activate(app, code?.code ?? '', 'x')).code], [101, 101]);
    await app.call(admin, 'order/uncancel', { id: code?.order_id });

    assert.equal((await check(app, token)).code, 100);
  });

  it('is paid from the balance of its buyer when staff say so', async () => {
    await buildSale(app);
    await openSandbox(app);
    const client = await buildClient(app, { email: EMAIL, currency: 'USD' });
    await app.call(admin, 'client/balance_add_funds', { id: client, amount: 100, description: 'Funds' });
    const created = await buy();
    const { list } = await app.call<{ list: { invoice_id: number }[] }>(admin, 'extstars/order_get_list', {});

    await app.call(admin, 'invoice/approve', { id: list[0]?.invoice_id });
    await app.call(admin, 'invoice/pay_with_credits', { id: list[0]?.invoice_id });
    await app.settle();

    assert.equal((await poll(created)).data.is_paid, 1);
    assert.equal((await codes()).length, 3);
    assert.equal((await app.call<{ balance: number }>(admin, 'client/get', { id: client })).balance, 70);
  });

  it('is paid once by ten equal notifications at the same moment', async () => {
    await buildSale(app);
    const gatewayId = await openSandbox(app);
    const created = await buy();
    const reference = (created.data.qrcode as string).split('/').at(-1) ?? '';

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => tell(app, gatewayId, { id: 'T-1', reference, amount: '30.00' })),
    );
    await Promise.all([app.settle(), app.settle()]);

    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal((await poll(created)).data.is_paid, 1);
    assert.equal((await codes()).length, 3);
    assert.equal((await seeTransactions(app)).length, 1);
    assert.equal((await lettersTo(EMAIL, /激活码：|<code>/)).length, 1);
  });

  it('sells nothing of an app whose product is gone, while its codes go on', async () => {
    const product = await buildSale(app);
    await openSandbox(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);

    await app.call(admin, 'product/delete', { id: product });

    assert.equal((await buy()).code, 102);
    assert.equal((await check(app, token)).code, 100);
  });

  it('writes names into letters as text, whatever they hold', async () => {
    await buildSale(app, { language: 'en', name: '<b>{{ 7 | times: 7 }}</b>' });
    await openSandbox(app);
    const created = await buy({ amount: 1 });
    await pay(created.data.order_id);
    await app.settle();

    const letters = await lettersTo(EMAIL, /activation code/);

    assert.equal(letters.length, 2);
    for (const letter of letters) {
      const html = letter.slice(letter.indexOf('text/html'));
      assert.match(html, /&lt;b&gt;\{\{ 7 \| times: 7 \}\}&lt;\/b&gt;/);
      assert.doesNotMatch(html, /<b>/);
      assert.doesNotMatch(letter, /<b>49/);
    }
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

/** Quoted-printable undone, as far as these tests look. */
const plain = (letter: string): string =>
  Buffer.from(
    letter
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
