import assert from 'node:assert/strict';
import { MINUTE } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { APP, buildSale, configure, send } from '../../support/build/extstars.ts';
import { buildPayPal, createPayPal } from '../../support/paypal.ts';
import { buildQqPay, createQqPay, xmlOf } from '../../support/qqpay.ts';

describe('extstars: buying through PayPal and QQ wallet', () => {
  const [paypal, qq] = [createPayPal(), createQqPay()];
  before(() => Promise.all([paypal.vendor.open(), qq.open()]));
  after(() => {
    paypal.vendor.close();
    qq.close();
  });
  const app = useApp({ install: ['extstars-accounts', 'gateway-paypal', 'gateway-qqpay'] });

  beforeEach(async () => {
    paypal.forget();
    qq.forget();
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7.25 });
    await buildSale(app, { currency: 'CNY', language: 'en' });
  });

  const buy = (pay_method: string) =>
    send(app, '/api/v2/order/create', { user_email: 'buyer@example.com', amount: 2, pay_method });
  const isPaid = async ({ data }: Awaited<ReturnType<typeof buy>>) =>
    (
      await send(app, '/api/v2/order/check', {
        order_id: data.order_id as number,
        order_check_token: data.order_check_token as string,
      })
    ).data;
  const codes = async () =>
    (await app.call<{ list: object[] }>(admin, 'extstars/code_get_list', { app_id: APP })).list.length;

  it('leads to PayPal, which charges another currency, and tells the sum in that of the app', async () => {
    const id = await buildPayPal(app, { ...paypal.config(), currency: 'USD' });
    await configure(app, { gateway_paypal: id });
    const created = await buy('paypal');
    assert.deepEqual([created.code, created.data.qrcode], [100, ''], created.text);
    const order = paypal.orderOf(paypal.referenceOf(created.data.link as string));
    assert.deepEqual(order.unit.amount, { currency_code: 'USD', value: '20.00' });
    assert.equal((await isPaid(created)).is_paid, 0);
    order.status = 'APPROVED';

    const { return_url } = (order.words as { payment_source: { paypal: { experience_context: { return_url: string } } } })
      .payment_source.paypal.experience_context; // prettier-ignore
    await app.browser().get(new URL(return_url).pathname);
    await app.settle();

    const { is_paid, money } = await isPaid(created);
    assert.deepEqual([is_paid, money], [1, '145.00']);
    assert.equal(await codes(), 2);
  });

  it('shows the code of QQ wallet, and issues what was bought when it tells of the payment', async () => {
    const id = await buildQqPay(app, qq.config());
    await configure(app, { gateway_qqpay: id });
    const created = await buy('qqpay');
    assert.deepEqual([created.code, created.data.link], [100, ''], created.text);
    const reference = (created.data.qrcode as string).split('/').at(-1) ?? '';
    qq.pay(reference);

    const notice = qq.signed(qq.noticeOf(reference, app.clock.now()));
    await app.request('post', `/ipn.php/${id}`).set('content-type', 'text/xml').send(xmlOf(notice));
    await app.settle();

    assert.equal((await isPaid(created)).is_paid, 1);
    assert.equal(await codes(), 2);
  });

  it('finds a payment by itself whose notification was lost', async () => {
    const id = await buildQqPay(app, qq.config());
    await configure(app, { gateway_qqpay: id });
    const created = await buy('qqpay');
    qq.pay((created.data.qrcode as string).split('/').at(-1) ?? '');
    app.clock.advance(6 * MINUTE);

    await app.app.scheduler.run('extstars-accounts.payment-reconcile');
    await app.settle();

    assert.equal((await isPaid(created)).is_paid, 1);
  });
});
