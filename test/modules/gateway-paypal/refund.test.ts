import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  buildInvoice,
  buildPayer,
  ledgerOf,
  seeInvoice,
  seeTransactions,
  startPayment,
} from '../../support/build/payment.ts';
import { buildPayPal, createPayPal } from '../../support/paypal.ts';

describe('PayPal in other currencies, and refunds', () => {
  const paypal = createPayPal();
  before(() => paypal.vendor.open());
  after(() => paypal.vendor.close());
  const app = useApp({ install: ['gateway-paypal'] });

  beforeEach(async () => {
    paypal.forget();
    for (const [code, conversion_rate] of [['CNY', 7.25], ['HUF', 361.5], ['JPY', 150], ['IQD', 1310]] as const)
      await app.call(admin, 'currency/create', { code, conversion_rate });
  }); // prettier-ignore

  async function begin(price: number, currency: string, config: object = {}) {
    const payer = await buildPayer(app, currency);
    const invoice = await buildInvoice(app, payer.id, [{ title: 'Board', price }]);
    const gateway = await buildPayPal(app, { ...paypal.config(), ...config });
    const reference = paypal.referenceOf((await startPayment(app, invoice.hash, gateway)).service_url);
    const tell = async (type: string, id: string) => {
      const { headers, body } = paypal.event(type, id, app.clock.now());
      assert.equal((await app.request('post', `/ipn.php?gateway_id=${gateway}`).set(headers).send(body)).status, 200);
    };
    return { payer, invoice, gateway, reference, order: paypal.orderOf(reference), tell };
  }

  async function paid(price: number, currency: string, config: object = {}) {
    const begun = await begin(price, currency, config);
    paypal.approve(begun.reference);
    await begun.tell('CHECKOUT.ORDER.APPROVED', begun.order.id);
    assert.equal((await seeInvoice(app, begun.invoice.id)).status, 'paid');
    return begun;
  }

  const refunds = async () =>
    (await seeTransactions(app, { type: 'refund' })).map(({ amount, currency, status }) => [amount, currency, status]).reverse(); // prettier-ignore
  const back = (id: number, amount?: string) =>
    app.call(admin, 'invoice/refund', { id, at_gateway: 1, ...(amount !== undefined && { amount }) });
  const valuesBack = ({ order }: Awaited<ReturnType<typeof paid>>) =>
    [...order.refunds.values()].map(({ amount }) => `${amount.value} ${amount.currency_code}`);

  it('charges yuan in dollars by the rate of the engine, and books the yuan that were due', async () => {
    const { payer, order } = await paid(88.88, 'CNY', { currency: 'USD' });

    assert.deepEqual(order.unit.amount, { currency_code: 'USD', value: '12.26' });
    assert.deepEqual(await ledgerOf(app, payer), ['-88.88', '88.88']);
    const [row] = await seeTransactions(app);
    assert.deepEqual([row?.amount, row?.currency, row?.note], [88.88, 'CNY', 'PayPal took 12.26 USD.']);
  });

  it('keeps the sum of an order, though the rate changes before it is paid', async () => {
    const { order, reference, tell, invoice } = await begin(88.88, 'CNY', { currency: 'USD' });
    await app.call(admin, 'currency/update', { code: 'CNY', conversion_rate: 6 });
    paypal.approve(reference);

    await tell('CHECKOUT.ORDER.APPROVED', order.id);

    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
  });

  it('books nothing when another sum than that was taken', async () => {
    const { order, tell, invoice } = await begin(88.88, 'CNY', { currency: 'USD' });
    paypal.take(order);
    assert.ok(order.capture);
    order.capture.amount = { currency_code: 'USD', value: '12.25' };

    await tell('PAYMENT.CAPTURE.COMPLETED', order.capture.id);

    assert.match((await seeTransactions(app))[0]?.error ?? '', /Expected CNY, received USD/);
    assert.equal((await seeInvoice(app, invoice.id)).status, 'unpaid');
  });

  for (const [price, currency, into, value] of [
    [10, 'USD', 'HUF', '3615'],
    [1.11, 'USD', 'HUF', '401'],
    [1.11, 'USD', 'JPY', '167'],
    [150, 'JPY', 'USD', '1.00'],
    [0.01, 'CNY', 'USD', '0.01'],
  ] as const)
    it(`charges ${value} ${into} for ${price} ${currency}`, async () => {
      const { order } = await begin(price, currency, { currency: into });

      assert.deepEqual(order.unit.amount, { currency_code: into, value });
    });

  it('rounds up what PayPal cannot take a fraction of, and leaves the rest on the balance', async () => {
    const { payer, order } = await paid(99.5, 'HUF');

    assert.deepEqual(order.unit.amount, { currency_code: 'HUF', value: '100' });
    assert.deepEqual(await ledgerOf(app, payer), ['-99.50', '100.00']);
  });

  it('takes no currency that PayPal does not, unless another is set to charge in', async () => {
    const payer = await buildPayer(app, 'IQD');
    const invoice = await buildInvoice(app, payer.id, [{ title: 'Board', price: 1310 }]);
    const gateway_id = await buildPayPal(app, paypal.config());
    const { message } = await app.refusal(guest, 'invoice/payment', { hash: invoice.hash, gateway_id });
    assert.match(message, /PayPal does not take IQD/);

    await app.call(admin, 'invoice/gateway_update', {
      id: gateway_id,
      config: { ...paypal.config(), currency: 'USD' },
    });
    const { service_url } = await startPayment(app, invoice.hash, gateway_id);

    assert.deepEqual(paypal.orderOf(paypal.referenceOf(service_url)).unit.amount, {
      currency_code: 'USD',
      value: '1.00',
    });
  });

  it('pays back a part, then the rest', async () => {
    const done = await paid(20, 'USD');

    await back(done.invoice.id, '5');
    await back(done.invoice.id);

    assert.deepEqual(valuesBack(done), ['5.00 USD', '15.00 USD']);
    assert.deepEqual(await refunds(), [
      [5, 'USD', 'processed'],
      [15, 'USD', 'processed'],
    ]);
  });

  it('pays back what was converted in parts that together are exactly what was taken', async () => {
    const done = await paid(10, 'CNY', { currency: 'USD' });
    assert.equal(done.order.unit.amount.value, '1.38');

    for (const amount of ['3.33', '3.33', '3.34']) await back(done.invoice.id, amount);

    assert.deepEqual(valuesBack(done), ['0.46 USD', '0.46 USD', '0.46 USD']);
    assert.deepEqual(
      (await refunds()).map(([amount]) => amount),
      [3.33, 3.33, 3.34],
    );
  });

  it('pays back once when the answer is lost and staff ask again, and when PayPal tells of it too', async () => {
    const done = await paid(20, 'USD');
    paypal.loseAnswerTo(/refund$/);
    const { status } = await app.refusal(admin, 'invoice/refund', { id: done.invoice.id, at_gateway: 1, amount: '5' });
    assert.equal(status, 503);

    await back(done.invoice.id, '5');
    const [refund] = done.order.refunds.values();
    await done.tell('PAYMENT.CAPTURE.REFUNDED', refund?.id ?? '');
    await app.settle();

    assert.deepEqual(valuesBack(done), ['5.00 USD']);
    assert.deepEqual(await refunds(), [[5, 'USD', 'processed']]);
  });

  it('keeps what staff paid back on the pages of PayPal, in the currency of the invoice', async () => {
    const done = await paid(72.5, 'CNY', { currency: 'USD' });
    const id = paypal.refundOnItsPages(done.reference, { currency_code: 'USD', value: '2.00' });

    await done.tell('PAYMENT.CAPTURE.REFUNDED', id);
    await done.tell('PAYMENT.CAPTURE.REFUNDED', id);

    assert.deepEqual(await refunds(), [[14.5, 'CNY', 'processed']]);
  });

  it('says why PayPal does not pay back, and may be asked again', async () => {
    const done = await paid(20, 'USD');
    paypal.sayInstead(({ path }) =>
      path.endsWith('/refund')
        ? { status: 422, body: '{"details":[{"issue":"REFUND_TIME_LIMIT_EXCEEDED"}]}' }
        : undefined,
    );
    const { message } = await app.refusal(admin, 'invoice/refund', { id: done.invoice.id, at_gateway: 1 });
    assert.equal(message, 'PayPal did not pay back: REFUND_TIME_LIMIT_EXCEEDED');
    paypal.sayInstead(undefined);

    await back(done.invoice.id);

    assert.deepEqual(valuesBack(done), ['20.00 USD']);
  });

  it('pays back no fraction that PayPal cannot', async () => {
    const done = await paid(100, 'HUF');

    const { message } = await app.refusal(admin, 'invoice/refund', {
      id: done.invoice.id,
      at_gateway: 1,
      amount: '0.5',
    });

    assert.match(message, /whole HUF only/);
  });
});
