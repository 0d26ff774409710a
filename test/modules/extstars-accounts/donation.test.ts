import assert from 'node:assert/strict';
import { HOUR, SECOND } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { APP, buildApp, configure, openSandbox, send, type Answer } from '../../support/build/extstars.ts';
import { createDoor, seeTransactions } from '../../support/build/payment.ts';
import { buildClient } from '../../support/build/sale.ts';

const [CREATE, PULL, ORDER] = ['/api/v2/donation/create', '/api/v2/donation/pull', '/api/v2/order/check'] as const;
const LINKS = { alipay: true, wechat: false, wechat_h5: true, qqpay: false, paypal: true };

describe('extstars: donations', () => {
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

  const wanted = { device_id: 'web', amount: '5', pay_method: 'alipay' };
  const create = (fields: object = {}, how: object = {}) => send(app, CREATE, { ...wanted, ...fields }, how);
  const pay = (order_id: unknown, script: object = {}) =>
    app.call(admin, 'extstars/sandbox_pay', { order_id, outcome: 'paid', ...script });
  const poll = ({ data }: Answer, path: string = ORDER) =>
    send(app, path, { order_id: String(data.order_id), order_check_token: data.order_check_token as string });
  async function donate(fields: object = {}): Promise<Answer> {
    const created = await create(fields);
    assert.equal(created.code, 100, created.text);
    await pay(created.data.order_id);
    await app.settle();
    return created;
  }

  it('answers a number, a token and exactly one of link and qrcode, for all five methods, as JSON and as form', async () => {
    await buildApp(app);
    await openSandbox(app);

    for (const [pay_method, isLink] of Object.entries(LINKS))
      for (const form of [false, true]) {
        const { code, data } = await create({ pay_method, amount: form ? '1.50' : 1.5 }, { form });
        assert.equal(code, 100, pay_method);
        assert.ok(Number.isInteger(data.order_id));
        assert.deepEqual([typeof data.link, typeof data.qrcode, typeof data.tips], ['string', 'string', 'string']);
        assert.deepEqual([data.link !== '', data.qrcode !== ''], [isLink, !isLink]);
        assert.match((data.link || data.qrcode) as string, /\/sandbox\/pay\/\w+$/);
        assert.match(data.order_check_token as string, /^[\w-]{22}$/);
      }
  });

  it('answers 102 for what is missing or not valid, and 101 first', async () => {
    await buildApp(app, { methods: ['alipay'], donation_max: '100' });
    await openSandbox(app);

    for (const wrong of [
      { device_id: '' },
      { amount: '' },
      { pay_method: '' },
      { pay_method: 'Alipay' },
      { pay_method: 'cash' },
      { pay_method: 'paypal' },
      { amount: '0' },
      { amount: -1 },
      { amount: '-0' },
      { amount: '1e400' },
      { amount: 'x' },
      { amount: '1.005' },
      { amount: '100.01' },
      { amount: 'NaN' },
      { amount: '0x10' },
      { amount: ['5'] },
      { user_email: 'nobody' },
      { user_link: 'javascript:alert(1)' },
      { user_link: 'x' },
      { user_link: `https://example.com/${'x'.repeat(255)}` },
    ]) {
      // prettier-ignore
      assert.equal((await create(wrong)).code, 102, JSON.stringify(wrong).slice(0, 60));
    }
    assert.equal((await create({}, { appId: 99 })).code, 101);
    assert.equal((await send(app, CREATE, {}, { appId: '' })).code, 101);
  });

  it('reads amounts however they are written', async () => {
    await buildApp(app);
    await openSandbox(app);

    for (const [amount, money] of [
      ['1e2', '100.00'],
      [' 5 ', '5.00'],
      [0.1 + 0.2, '0.30'],
      ['1.50', '1.50'],
      ['1.0E3', '1000.00'],
      [7, '7.00'],
    ] as const) {
      const answer = await create({ amount });
      assert.equal(answer.code, 100, String(amount));
      assert.equal((await poll(answer)).data.money, money);
    }
  });

  it('answers 102 while no gateway takes the method, and the sandbox is off', async () => {
    await buildApp(app);
    await openSandbox(app, { sandbox: false });

    const answer = await create();

    assert.deepEqual([answer.status, answer.code, answer.data], [200, 102, null]);
  });

  it('says 0 before and 1 after the payment, on both paths and by the address', async () => {
    await buildApp(app);
    await openSandbox(app);
    const created = await create({ amount: '1.5' });
    const before = await poll(created);
    assert.deepEqual(Object.keys(before.data as object), [
      'id',
      'app_id',
      'amount',
      'money',
      'is_paid',
      'created_at',
      'app_donation_id',
    ]);
    assert.deepEqual(
      [
        before.data.id,
        before.data.app_id,
        before.data.amount,
        before.data.money,
        before.data.is_paid,
        before.data.app_donation_id,
      ],
      [created.data.order_id, APP, '1.50', '1.50', 0, null],
    );

    await pay(created.data.order_id, { repeat: 5 });
    await app.settle();

    for (const path of [ORDER, PULL]) {
      const { data } = await poll(created, path);
      assert.equal(data.is_paid, 1, path);
      assert.ok(Number.isInteger(data.app_donation_id));
    }
    const url = new URL(created.data.check_url as string);
    const got = await app.request('get', `${url.pathname}${url.search}`);
    assert.equal((got.body as { data: { is_paid: number } }).data.is_paid, 1);
    const strange = await app.request('get', `${url.pathname}${url.search}`).set('appid', '99');
    assert.equal((strange.body as { code: number }).code, 101);
    assert.equal((await send(app, PULL)).data.length, 1);
  });

  it('answers one and the same 102 for a wrong, foreign or old token', async () => {
    await buildApp(app);
    await buildApp(app, {}, 32);
    await openSandbox(app);
    const created = await create();
    const { order_id, order_check_token } = created.data as { order_id: number; order_check_token: string };
    const ask = (body: object, appId = APP) => send(app, ORDER, body, { appId });

    const later = () => {
      app.clock.advance(HOUR);
      return poll(created);
    };
    const answers = [
      await ask({ order_id, order_check_token: 'wrong' }),
      await ask({ order_id: 999, order_check_token }),
      await ask({ order_id, order_check_token }, 32),
      await ask({ order_id: 'x', order_check_token }),
      await ask({ order_id: '1e99', order_check_token }),
      await later(),
    ];

    assert.deepEqual(new Set(answers.map(({ text }) => text)).size, 1);
    assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set([102]));
    assert.equal((await ask({ order_id })).code, 102);
    assert.equal((await ask({ order_check_token })).code, 102);
    assert.equal((await ask({}, 99)).code, 101);
  });

  it('lists paid donations only, cleaned, without addresses', async () => {
    await buildApp(app);
    await openSandbox(app);
    const hostile = {
      user_name: '<img src=x onerror=alert(1)>\u202e星\u0007',
      user_link: `https://example.com/?a='"<b>`,
      user_email: ' Donor@Example.ORG ',
    };
    await donate(hostile);
    await create({ user_name: 'unpaid' });
    await donate({ user_name: ' ', amount: 2 });

    const { data, text } = await send(app, PULL);

    assert.deepEqual(
      (data as { user_name: string }[]).map((row) => row.user_name),
      ['img src=x onerror=alert(1)星', '匿名'],
    );
    assert.deepEqual(Object.keys(data[0] as object), [
      'id',
      'user_name',
      'user_link',
      'avatar_url',
      'amount',
      'created_at',
    ]);
    assert.equal(data[0].user_link, 'https://example.com/?a=%27%22%3Cb%3E');
    assert.equal(
      data[0].avatar_url,
      'https://www.gravatar.com/avatar/927cd2c0988b8962ec8e8fd63366e072?d=identicon&s=80',
    );
    assert.match(data[1].avatar_url as string, /\/0{32}\?/);
    assert.equal(data[0].amount, '5.00');
    assert.doesNotMatch(text, /donor@|web|127\.0/i);
  });

  it('sorts and pages in every way that is in use', async () => {
    await buildApp(app);
    await openSandbox(app);
    let count = 0;
    for (const amount of [3, 9, 1, 9]) {
      await donate({ amount, user_name: `${++count}` });
      app.clock.advance(SECOND);
    }
    const ids = async (body: object = {}) =>
      ((await send(app, PULL, body)).data as { user_name: string }[]).map((row) => Number(row.user_name));

    assert.deepEqual(await ids(), [4, 2, 1, 3]);
    for (const order_type of ['0', 0, 'nonsense', '']) assert.deepEqual(await ids({ order_type }), [4, 2, 1, 3]);
    for (const order_type of [1, '1', 3]) assert.deepEqual(await ids({ order_type }), [4, 3, 2, 1]);
    assert.deepEqual(await ids({ order_type: 2 }), [3, 1, 4, 2]);
    assert.deepEqual(await ids({ limit: 300 }), [4, 2, 1, 3]);
    assert.deepEqual(await ids({ limit: '2', offset: '1' }), [2, 1]);
    assert.deepEqual(await ids({ limit: -1, offset: 'x' }), [4, 2, 1, 3]);
    assert.equal((await send(app, PULL, {}, { appId: 99 })).code, 101);
  });

  it('honours a limit of 300, and lists no more than 500', async () => {
    await buildApp(app);
    const rows = Array.from({ length: 520 }, (_, index) => ({
      app_id: APP, extstars_order_id: index + 1, user_name: '', user_link: '', avatar_hash: '', money_amount: 100, currency: 'USD',
      is_hidden: false, paid_at: app.clock.now(),
    })); // prettier-ignore
    for (const part of [rows.slice(0, 300), rows.slice(300)])
      await app.app.database.knex('extstars_donation').insert(part);

    assert.equal((await send(app, PULL, { limit: 300 })).data.length, 300);
    assert.equal((await send(app, PULL)).data.length, 20);
    assert.equal((await send(app, PULL, { limit: 100_000 })).data.length, 500);
  });

  it('never pays for a tampered sum, currency or signature', async () => {
    await buildApp(app);
    await openSandbox(app);

    for (const tamper of ['sum', 'currency', 'signature']) {
      const created = await create();
      await pay(created.data.order_id, { tamper });
      await app.settle();
      assert.equal((await poll(created)).data.is_paid, 0, tamper);
    }
    assert.deepEqual((await send(app, PULL)).data, []);
  });

  it('is paid once by ten equal notifications at once', async () => {
    await buildApp(app, {});
    await openSandbox(app);
    const created = await create({ user_email: 'donor@example.com' });
    await pay(created.data.order_id, { repeat: 10 });

    await Promise.all([app.settle(), app.settle()]);
    await app.settle();

    assert.equal((await poll(created)).data.is_paid, 1);
    assert.equal((await seeTransactions(app)).length, 1);
    assert.equal((await send(app, PULL)).data.length, 1);
    const letters = (await app.mails()).filter((letter) => letter.includes('donor@example.com'));
    assert.equal(letters.length, 1, 'one letter of thanks');
    assert.match(letters[0] ?? '', /TEST/);
  });

  it('registers nobody, and shows nothing before it is paid', async () => {
    await buildApp(app);
    await openSandbox(app);

    await create({ user_email: 'stranger@example.com', user_name: 'Stranger' });
    await app.settle();

    assert.equal((await app.call<{ total: number }>(admin, 'client/get_list', { search: 'stranger' })).total, 0);
    assert.deepEqual((await send(app, PULL)).data, []);
    assert.ok((await app.mails()).every((letter) => !letter.includes('stranger@example.com')));
  });

  it('stays unpaid when the payment is given up, and cannot be paid after that', async () => {
    await buildApp(app);
    await openSandbox(app);
    const created = await create();

    await app.call(admin, 'extstars/sandbox_pay', { order_id: created.data.order_id, outcome: 'closed' });
    await app.settle();

    assert.equal((await poll(created)).data.is_paid, 0);
    await app.refusal(admin, 'extstars/sandbox_pay', { order_id: created.data.order_id, outcome: 'paid' });
  });

  it('answers 102 when the gateway that staff chose is not there, and leaves nothing to be paid', async () => {
    await buildApp(app);
    await openSandbox(app);
    await configure(app, { sandbox: true, gateway_alipay: 999 });
    app.clock.advance(2 * SECOND);

    assert.equal((await create()).code, 102);

    assert.equal((await app.call<{ total: number }>(admin, 'extstars/order_get_list', {})).total, 0);
    assert.equal((await app.call<{ total: number }>(admin, 'invoice/get_list', {})).total, 0);
    assert.equal((await create({ pay_method: 'paypal' })).code, 100, 'another method goes on');
  });

  it('takes what was paid with the app’s money from nobody’s balance and tells the donor nothing before', async () => {
    await buildApp(app);
    await openSandbox(app);
    const email = 'rich@example.com';
    const id = await buildClient(app, { email, currency: 'USD' });
    await app.call(admin, 'client/balance_add_funds', { id, amount: 100, description: 'Funds' });
    await app.settle();
    const before = (await app.mails()).length;

    const created = await create({ user_email: email });
    await app.settle();

    assert.equal((await app.mails()).length, before);
    assert.equal((await poll(created)).data.is_paid, 0);
    assert.equal((await app.call<{ balance: number }>(admin, 'client/get', { id })).balance, 100);
  });

  it('is paid as well when staff say so, hidden when they say so, and forgets who is deleted', async () => {
    await buildApp(app);
    await openSandbox(app);
    const email = 'donor@example.com';
    const id = await buildClient(app, { email, currency: 'USD' });
    const created = await create({ user_email: email, user_name: 'Kay' });
    const { list } = await app.call<{ list: { invoice_id: number }[] }>(admin, 'extstars/order_get_list', {
      app_id: APP,
    });
    await app.call(admin, 'invoice/mark_as_paid', { id: list[0]?.invoice_id, gateway_id: 2 });
    await app.settle();
    assert.equal((await poll(created)).data.is_paid, 1);

    await app.call(admin, 'client/delete', { id });
    const [donor] = (await send(app, PULL)).data as {
      id: number;
      user_name: string;
      avatar_url: string;
      amount: string;
    }[];
    assert.deepEqual([donor?.user_name, donor?.amount], ['Kay', '5.00']);
    assert.match(donor?.avatar_url ?? '', /\/0{32}\?/);
    await app.call(admin, 'extstars/donation_hide', { id: donor?.id });
    assert.deepEqual((await send(app, PULL)).data, []);
  });

  it('closes what nobody paid in time, so that it cannot be paid late', async () => {
    await buildApp(app, { order_ttl: 6 });
    await openSandbox(app);
    const created = await create();
    app.clock.advance(7 * HOUR);

    await app.app.scheduler.run('extstars-accounts.order-close');

    const { list } = await app.call<{ list: { status: string; invoice_id: null }[] }>(
      admin,
      'extstars/order_get_list',
      {},
    );
    assert.deepEqual([list[0]?.status, list[0]?.invoice_id], ['closed', null]);
    await app.settle();
    await app.refusal(admin, 'extstars/sandbox_pay', { order_id: created.data.order_id, outcome: 'paid' });
    assert.deepEqual((await send(app, PULL)).data, []);
  });

  it('answers sorting by a picture of one’s own choice', async () => {
    await buildApp(app);
    await openSandbox(app, { avatar_base: 'https://pictures.example.com/a/', avatar_hash: 'sha256' });
    await donate({ user_email: 'a@example.com' });

    const { data } = await send(app, PULL);

    assert.match(data[0].avatar_url as string, /^https:\/\/pictures\.example\.com\/a\/[0-9a-f]{64}\?/);
    await configure(app, {});
  });
});
