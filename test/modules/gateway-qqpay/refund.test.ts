import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, buildPayer, seeInvoice, seeTransactions, startPayment } from '../../support/build/payment.ts';
import { keyPair } from '../../support/vendor.ts';
import { buildQqPay, createQqPay, MERCHANT, xmlOf } from '../../support/qqpay.ts';

describe('refunds of QQ wallet', () => {
  const qq = createQqPay();
  before(() => qq.open());
  after(() => qq.close());
  const app = useApp({ install: ['gateway-qqpay'] });
  let invoiceId: number;
  let gateway: number;
  let reference: string;

  beforeEach(async () => {
    qq.forget();
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7 });
    const payer = await buildPayer(app, 'CNY');
    const invoice = await buildInvoice(app, payer.id);
    gateway = await buildQqPay(app, { ...qq.config(), ...qq.refunding() });
    ({ reference } = await startPayment(app, invoice.hash, gateway));
    invoiceId = invoice.id;
    qq.pay(reference);
    const notice = qq.signed(qq.noticeOf(reference, app.clock.now()));
    await app.request('post', `/ipn.php/${gateway}`).set('content-type', 'text/xml').send(xmlOf(notice));
    assert.equal((await seeInvoice(app, invoiceId)).status, 'paid');
  });

  const back = (amount?: string) => ({ id: invoiceId, at_gateway: 1, ...(amount !== undefined && { amount }) });
  const refunds = async () =>
    (await seeTransactions(app, { type: 'refund' })).map(({ amount, status }) => [amount, status]).reverse();
  const configure = (config: object) =>
    app.call(admin, 'invoice/gateway_update', { id: gateway, config: { ...qq.config(), ...config } });

  it('pay back a part with the certificate of the merchant, then the rest', async () => {
    await app.call(admin, 'invoice/refund', back('5'));
    await app.call(admin, 'invoice/refund', back());

    assert.deepEqual(await refunds(), [
      [5, 'processed'],
      [15, 'processed'],
    ]);
    const asked = qq.asked.filter(({ call }) => call === 'refund');
    assert.deepEqual(
      asked.map(({ peer, fields }) => [peer, fields['refund_fee'], fields['transaction_id']]),
      [
        ['a merchant', '500', `T${reference}`],
        ['a merchant', '1500', `T${reference}`],
      ],
    );
    assert.match(asked[0]?.fields['out_refund_no'] ?? '', /^[0-9a-f]{32}$/);
  });

  it('pay back once when the answer is lost and staff ask again', async () => {
    qq.sayInstead(({ call }) => (call === 'refund_query' ? { status: 500 } : undefined));
    const { status } = await app.refusal(admin, 'invoice/refund', back('5'));
    assert.equal(status, 503);
    qq.sayInstead(() => undefined);

    await app.call(admin, 'invoice/refund', back('5'));

    const { refunds: known } = qq.orderOf(reference);
    assert.equal(known.size, 1);
    assert.deepEqual(await refunds(), [[5, 'processed']]);
  });

  it('are kept as waiting while a bank is asked', async () => {
    qq.sayInstead(({ call }) => {
      if (call === 'refund_query') for (const one of qq.orderOf(reference).refunds.values()) one.status = 'PROCESSING';
      return undefined;
    });

    await app.call(admin, 'invoice/refund', back('5'));

    assert.deepEqual(await refunds(), [[5, 'received']]);
  });

  it('say why QQ wallet does not pay back', async () => {
    qq.orderOf(reference).state = 'NOTPAY';

    const { message } = await app.refusal(admin, 'invoice/refund', back());

    assert.match(message, /QQ wallet did not pay back: TRANSACTION_NOT_EXIST/);
    assert.equal((await seeInvoice(app, invoiceId)).status, 'paid');
  });

  it('need a certificate and the password of an operator', async () => {
    await configure({ certificate: '', private_key: '' });

    const { message } = await app.refusal(admin, 'invoice/refund', back());

    assert.match(message, /only with the certificate of the merchant/);
  });

  it('take certificate and key in one file as well, whose password is the merchant number', async () => {
    const p12 = readFileSync(new URL('merchant.p12', import.meta.url)).toString('base64');
    await configure({ ...qq.refunding(), certificate: '', private_key: '', p12 });

    await app.call(admin, 'invoice/refund', back());

    assert.equal(qq.asked.find(({ call }) => call === 'refund')?.peer, 'merchant in a p12');
  });

  it('are not to be set up with what does not fit', async () => {
    const p12 = readFileSync(new URL('merchant.p12', import.meta.url)).toString('base64');
    const wrong: [object, RegExp][] = [
      [{ private_key: keyPair().privateKey }, /key that fits the certificate/],
      [{ certificate: 'hello' }, /no certificates/],
      [{ certificate: '', private_key: '', p12: 'aGVsbG8=' }, /PKCS #12/],
      [{ certificate: '', private_key: '', p12, p12_password: 'wrong' }, /PKCS #12/],
      [{ api_key: 'short' }, /API key/],
      [{ mch_id: '' }, /merchant number/],
      [{ endpoint: 'http://10.0.0.1/' }, /https/],
    ];

    for (const [config, expected] of wrong) {
      const change = { id: gateway, config: { ...qq.config(), ...qq.refunding(), ...config } };
      const { message } = await app.refusal(admin, 'invoice/gateway_update', change);
      assert.match(message, expected, JSON.stringify(config));
    }
  });

  it('leave none of the secrets where staff can see them', async () => {
    const shown = JSON.stringify(await app.call(admin, 'invoice/gateway_get', { id: gateway }));

    assert.ok(!shown.includes('PRIVATE KEY') && !shown.includes('192006250b4c') && !shown.includes('operator who'));
    assert.ok(shown.includes(MERCHANT));
  });
});
