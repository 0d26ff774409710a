import assert from 'node:assert/strict';
import { invoiceService } from '#modules/invoice/contract';
import { admin, guest, useApp } from '../../support/app.ts';
import { beijing, buildAlipay, createAlipay } from '../../support/alipay.ts';
import {
  balanceOf,
  buildInvoice,
  buildPayer,
  ledgerOf,
  seeInvoice,
  seeTransactions,
  startPayment,
  type Payer,
  type SeenInvoice,
} from '../../support/build/payment.ts';
import { keyPair } from '../../support/vendor.ts';

describe('paying through Alipay', () => {
  const alipay = createAlipay();
  before(() => alipay.vendor.open());
  after(() => alipay.vendor.close());
  const app = useApp({ install: ['gateway-alipay'] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;

  beforeEach(async () => {
    alipay.reset();
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7 });
    payer = await buildPayer(app, 'CNY');
    invoice = await buildInvoice(app, payer.id, [{ title: 'Board', price: 88.88 }]);
    gateway = await buildAlipay(app, alipay);
  });

  const start = (channel?: string) =>
    startPayment(app, invoice.hash, gateway, channel === undefined ? {} : { channel });
  const opened = async (channel?: string) => {
    const { content } = alipay.opened((await start(channel)).service_url);
    return content['out_trade_no'] ?? '';
  };
  const tell = (fields: Record<string, string>, at = gateway) =>
    app.request('post', `/ipn.php?gateway_id=${at}&invoice_id=${invoice.id}`).type('form').send(fields);
  const status = async () => (await seeInvoice(app, invoice.id)).status;
  const refresh = () => app.app.service(invoiceService).payments.refresh(app.system(), invoice.id);

  it('sends the browser to the web page of Alipay, with a signed request for exactly what is due', async () => {
    const started = await start();

    const { method, content, fields } = alipay.opened(started.service_url);
    assert.equal(method, 'alipay.trade.page.pay');
    assert.equal(content['total_amount'], '88.88');
    assert.equal(content['product_code'], 'FAST_INSTANT_TRADE_PAY');
    assert.equal(content['seller_id'], '2088000000000031');
    assert.match(content['out_trade_no'] ?? '', /^[A-Za-z0-9]{24}$/);
    assert.match(
      fields['notify_url'] ?? '',
      new RegExp(`/ipn\\.php\\?gateway_id=${gateway}&invoice_id=${invoice.id}$`),
    );
    assert.match(fields['return_url'] ?? '', new RegExp(`/invoice/${invoice.hash}\\?status=ok$`));
    assert.equal(fields['timestamp'], beijing(app.clock.now()));
    assert.ok(!started.service_url.includes('PRIVATE'));
  });

  it('sends a phone to the page for phones', async () => {
    const { method, content } = alipay.opened((await start('h5')).service_url);

    assert.equal(method, 'alipay.trade.wap.pay');
    assert.equal(content['product_code'], 'QUICK_WAP_WAY');
  });

  it('asks Alipay for the text of a QR code, and again for the same payment', async () => {
    const first = await start('qr');
    const again = await start('qr');

    assert.match(first.code ?? '', /^https:\/\/qr\.alipay\.com\//);
    assert.equal(again.code, first.code);
    assert.deepEqual(
      alipay.asked.map(({ method, content }) => [method, content['total_amount']]),
      Array.from({ length: 2 }, () => ['alipay.trade.precreate', '88.88']),
    );
  });

  it('offers the way that staff chose unless the payer chooses, and no other than it has', async () => {
    await app.call(admin, 'invoice/gateway_update', {
      id: gateway,
      config: { ...alipay.config(), way: 'qr' },
    });

    assert.ok((await start()).code);
    const pager = await app.refusal(guest, 'invoice/payment', {
      hash: invoice.hash,
      gateway_id: gateway,
      channel: 'fax',
    });
    assert.match(pager.message, /no such way to pay/);
  });

  it('books what Alipay says once, however often it says it, and answers success', async () => {
    const fields = alipay.signed(alipay.paid(app, await opened()));

    const answers = await Promise.all(Array.from({ length: 5 }, () => tell(fields)));
    app.clock.advance(26 * 3_600_000);
    answers.push(await tell(fields));

    assert.deepEqual([...new Set(answers.map(({ text }) => text))], ['success']);
    assert.equal(await status(), 'paid');
    assert.deepEqual(await ledgerOf(app, payer), ['-88.88', '88.88']);
    assert.deepEqual(
      (await seeTransactions(app)).map((row) => [row.status, row.amount, row.currency, row.txn_status]),
      [['processed', 88.88, 'CNY', 'TRADE_SUCCESS']],
    );
  });

  it('takes the same words in another order and with other escapes', async () => {
    const fields = Object.entries(alipay.signed(alipay.paid(app, await opened()))).reverse();
    const escaped = (text: string) => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&');

    const answer = await app
      .request('post', `/ipn.php?gateway_id=${gateway}`)
      .type('form')
      .send(fields.map(([name, value]) => `${name}=${escaped(value)}`).join('&'));

    assert.equal(answer.text, 'success');
    assert.equal(await status(), 'paid');
  });

  it('takes TRADE_FINISHED as paid, and WAIT_BUYER_PAY as nothing yet', async () => {
    const reference = await opened();

    const waiting = await tell(alipay.signed(alipay.paid(app, reference, { trade_status: 'WAIT_BUYER_PAY' })));
    assert.deepEqual([waiting.text, await seeTransactions(app)], ['success', []]);
    await tell(alipay.signed(alipay.paid(app, reference, { trade_status: 'TRADE_FINISHED' })));

    assert.equal(await status(), 'paid');
  });

  it('keeps a trade that was closed as failed', async () => {
    await tell(alipay.signed(alipay.paid(app, await opened(), { trade_status: 'TRADE_CLOSED' })));

    const [row] = await seeTransactions(app);
    assert.deepEqual([row?.status, row?.error], ['error', 'Payment failed: TRADE_CLOSED']);
    assert.equal(await status(), 'unpaid');
  });

  describe('keeps nothing', () => {
    const other = keyPair();
    let good: Record<string, string>;
    beforeEach(async () => {
      good = alipay.paid(app, await opened());
    });
    afterEach(async () => {
      assert.deepEqual(await seeTransactions(app), []);
      assert.equal(await status(), 'unpaid');
    });
    const isRefused = async (fields: Record<string, string>) => assert.equal((await tell(fields)).text, 'fail');

    it('that somebody else signed, or nobody', async () => {
      await isRefused(alipay.signed(good, other.privateKey));
      await isRefused(alipay.signed(good, alipay.shop.privateKey));
      await isRefused(good);
      await isRefused({ ...alipay.signed(good), sign: '' });
    });

    it('that was changed after it was signed', async () => {
      const signed = alipay.signed(good);
      await isRefused({ ...signed, total_amount: '88.89' });
      await isRefused({ ...signed, more: '1' });
      await isRefused({ ...signed, sign_type: 'RSA' });
      const { buyer_logon_id: _, ...less } = signed;
      await isRefused(less);
    });

    it('that says a thing twice', async () => {
      const body = new URLSearchParams([...Object.entries(alipay.signed(good)), ['trade_status', 'TRADE_SUCCESS']]);
      const answer = await app.request('post', `/ipn.php?gateway_id=${gateway}`).type('form').send(body.toString());
      assert.equal(answer.text, 'fail');
    });

    it('that came by GET', async () => {
      const query = new URLSearchParams({ ...alipay.signed(good), gateway_id: String(gateway) });
      assert.equal((await app.request('get', `/ipn.php?${query.toString()}`)).text, 'fail');
    });

    it('for another app or another seller', async () => {
      await isRefused(alipay.signed({ ...good, app_id: '2021000000000032' }));
      await isRefused(alipay.signed({ ...good, seller_id: '2088000000000032' }));
    });

    it('that is days old, from the future, or of no time', async () => {
      const { notify_time: _, ...timeless } = good;
      await isRefused(alipay.signed(timeless));
      await isRefused(
        alipay.signed({ ...good, notify_time: beijing(new Date(app.clock.now().getTime() + 3_600_000)) }),
      );
      const signed = alipay.signed(good);
      app.clock.advance(4 * 86_400_000);
      await isRefused(signed);
    });

    it('that makes no sense', async () => {
      await isRefused(alipay.signed({ ...good, total_amount: '88.885' }));
      await isRefused(alipay.signed({ ...good, total_amount: '1e3' }));
      await isRefused(alipay.signed({ ...good, trade_no: '' }));
    });
  });

  it('does not take what is meant for one gateway at another, even of the same merchant', async () => {
    const fields = alipay.signed(alipay.paid(app, await opened()));
    const copy = await app.call<number>(admin, 'invoice/gateway_copy', { id: gateway });

    await tell(fields, copy);

    assert.equal(await status(), 'unpaid');
    assert.equal((await seeTransactions(app))[0]?.error, 'Invoice was not found');
    assert.equal(await balanceOf(app, payer), 0);
  });

  it('shows staff a payment of too little or in another currency, and books neither', async () => {
    const reference = await opened();

    const little = await tell(alipay.signed(alipay.paid(app, reference, { total_amount: '0.01' })));
    const foreign = await tell(alipay.signed(alipay.paid(app, reference, { trade_no: 'T2', trans_currency: 'USD' })));

    assert.deepEqual([little.text, foreign.text], ['success', 'success']);
    const errors = (await seeTransactions(app)).map((row) => row.error?.slice(0, 44)).toSorted();
    assert.deepEqual(errors, [
      'Payment amount does not match the expected i',
      'Payment currency does not match the currency',
    ]);
    assert.equal(await status(), 'unpaid');
    assert.equal(await balanceOf(app, payer), 0);
  });

  it('leaves what comes late for a canceled invoice on the balance', async () => {
    const fields = alipay.signed(alipay.paid(app, await opened()));
    await app.call(admin, 'invoice/update', { id: invoice.id, status: 'canceled' });

    await tell(fields);

    assert.equal(await status(), 'canceled');
    assert.equal(await balanceOf(app, payer), 88.88);
  });

  it('asks how a payment stands when Alipay was not heard, and books it once', async () => {
    const reference = await opened();
    await refresh();
    assert.equal(await status(), 'unpaid');
    const fields = alipay.signed(alipay.paid(app, reference));
    app.clock.advance(180_000);

    assert.equal(await refresh(), true);
    await tell(fields);

    assert.deepEqual(await ledgerOf(app, payer), ['-88.88', '88.88']);
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('takes no answer that is about another trade or not signed', async () => {
    const reference = await opened();
    alipay.paid(app, reference);
    const told = { code: '10000', trade_no: 'T9', trade_status: 'TRADE_SUCCESS', total_amount: '88.88' };
    const bodies = [
      () => ({ ...told, out_trade_no: 'AnotherTrade0000000000AB' }),
      () => ({
        status: 200,
        body: JSON.stringify({ alipay_trade_query_response: { ...told, out_trade_no: reference }, sign: 'AAAA' }),
      }),
      () => ({
        status: 200,
        body: JSON.stringify({ error_response: { code: '40002', sub_code: 'isv.invalid-app-id' } }),
      }),
      () => ({ status: 200, body: 'nonsense' }),
    ];

    for (const body of bodies) {
      alipay.answerInstead(body);
      app.clock.advance(60_000);
      assert.equal(await refresh(), false);
    }

    assert.deepEqual(await seeTransactions(app), []);
    assert.equal(alipay.asked.length, bodies.length);
  });

  it('does not ask for a code for what is paid already', async () => {
    await start('qr');
    alipay.answerInstead(() => alipay.refusal('ACQ.TRADE_HAS_SUCCESS'));

    const { message } = await app.refusal(guest, 'invoice/payment', {
      hash: invoice.hash,
      gateway_id: gateway,
      channel: 'qr',
    });

    assert.match(message, /was made already/);
  });

  it('takes yuan only', async () => {
    const other = await buildInvoice(app, (await buildPayer(app)).id);

    const refusal = await app.refusal(guest, 'invoice/payment', { hash: other.hash, gateway_id: gateway });
    assert.match(refusal.message, /does not accept USD/);
    await app.call(admin, 'invoice/gateway_update', { id: gateway, accepted_currencies: ['CNY', 'USD'] });
    const again = await app.refusal(guest, 'invoice/payment', { hash: other.hash, gateway_id: gateway });
    assert.equal(again.message, 'Alipay takes CNY only');
  });
});
