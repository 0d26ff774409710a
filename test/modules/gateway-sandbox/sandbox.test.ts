import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import {
  balanceOf,
  buildInvoice,
  buildPayer,
  buildSandbox,
  createDoor,
  ledgerOf,
  pressed,
  seeInvoice,
  seeTransactions,
  startPayment,
  type Payer,
  type SeenInvoice,
} from '../../support/build/payment.ts';

describe('the sandbox gateway', () => {
  const door = createDoor();
  before(() => door.open());
  after(() => door.close());
  const app = useApp({
    install: ['gateway-sandbox'],
    environment: {
      get BASE_URL() {
        return door.url;
      },
    },
  });
  let payer: Payer;
  let invoice: SeenInvoice;

  beforeEach(async () => {
    door.leadTo(app);
    payer = await buildPayer(app);
    invoice = await buildInvoice(app, payer.id);
  });

  const start = async (config: object = {}) =>
    (await startPayment(app, invoice.hash, await buildSandbox(app, config))).reference;
  const status = async () => (await seeInvoice(app, invoice.id)).status;

  it('tells the engine over HTTP what the payer did', async () => {
    const reference = await start();

    await pressed(app.browser(), reference, 'pay');
    assert.equal(await status(), 'unpaid');
    await app.settle();

    assert.equal(await status(), 'paid');
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    const page = await app.request('get', `/sandbox/pay/${reference}`);
    assert.match(page.text, new RegExp(`href="/invoice/${invoice.hash}\\?status=ok"`));
    assert.match(page.text, /heard/);
  });

  it('tells as often as it is asked to, and is heard once', async () => {
    const reference = await start();

    await pressed(app.browser(), reference, 'pay', { repeat: '20' });
    await app.settle();

    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('tells later when it is asked to', async () => {
    const reference = await start({ delay: 60 });

    await pressed(app.browser(), reference, 'pay');
    await app.settle();
    assert.equal(await status(), 'unpaid');
    app.clock.advance(61_000);
    await app.settle();

    assert.equal(await status(), 'paid');
  });

  it('tells in the wrong order when it is asked to', async () => {
    const reference = await start();

    await pressed(app.browser(), reference, 'pay', { out_of_order: '1' });
    await app.settle();
    app.clock.advance(2000);
    await app.settle();

    assert.equal(await status(), 'paid');
    assert.equal((await seeTransactions(app))[0]?.status, 'processed');
  });

  it('tells wrong amounts and currencies when it is asked to, and nothing is booked', async () => {
    const gateway = await buildSandbox(app);
    const other = await buildInvoice(app, payer.id);
    const one = await startPayment(app, invoice.hash, gateway);
    const two = await startPayment(app, other.hash, gateway);

    await pressed(app.browser(), one.reference, 'pay', { wrong_amount: '1' });
    await pressed(app.browser(), two.reference, 'pay', { wrong_currency: '1' });
    await app.settle();

    assert.deepEqual(
      (await seeTransactions(app)).map((row) => row.status),
      ['error', 'error'],
    );
    assert.equal(await balanceOf(app, payer), 0);
  });

  it('leaves a payment pending and ends it, or fails it, or lets the payer give up', async () => {
    const gateway = await buildSandbox(app);
    const { reference } = await startPayment(app, invoice.hash, gateway);
    const browser = app.browser();
    await pressed(browser, reference, 'pend');
    await app.settle();
    assert.equal((await seeTransactions(app))[0]?.txn_status, 'pending');

    await pressed(browser, reference, 'fail');
    await app.settle();

    assert.equal((await seeTransactions(app))[0]?.status, 'error');
    assert.equal(await status(), 'unpaid');
    const again = await startPayment(app, invoice.hash, gateway);
    assert.notEqual(again.reference, reference);
    await pressed(app.browser(), again.reference, 'cancel');
    await app.settle();
    assert.equal(await status(), 'unpaid');
  });

  it('tells again when the engine was away', async () => {
    const reference = await start();
    await pressed(app.browser(), reference, 'pay');
    door.leadTo({ app: { server: { address: () => ({ port: 1 }) } } } as never);
    await app.settle();
    assert.equal(await status(), 'unpaid');

    door.leadTo(app);
    app.clock.advance(120_000);
    await app.settle();

    assert.equal(await status(), 'paid');
  });

  it('is paid by one of two who press the button at the same time', async () => {
    const reference = await start();
    const [one, two] = [app.browser(), app.browser()];

    const outcomes = await Promise.allSettled([pressed(one, reference, 'pay'), pressed(two, reference, 'pay')]);
    await app.settle();

    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1);
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
  });

  it('takes no decision that does not come from its page', async () => {
    const reference = await start();

    const { status: answer } = await app
      .request('post', `/sandbox/pay/${reference}`)
      .type('form')
      .send({ outcome: 'pay' });

    assert.equal(answer, 403);
    assert.equal((await app.request('get', '/sandbox/pay/nothing')).status, 404);
  });

  it('pays back once, and tells of it without its being counted twice', async () => {
    const reference = await start();
    await pressed(app.browser(), reference, 'pay');
    await app.settle();

    await app.call(admin, 'invoice/refund', { id: invoice.id, at_gateway: 1, amount: '5' });
    await app.settle();

    const refunds = await seeTransactions(app, { type: 'refund' });
    assert.deepEqual(
      refunds.map((row) => [row.amount, row.status]),
      [[5, 'processed']],
    );
  });

  it('pays each period of a subscription', async () => {
    const monthly = await buildInvoice(app, payer.id, [{ title: 'Seat', price: 20, period: '1M' }]);
    const { reference } = await startPayment(app, monthly.hash, await buildSandbox(app));
    const browser = app.browser();
    await pressed(browser, reference, 'pay');
    await app.settle();

    await pressed(browser, reference, 'renew');
    await app.settle();

    assert.equal((await seeInvoice(app, monthly.id)).status, 'paid');
    assert.equal(await balanceOf(app, payer), 20);
    const { total } = await app.call<{ total: number }>(admin, 'invoice/subscription_get_list', { status: 'active' });
    assert.equal(total, 1);
  });
});
