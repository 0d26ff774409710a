import assert from 'node:assert/strict';
import { defineModule } from '#core/module';
import { qqPayGateway } from '#modules/gateway-qqpay/adapter';
import { shippedModules } from '#modules/index';
import { invoiceService } from '#modules/invoice/contract';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  balanceOf,
  buildGateway,
  buildInvoice,
  buildPayer,
  ledgerOf,
  seeInvoice,
  seeTransactions,
  startPayment,
  type Payer,
  type SeenInvoice,
} from '../../support/build/payment.ts';
import { API_KEY, beijing, buildQqPay, createQqPay, xmlOf, type Fields } from '../../support/qqpay.ts';

const impatient = defineModule({
  name: 'impatient',
  title: 'Impatient',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({ gateways: [{ ...qqPayGateway({ patienceMs: 200 }), code: 'QQWalletNow' }] }),
});

describe('paying with QQ wallet', () => {
  const qq = createQqPay();
  before(() => qq.open());
  after(() => qq.close());
  const app = useApp({ modules: [...shippedModules, impatient], install: ['gateway-qqpay'] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;

  beforeEach(async () => {
    qq.forget();
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7 });
    payer = await buildPayer(app, 'CNY');
    invoice = await buildInvoice(app, payer.id, [{ title: 'Board & <桌>', price: 88.88 }]);
    gateway = await buildQqPay(app, qq.config());
  });

  const start = async () => (await startPayment(app, invoice.hash, gateway)).reference;
  const post = (body: string, at = gateway) =>
    app.request('post', `/ipn.php/${at}`).set('content-type', 'text/xml').send(body);
  const tell = (fields: Fields, at = gateway) => post(xmlOf(fields), at);
  const noticeOf = (reference: string, change: Fields = {}): Fields =>
    qq.signed({ ...qq.noticeOf(reference, app.clock.now()), ...change });
  const paid = async (change: Fields = {}): Promise<Fields> => {
    const reference = await start();
    qq.pay(reference);
    return noticeOf(reference, change);
  };
  const status = async () => (await seeInvoice(app, invoice.id)).status;
  const refresh = () => app.app.service(invoiceService).payments.refresh(app.system(), invoice.id);

  it('shows a code to scan, for exactly what is due in fen', async () => {
    const { code, reference } = await startPayment(app, invoice.hash, gateway);

    const [{ call, fields, peer } = { call: '', fields: {} as Fields, peer: undefined }] = qq.asked;
    assert.equal(code, `https://qpay.qq.com/qr/${reference}`);
    assert.deepEqual([call, peer], ['unified_order', undefined]);
    assert.deepEqual(
      [fields['total_fee'], fields['fee_type'], fields['trade_type'], fields['out_trade_no']],
      ['8888', 'CNY', 'NATIVE', reference],
    );
    assert.match(fields['body'] ?? '', /\[Board & <桌>\]$/);
    assert.match(fields['notify_url'] ?? '', new RegExp(`/ipn\\.php/${gateway}$`));
    assert.ok(!('sign_type' in fields));
  });

  it('asks for the same payment when the page is seen again', async () => {
    const first = await startPayment(app, invoice.hash, gateway);
    const again = await startPayment(app, invoice.hash, gateway);

    assert.equal(again.code, first.code);
  });

  it('is paid once by what QQ wallet tells, however often it repeats itself', async () => {
    const notice = await paid();

    const first = await tell(notice);
    const others = await Promise.all(Array.from({ length: 10 }, () => tell(notice)));

    assert.deepEqual(
      [...new Set([first, ...others].map(({ text }) => text))],
      ['<xml><return_code>SUCCESS</return_code></xml>'],
    );
    assert.match(first.headers['content-type'] ?? '', /^text\/xml/);
    assert.equal(await status(), 'paid');
    assert.deepEqual(await ledgerOf(app, payer), ['-88.88', '88.88']);
    assert.deepEqual(
      (await seeTransactions(app)).map(({ status, txn_id }) => [status, txn_id]),
      [['processed', notice['transaction_id']]],
    );
  });

  it('hears the same words in another order and without CDATA', async () => {
    const notice = await paid();
    const turned = Object.fromEntries(Object.entries(notice).reverse());

    const answer = await post(
      `<xml>${Object.entries(turned).map(([name, value]) => `<${name}>${value}</${name}>`).join('\n\t')}</xml>`,
    ); // prettier-ignore
    await tell(notice);

    assert.match(answer.text, /SUCCESS/);
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('keeps nothing that is not signed with the key of the merchant', async () => {
    const notice = await paid();
    const forged = [
      { ...notice, total_fee: '1' },
      { ...notice, sign: '' },
      qq.signed(notice, 'another key of another merchant'),
      { ...notice, extra: 'not signed' },
    ];

    for (const fields of forged) assert.match((await tell(fields)).text, /FAIL/);

    assert.deepEqual(await seeTransactions(app), []);
    assert.equal(await status(), 'unpaid');
  });

  it('keeps nothing that is old, from the future, or meant for another merchant', async () => {
    const notice = await paid();
    const now = app.clock.now().getTime();
    const HOURS = 60 * 60 * 1000;
    const wrong = [
      { ...notice, time_end: beijing(new Date(now - 73 * HOURS)) },
      { ...notice, time_end: beijing(new Date(now + 2 * HOURS)) },
      { ...notice, time_end: 'yesterday' },
      { ...notice, mch_id: '1900000110' },
    ];

    for (const fields of wrong) assert.match((await tell(qq.signed(fields))).text, /FAIL/);

    assert.deepEqual(await seeTransactions(app), []);
  });

  it('looks at no document type, no entities, nothing nested and nothing said twice', async () => {
    const notice = await paid();
    const flat = xmlOf(notice);
    const lol = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
    const hostile = [
      flat.replace('<xml>', `${lol}<xml><x>&b;</x>`),
      flat.replace('<xml>', '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml>'),
      flat.replace('<xml>', '<xml><x>&b;</x>'),
      flat.replace('<xml>', '<xml><total_fee>8888</total_fee>'),
      flat.replace('<xml>', '<xml><x><total_fee>8888</total_fee></x>'),
      flat.replace('</xml>', ''),
      flat.replaceAll('xml>', 'html>'),
      'out_trade_no=1',
      '',
    ];

    for (const body of hostile) assert.match((await post(body)).text, /FAIL/, body);
    const tooLong = await post(`${flat}${' '.repeat(70_000)}`);

    assert.equal(tooLong.status, 413);
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('books nothing of another amount or another currency', async () => {
    const notice = await paid({ total_fee: '8886' });

    await tell(notice);
    await tell(qq.signed({ ...notice, total_fee: '8888', transaction_id: 'T2', fee_type: 'USD' }));

    assert.equal(await status(), 'unpaid');
    assert.deepEqual(await ledgerOf(app, payer), []);
    const errors = (await seeTransactions(app)).map(({ error }) => error ?? '').join();
    assert.match(errors, /Expected 88.88, received 88.86/);
    assert.match(errors, /Expected CNY, received USD/);
  });

  it('pays nothing with what is told at the gateway of another shop, though the key is the same', async () => {
    const other = Number(await app.call(admin, 'invoice/gateway_copy', { id: gateway }));
    await app.call(admin, 'invoice/gateway_update', { id: other, enabled: 1 });

    await tell(await paid(), other);

    const [row] = await seeTransactions(app);
    assert.deepEqual([row?.status, row?.error, row?.invoice_id], ['error', 'Invoice was not found', null]);
    assert.equal(await status(), 'unpaid');
  });

  it('leaves what is paid late for a cancelled invoice on the balance', async () => {
    const notice = await paid();
    await app.call(admin, 'invoice/update', { id: invoice.id, status: 'canceled' });

    await tell(notice);

    assert.equal(await status(), 'canceled');
    assert.equal(await balanceOf(app, payer), 88.88);
  });

  it('finds out by itself when nobody told it', async () => {
    const reference = await start();
    assert.equal(await refresh(), false);
    app.clock.advance(10_000);
    qq.pay(reference);

    assert.equal(await refresh(), true);
    await tell(noticeOf(reference));

    assert.equal(await status(), 'paid');
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('believes no answer that is not signed, or is about another payment', async () => {
    const reference = await start();
    qq.pay(reference);
    const truth = { return_code: 'SUCCESS', result_code: 'SUCCESS', ...qq.noticeOf(reference, app.clock.now()) };
    const lies = [truth, qq.signed(truth, `${API_KEY}!`), qq.signed({ ...truth, out_trade_no: 'another' }), qq.signed({ ...truth, mch_id: '1' })]; // prettier-ignore

    for (const lie of lies) {
      qq.sayInstead(() => lie);
      app.clock.advance(10_000);
      assert.equal(await refresh(), false);
    }

    assert.deepEqual(await seeTransactions(app), []);
  });

  it('closes what was asked for when the invoice is paid otherwise, and minds no refusal of what is over', async () => {
    const reference = await start();
    await app.call(admin, 'invoice/mark_as_paid', { id: invoice.id, gateway_id: 1, transactionId: 'BANK-1' });
    await app.settle();
    assert.equal(qq.orderOf(reference).state, 'CLOSED');

    invoice = await buildInvoice(app, payer.id, [{ title: 'Board', price: 5 }]);
    const second = await start();
    qq.pay(second);
    await app.call(admin, 'invoice/mark_as_paid', { id: invoice.id, gateway_id: 1, transactionId: 'BANK-2' });
    await app.settle();

    assert.equal(qq.orderOf(second).state, 'SUCCESS');
    assert.deepEqual(qq.asked.map(({ call }) => call).slice(-2), ['close_order', 'order_query']);
  });

  it('says one thing when QQ wallet is down, hangs or talks nonsense, and none of its secrets', async () => {
    await app.call(admin, 'invoice/gateway_update', { id: gateway, enabled: 0 });
    const quick = await buildGateway(app, 'QQWalletNow', qq.config(), { test_mode: 1 });

    for (const answer of [{ status: 500 }, { body: 'hello' }, { body: 'x'.repeat(70_000) }, 'hang' as const]) {
      qq.sayInstead(() => answer);
      const { message, status } = await app.refusal(guest, 'invoice/payment', {
        hash: invoice.hash,
        gateway_id: quick,
      });
      assert.match(message, /QQ wallet does not answer as it should/);
      assert.equal(status, 503);
      assert.ok(!message.includes(API_KEY));
    }
  });

  it('says so when the payment is made and not booked yet', async () => {
    qq.pay(await start());

    const { message } = await app.refusal(guest, 'invoice/payment', { hash: invoice.hash, gateway_id: gateway });

    assert.match(message, /was made already/);
  });

  it('passes on why QQ wallet refuses a payment', async () => {
    qq.sayInstead(() =>
      qq.signed({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: 'NOAUTH', mch_id: '1900000109' }),
    );

    const { message } = await app.refusal(guest, 'invoice/payment', { hash: invoice.hash, gateway_id: gateway });

    assert.match(message, /QQ wallet did not take the payment: NOAUTH/);
  });

  it('takes yuan only', async () => {
    const dollars = await buildPayer(app);
    const other = await buildInvoice(app, dollars.id);

    const { message } = await app.refusal(guest, 'invoice/payment', { hash: other.hash, gateway_id: gateway });

    assert.match(message, /does not accept USD/);
  });

  it('is not offered to buyers before it is set up', async () => {
    await app.call(admin, 'invoice/gateway_update', { id: gateway, enabled: 0 });

    const offered = await app.call<{ code: string }[]>(guest, 'invoice/gateways');

    assert.ok(!offered.some(({ code }) => code === 'QQWallet'));
  });
});

describe('paying with QQ wallet, signed by HMAC-SHA256', () => {
  const qq = createQqPay('HMAC-SHA256');
  before(() => qq.open());
  after(() => qq.close());
  const app = useApp({ install: ['gateway-qqpay'] });

  it('signs and proves by that, and takes no MD5 instead', async () => {
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7 });
    const payer = await buildPayer(app, 'CNY');
    const invoice = await buildInvoice(app, payer.id);
    const gateway = await buildQqPay(app, qq.config());
    const { reference } = await startPayment(app, invoice.hash, gateway);
    qq.pay(reference);
    const notice = qq.noticeOf(reference, app.clock.now());
    const post = (fields: Fields) =>
      app.request('post', `/ipn.php/${gateway}`).set('content-type', 'text/xml').send(xmlOf(fields));

    const weaker = await post(createQqPay().signed({ ...notice, sign_type: 'MD5' }));
    assert.equal((await seeInvoice(app, invoice.id)).status, 'unpaid');
    const right = await post(qq.signed(notice));

    assert.match(weaker.text, /FAIL/);
    assert.match(right.text, /SUCCESS/);
    assert.equal(qq.asked[0]?.fields['sign_type'], 'HMAC-SHA256');
    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
  });
});
