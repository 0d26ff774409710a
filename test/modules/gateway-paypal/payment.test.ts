import assert from 'node:assert/strict';
import { defineModule } from '#core/module';
import { currencyService } from '#modules/currency/contract';
import { payPalGateway } from '#modules/gateway-paypal/adapter';
import { shippedModules } from '#modules/index';
import { invoiceService } from '#modules/invoice/contract';
import { admin, guest, useApp } from '../../support/app.ts';
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
import { issue } from '../../support/certificate.ts';
import { buildPayPal, CLIENT_SECRET, createPayPal } from '../../support/paypal.ts';

const impatient = defineModule({
  name: 'impatient',
  title: 'Impatient',
  version: '1.0.0',
  isEssential: true,
  uses: { currencies: currencyService },
  migrations: [],
  setup: ({ currencies }) => ({ gateways: [{ ...payPalGateway({ currencies, patienceMs: 200 }), code: 'PayPalNow' }] }),
});

const HOUR = 60 * 60 * 1000;

describe('paying through PayPal', () => {
  const paypal = createPayPal();
  before(() => paypal.vendor.open());
  after(() => paypal.vendor.close());
  const app = useApp({ modules: [...shippedModules, impatient], install: ['gateway-paypal'] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;

  beforeEach(async () => {
    paypal.forget();
    payer = await buildPayer(app);
    invoice = await buildInvoice(app, payer.id);
    gateway = await buildPayPal(app, paypal.config());
  });

  const start = async (hash = invoice.hash): Promise<string> =>
    paypal.referenceOf((await startPayment(app, hash, gateway)).service_url);
  const send = ({ body, headers }: { body: string; headers: Record<string, string> }, at = gateway) =>
    app.request('post', `/ipn.php?gateway_id=${at}`).set(headers).send(body);
  const tell = (type: string, id = '', how: object = {}) => send(paypal.event(type, id, app.clock.now(), how));
  /** The payer agreed and PayPal took the money, of which nobody heard yet; the capture. */
  const taken = async (): Promise<string> => {
    const order = paypal.orderOf(await start());
    paypal.take(order);
    return order.capture?.id ?? '';
  };
  const status = async () => (await seeInvoice(app, invoice.id)).status;
  const refresh = () => app.app.service(invoiceService).payments.refresh(app.system(), invoice.id);

  it('sends the payer to the page of PayPal, with an order over exactly what is due', async () => {
    const { service_url } = await startPayment(app, invoice.hash, gateway);

    const [{ words } = { words: undefined }] = paypal.asked;
    assert.match(service_url, /^https:\/\/www\.sandbox\.paypal\.com\/checkoutnow\?token=ORDER/);
    assert.deepEqual(words.purchase_units[0].amount, { currency_code: 'USD', value: '20.00' });
    assert.match(words.purchase_units[0].custom_id as string, /^[A-Za-z0-9]{24}$/);
    const { return_url, cancel_url } = words.payment_source.paypal.experience_context;
    assert.match(return_url as string, new RegExp(`/invoice/${invoice.hash}\\?status=ok$`));
    assert.match(cancel_url as string, /status=cancel$/);
  });

  it('is one order, however often and by however many it is asked for', async () => {
    const reference = await start();
    const others = await Promise.all([start(), start(), start()]);

    assert.deepEqual(new Set([reference, ...others]), new Set([reference]));
    assert.deepEqual(paypal.orderIds().length, 1);
  });

  it('is the same order when the answer was lost and the payer asks again', async () => {
    paypal.loseAnswerTo(/orders$/);
    await app.refusal(guest, 'invoice/payment', { hash: invoice.hash, gateway_id: gateway });

    const reference = await start();

    assert.equal(paypal.orderOf(reference).id, paypal.orderIds().join());
  });

  it('is asked for anew, once, when PayPal has forgotten the order', async () => {
    const reference = await start();
    paypal.drop(paypal.orderOf(reference).id);

    const again = await Promise.all([start(), start(), start()]);

    assert.deepEqual(new Set(again), new Set([reference]));
    assert.equal(paypal.orderIds().length, 1);
    assert.equal(paypal.asked.findLast(({ method }) => method === 'POST')?.requestId, `${reference}-2`);
  });

  it('takes the money when the payer comes back', async () => {
    paypal.approve(await start());

    const page = await app.browser().get(`/invoice/${invoice.hash}?status=ok`);

    assert.equal(page.status, 200);
    assert.equal(await status(), 'paid');
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
  });

  it('takes the money when PayPal says that the payer agreed, once, however often it says so', async () => {
    const reference = await start();
    paypal.approve(reference);
    const { id } = paypal.orderOf(reference);

    const answers = await Promise.all(Array.from({ length: 5 }, () => tell('CHECKOUT.ORDER.APPROVED', id)));
    await tell('PAYMENT.CAPTURE.COMPLETED', paypal.orderOf(reference).capture?.id);

    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    assert.equal(await status(), 'paid');
    assert.deepEqual(
      (await seeTransactions(app)).map((row) => [row.txn_id, row.status]),
      [[paypal.orderOf(reference).capture?.id, 'processed']],
    );
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
  });

  it('is paid once by the capture that PayPal tells of, also when it is replayed', async () => {
    const event = paypal.event('PAYMENT.CAPTURE.COMPLETED', await taken(), app.clock.now());

    await send(event);
    const again = await send(event);

    assert.equal(again.status, 200);
    assert.equal(await status(), 'paid');
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('keeps a capture that is pending, and books it once it is completed; one that is denied is an error', async () => {
    const capture = await taken();
    const order = paypal.orderOf((await seeOrders())[0] ?? '');
    assert.ok(order.capture);
    order.capture.status = 'PENDING';
    await tell('PAYMENT.CAPTURE.PENDING', capture);
    assert.deepEqual(
      (await seeTransactions(app)).map((row) => row.status),
      ['received'],
    );

    order.capture.status = 'DECLINED';
    await tell('PAYMENT.CAPTURE.DENIED', capture);
    assert.deepEqual(
      (await seeTransactions(app)).map((row) => row.error),
      ['Payment failed: DECLINED'],
    );
    order.capture.status = 'COMPLETED';
    await tell('PAYMENT.CAPTURE.COMPLETED', capture);

    assert.equal(await status(), 'paid');
    assert.equal((await seeTransactions(app)).length, 1);
  });

  const seeOrders = async (): Promise<string[]> =>
    (await app.app.database.knex('paypal_order').select('reference')).map(({ reference }) => String(reference));

  it('keeps nothing that PayPal did not sign, word for word, for this webhook', async () => {
    const capture = await taken();
    const event = paypal.event('PAYMENT.CAPTURE.COMPLETED', capture, app.clock.now());
    const wrong = [
      { ...event, body: event.body.replace('COMPLETED', 'PENDING') },
      { ...event, body: JSON.stringify(JSON.parse(event.body)) },
      { ...event, headers: { ...event.headers, 'paypal-transmission-sig': 'aGVsbG8=' } },
      { ...event, headers: { ...event.headers, 'paypal-transmission-id': 'another' } },
      { ...event, headers: { ...event.headers, 'paypal-auth-algo': 'SHA1withRSA' } },
      { ...event, headers: { 'content-type': 'application/json' } },
      paypal.event('PAYMENT.CAPTURE.COMPLETED', capture, app.clock.now(), { webhook: 'OTHERSHOP1' }),
      paypal.event('PAYMENT.CAPTURE.COMPLETED', capture, app.clock.now(), { key: paypal.impostor.key.privateKey }),
    ];
    paypal.asked.length = 0;

    for (const one of wrong) assert.equal((await send(one)).status, 403);

    assert.deepEqual(await seeTransactions(app), []);
    assert.deepEqual(paypal.asked, []);
  });

  it('keeps nothing that was sent long ago, or is from the future', async () => {
    const capture = await taken();
    const now = app.clock.now().getTime();

    for (const at of [now - 73 * HOUR, now + HOUR]) {
      const answer = await send(paypal.event('PAYMENT.CAPTURE.COMPLETED', capture, new Date(at)));
      assert.equal(answer.status, 403);
    }
    const late = await send(paypal.event('PAYMENT.CAPTURE.COMPLETED', capture, new Date(now - 71 * HOUR)));

    assert.equal(late.status, 200);
    assert.equal(await status(), 'paid');
  });

  it('takes certificates from PayPal only, about PayPal, issued by whom it trusts, and valid now', async () => {
    const capture = await taken();
    const about = 'messageverificationcerts.paypal.com';
    const at = app.clock.now();
    const key = paypal.impostor.key.privateKey;
    const send2 = (how: object) => send(paypal.event('PAYMENT.CAPTURE.COMPLETED', capture, at, how));
    const elsewhere = [
      'https://evil.example/v1/notifications/certs/CERT-1',
      'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1',
      'file:///etc/passwd',
      `${paypal.vendor.url}/v1/oauth2/token`,
      `${paypal.vendor.url}/v1/notifications/certs/../../../v2/x`,
      `${paypal.vendor.url.replace('//', '//user:word@')}/v1/notifications/certs/CERT-1`,
    ];
    paypal.certifyWith(paypal.impostor.certificate);

    for (const [index, path] of [...elsewhere, '/v1/notifications/certs/CERT-2'].entries())
      assert.equal((await send2({ key, path })).status, 403, String(index));
    const outdated = issue({ name: about, until: new Date(at.getTime() - HOUR) }, authorityOf());
    paypal.certifyWith(outdated.certificate);
    assert.equal((await send2({ key: outdated.key.privateKey, path: '/v1/notifications/certs/CERT-3' })).status, 403);
    const stranger = issue({ name: 'paypal.com.evil.example' }, authorityOf());
    paypal.certifyWith(stranger.certificate);
    assert.equal((await send2({ key: stranger.key.privateKey, path: '/v1/notifications/certs/CERT-4' })).status, 403);
    const middle = issue({ name: 'Middle', isAuthority: true }, authorityOf());
    const leaf = issue({ name: about }, middle);
    paypal.certifyWith(leaf.certificate + middle.certificate);
    assert.equal((await send2({ key: leaf.key.privateKey, path: '/v1/notifications/certs/CERT-5' })).status, 200);

    assert.equal(await status(), 'paid');
  });

  const authorityOf = () => paypal.authority;

  it('asks PayPal what is true, and believes no words that only have the right checksum', async () => {
    const capture = await taken();
    const order = paypal.orderOf((await seeOrders())[0] ?? '');
    assert.ok(order.capture);
    order.capture.amount = { currency_code: 'USD', value: '2.00' };

    await tell('PAYMENT.CAPTURE.COMPLETED', capture);
    await tell('PAYMENT.CAPTURE.COMPLETED', 'CAPTURE-OF-NOBODY');
    await tell('PAYMENT.CAPTURE.COMPLETED', '../../v1/oauth2/token');

    assert.deepEqual(
      (await seeTransactions(app)).map(({ error }) => error),
      ['Payment amount does not match the expected invoice total. Expected 20.00, received 2.00.'],
    );
    assert.equal(await status(), 'unpaid');
  });

  it('books nothing of another currency', async () => {
    const capture = await taken();
    const order = paypal.orderOf((await seeOrders())[0] ?? '');
    assert.ok(order.capture);
    order.capture.amount = { currency_code: 'EUR', value: '20.00' };

    await tell('PAYMENT.CAPTURE.COMPLETED', capture);

    assert.match((await seeTransactions(app))[0]?.error ?? '', /Expected USD, received EUR/);
  });

  it('pays nothing with what is told at the gateway of another shop', async () => {
    const other = Number(await app.call(admin, 'invoice/gateway_copy', { id: gateway }));
    await app.call(admin, 'invoice/gateway_update', { id: other, enabled: 1 });
    const reference = await start();
    paypal.approve(reference);

    await send(paypal.event('CHECKOUT.ORDER.APPROVED', paypal.orderOf(reference).id, app.clock.now()), other);
    assert.equal(paypal.orderOf(reference).status, 'APPROVED');
    paypal.take(paypal.orderOf(reference));
    const capture = paypal.orderOf(reference).capture?.id ?? '';
    await send(paypal.event('PAYMENT.CAPTURE.COMPLETED', capture, app.clock.now()), other);

    assert.equal(await status(), 'unpaid');
    assert.deepEqual(
      (await seeTransactions(app)).map(({ error }) => error),
      ['Invoice was not found'],
    );
  });

  it('leaves what was taken for an invoice that is cancelled on the balance', async () => {
    const capture = await taken();
    await app.call(admin, 'invoice/update', { id: invoice.id, status: 'canceled' });
    await app.settle();

    await tell('PAYMENT.CAPTURE.COMPLETED', capture);

    assert.equal(await status(), 'canceled');
    assert.equal(await balanceOf(app, payer), 20);
  });

  it('takes no money for an invoice that wants none any more', async () => {
    const reference = await start();
    await app.call(admin, 'invoice/update', { id: invoice.id, status: 'canceled' });
    await app.settle();
    paypal.approve(reference);

    await tell('CHECKOUT.ORDER.APPROVED', paypal.orderOf(reference).id);

    assert.equal(paypal.orderOf(reference).status, 'APPROVED');
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('finds out by itself when nobody told it', async () => {
    const reference = await start();
    assert.equal(await refresh(), false);
    paypal.approve(reference);
    app.clock.advance(10_000);

    assert.equal(await refresh(), true);
    assert.equal(await status(), 'paid');
  });

  it('finds the capture whose answer was lost, and takes the money once', async () => {
    const reference = await start();
    paypal.approve(reference);
    paypal.loseAnswerTo(/capture$/);
    assert.equal((await tell('CHECKOUT.ORDER.APPROVED', paypal.orderOf(reference).id)).status, 503);

    assert.equal((await tell('CHECKOUT.ORDER.APPROVED', paypal.orderOf(reference).id)).status, 200);

    assert.equal(await status(), 'paid');
  });

  it('lets the payer choose another way when the first was declined', async () => {
    const reference = await start();
    paypal.approve(reference);
    paypal.sayInstead(({ path }) =>
      path.endsWith('/capture') ? { status: 422, body: '{"details":[{"issue":"INSTRUMENT_DECLINED"}]}' } : undefined,
    );

    const answer = await tell('CHECKOUT.ORDER.APPROVED', paypal.orderOf(reference).id);

    assert.equal(answer.status, 200);
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('keeps a token as long as it is good, and asks for another when PayPal takes it no more', async () => {
    await start();
    await start();
    assert.equal(paypal.tokens, 1);

    paypal.forgetToken();
    await start();
    assert.equal(paypal.tokens, 2);
    app.clock.advance(10 * HOUR);
    await start();

    assert.equal(paypal.tokens, 3);
  });

  it('says one thing when PayPal is down, hangs or talks nonsense, and none of its secrets', async () => {
    const quick = await buildPayPal(app, paypal.config(), 'PayPalNow');

    for (const answer of [
      { status: 500 },
      { body: 'hello' },
      { status: 302, headers: { location: '/' } },
      { status: 401 },
      'hang' as const,
    ]) {
      paypal.sayInstead(() => answer);
      const { message, status } = await app.refusal(guest, 'invoice/payment', {
        hash: invoice.hash,
        gateway_id: quick,
      });
      assert.match(message, /PayPal does not answer as it should/);
      assert.equal(status, 503);
      assert.ok(!message.includes(CLIENT_SECRET));
    }
  });

  it('passes on why PayPal refuses a payment', async () => {
    paypal.sayInstead(({ path }) =>
      path === '/v2/checkout/orders'
        ? { status: 422, body: '{"details":[{"issue":"CURRENCY_NOT_SUPPORTED"}]}' }
        : undefined,
    );

    const { message } = await app.refusal(guest, 'invoice/payment', { hash: invoice.hash, gateway_id: gateway });

    assert.equal(message, 'PayPal did not take the payment: CURRENCY_NOT_SUPPORTED');
  });

  it('is not to be switched on before it is set up, and not offered until then', async () => {
    for (const [config, expected] of [
      [{ client_id: '' }, /client ID/],
      [{ client_secret: '' }, /secret/],
      [{ webhook_id: 'a/b' }, /webhook/],
      [{ endpoint: 'http://10.0.0.1' }, /https/],
      [{ authority: 'hello' }, /no certificates/],
    ] as const) {
      const change = { id: gateway, config: { ...paypal.config(), ...config } };
      assert.match((await app.refusal(admin, 'invoice/gateway_update', change)).message, expected);
    }
    await app.call(admin, 'invoice/gateway_update', { id: gateway, enabled: 0 });

    const offered = await app.call<{ code: string }[]>(guest, 'invoice/gateways');

    assert.ok(!offered.some(({ code }) => code === 'PayPal'));
    assert.ok(!JSON.stringify(await app.call(admin, 'invoice/gateway_get', { id: gateway })).includes(CLIENT_SECRET));
  });
});
