import assert from 'node:assert/strict';
import { createLog } from '#core/log';
import { inTime } from '#modules/invoice/payment/patience';
import { invoiceService } from '#modules/invoice/contract';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  balanceOf,
  buildGateway,
  buildInvoice,
  buildPayer,
  buildSandbox,
  ledgerOf,
  pressed,
  seeInvoice,
  seeTransactions,
  startPayment,
} from '../../support/build/payment.ts';

describe('guest/invoice/payment', () => {
  const app = useApp({ install: ['gateway-sandbox'] });
  const refused = (hash: string | undefined, gateway_id?: number) =>
    app.refusal(guest, 'invoice/payment', { hash, gateway_id });

  it('says what is missing, unknown or off, each with its number', async () => {
    const { hash } = await buildInvoice(app, (await buildPayer(app)).id);
    await app.call(admin, 'invoice/gateway_install', { code: 'ClientBalance' });

    const codes = [
      await refused(undefined),
      await refused('nonsense', 1),
      await refused(hash),
      await refused('0123456789abcdef0123456789abcdef', 1),
      await refused(hash, 999),
      await refused(hash, 2),
    ].map(({ code }) => code);
    await app.call(admin, 'invoice/gateway_update', { id: 1, allow_single: 0 });

    assert.deepEqual(codes, [810, 4001, 811, 812, 813, 814]);
    assert.equal((await refused(hash, 1)).code, 815);
  });

  it('takes money for what waits for it only, in currencies the gateway takes', async () => {
    const payer = await buildPayer(app);
    const { id, hash } = await buildInvoice(app, payer.id);
    await app.call(admin, 'invoice/gateway_update', { id: 1, accepted_currencies: ['EUR'], config: { single: 'x' } });
    const foreign = await refused(hash, 1);
    await app.call(admin, 'invoice/gateway_update', { id: 1, accepted_currencies: ['USD'] });
    await app.call(admin, 'invoice/mark_as_paid', { id, gateway_id: 2 });

    assert.equal(foreign.message, 'The selected payment gateway does not accept USD');
    assert.equal((await refused(hash, 1)).message, 'Invoice is paid and cannot be paid');
  });

  it('is one payment for two who ask at the same moment', async () => {
    const gateway = await buildSandbox(app);
    const { hash } = await buildInvoice(app, (await buildPayer(app)).id);

    const started = await Promise.all([1, 2, 3, 4].map(() => startPayment(app, hash, gateway)));

    assert.equal(new Set(started.map(({ reference }) => reference)).size, 1);
  });

  it('shows what staff wrote, without what could run', async () => {
    const payer = await buildPayer(app);
    const { hash } = await buildInvoice(app, payer.id, [{ title: '<img src=x onerror=alert(1)>', price: 20 }]);
    const single =
      '<b>Send {{ invoice.total }} {{ invoice.currency }}</b><script>alert(1)</script><a href="javascript:alert(1)" onclick="x()">{{ invoice.lines[0].title }}</a>';
    await app.call(admin, 'invoice/gateway_update', { id: 1, config: { single } });

    const { result } = await startPayment(app, hash, 1);

    assert.equal(result, '<b>Send 20 USD</b><a>&lt;img src=x onerror=alert(1)&gt;</a>');
  });

  it('says that a gateway is not set up', async () => {
    const { hash } = await buildInvoice(app, (await buildPayer(app)).id);

    const { message, code } = await refused(hash, 1);

    assert.deepEqual([message, code], ['"Custom" payment adapter is not fully configured.', 4001]);
  });

  it('asks once for the same, and again for another amount, way or gateway', async () => {
    const payer = await buildPayer(app);
    const { hash } = await buildInvoice(app, payer.id);
    const gateway = await buildSandbox(app);

    const first = await startPayment(app, hash, gateway);
    const same = await startPayment(app, hash, gateway);
    const qr = await startPayment(app, hash, gateway, { channel: 'qr' });

    assert.match(first.reference, /^[a-zA-Z0-9]{1,32}$/);
    assert.equal(same.reference, first.reference);
    assert.notEqual(qr.reference, first.reference);
    assert.equal(qr.code, `${app.app.config.baseUrl}sandbox/pay/${qr.reference}`);
    assert.equal(first.service_url, `${app.app.config.baseUrl}sandbox/pay/${first.reference}`);
  });

  it('subscribes where the invoice, the gateway and the payer agree', async () => {
    const payer = await buildPayer(app);
    const { hash } = await buildInvoice(app, payer.id, [{ title: 'Seat', price: 20, period: '1M' }]);
    const gateway = await buildSandbox(app);

    assert.equal((await startPayment(app, hash, gateway)).subscription, true);
    assert.equal((await startPayment(app, hash, gateway, { allow_subscription: '0' })).subscription, false);
    await app.call(admin, 'invoice/gateway_update', { id: gateway, allow_recurrent: 0 });
    assert.equal((await startPayment(app, hash, gateway)).subscription, false);
  });

  it('gives a defined error when the gateway fails, and the next try goes on', async () => {
    const { hash } = await buildInvoice(app, (await buildPayer(app)).id);
    const gateway = await buildSandbox(app, { errors_first: 1 });

    const { message, status } = await refused(hash, gateway);

    assert.equal(message, 'The payment gateway Sandbox does not answer as it should. Please try again later.');
    assert.equal(status, 503);
    assert.equal((await startPayment(app, hash, gateway)).type, 'html');
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('does not wait for a gateway for ever', async () => {
    const ctx = { ...app.system(), log: createLog('silent') };

    await assert.rejects(
      inTime(ctx, 'Slow', () => new Promise(() => undefined), 20),
      { code: 'payment.gateway_failed' },
    );
  });

  it('asks the gateway how a payment stands when nothing was heard', async () => {
    const payer = await buildPayer(app);
    const { id, hash } = await buildInvoice(app, payer.id);
    const gateway = await buildSandbox(app);
    const { reference } = await startPayment(app, hash, gateway);
    const { payments } = app.app.service(invoiceService);
    assert.equal(await payments.refresh(app.system(), id), false);
    const page = app.browser();
    await pressed(page, reference, 'pay');

    app.clock.advance(4000);
    assert.equal(await payments.refresh(app.system(), id), true);

    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    assert.equal((await seeInvoice(app, id)).status, 'paid');
  });

  it('asks about open payments by a job', async () => {
    const payer = await buildPayer(app);
    const { id, hash } = await buildInvoice(app, payer.id);
    const { reference } = await startPayment(app, hash, await buildSandbox(app));
    await pressed(app.browser(), reference, 'pay');
    app.clock.advance(180_000);

    await app.app
      .jobs()
      .find((job) => job.id === 'invoice.ask_about_payments')
      ?.job.run(app.system());

    assert.equal((await seeInvoice(app, id)).status, 'paid');
  });

  it('ends at the gateway what was asked for once it is paid another way', async () => {
    const payer = await buildPayer(app);
    const { id, hash } = await buildInvoice(app, payer.id);
    const { reference } = await startPayment(app, hash, await buildSandbox(app));

    await app.call(admin, 'invoice/mark_as_paid', { id, gateway_id: 2 });
    await app.settle();

    const answer = await app.request('get', `/sandbox/pay/${reference}`);
    assert.match(answer.text, /Closed/);
    assert.ok(!answer.text.includes('value="pay"'));
  });

  it('pays back through the gateway, once for one key, and not more than was paid', async () => {
    const payer = await buildPayer(app);
    const { id, hash } = await buildInvoice(app, payer.id);
    const gateway = await buildSandbox(app);
    const { reference } = await startPayment(app, hash, gateway);
    await pressed(app.browser(), reference, 'pay');
    const { payments } = app.app.service(invoiceService);
    app.clock.advance(4000);
    await payments.refresh(app.system(), id);
    const refund = { invoiceId: id, amount: { amount: 1500, currency: 'USD' }, key: 'r1' };

    const first = await payments.refund(app.system(), refund);
    const again = await payments.refund(app.system(), refund);
    await app.settle();

    assert.deepEqual(again, first);
    assert.equal(first.isDone, true);
    await assert.rejects(payments.refund(app.system(), { ...refund, key: 'r2' }), { code: 'payment.refund_too_much' });
    const refunds = await seeTransactions(app, { type: 'refund' });
    assert.deepEqual(
      refunds.map(({ amount, status }) => [amount, status]),
      [[15, 'processed']],
    );
  });

  it('pays back at the gateway before the document is written', async () => {
    const payer = await buildPayer(app);
    const { id, hash } = await buildInvoice(app, payer.id);
    const gateway = await buildSandbox(app);
    const { reference } = await startPayment(app, hash, gateway);
    await pressed(app.browser(), reference, 'pay');
    app.clock.advance(4000);
    await app.app.service(invoiceService).payments.refresh(app.system(), id);

    const refundId = await app.call<number>(admin, 'invoice/refund', { id, at_gateway: 1 });

    assert.equal((await seeInvoice(app, Number(refundId))).total, -20);
    assert.equal((await seeTransactions(app, { type: 'refund' }))[0]?.amount, 20);
    assert.equal((await app.refusal(admin, 'invoice/refund', { id, at_gateway: 1 })).code, 9999);
  });

  it('lets a client pay from the own balance, once and for own invoices only', async () => {
    const [payer, other] = [await buildPayer(app), await buildPayer(app)];
    const { id, hash } = await buildInvoice(app, payer.id);
    const gateway_id = await buildGateway(app, 'ClientBalance');
    const short = await startPayment(app, hash, gateway_id);
    await app.call(admin, 'client/balance_add_funds', { id: payer.id, amount: 50, description: 'Gift' });
    const enough = await startPayment(app, hash, gateway_id);
    const pay = { hash, gateway_id };

    const foreign = await app.refusal(other.caller, 'invoice/pay_from_balance', pay);
    const first = await app.call<number>(payer.caller, 'invoice/pay_from_balance', pay);
    const again = await app.call<number>(payer.caller, 'invoice/pay_from_balance', pay);

    assert.equal(short.result, 'Your account balance is insufficient to cover this invoice.');
    assert.match(enough.result, new RegExp(`/invoice/${hash}/balance\\?gateway_id=${gateway_id}`));
    assert.equal(foreign.message, 'You are not authorized to pay this invoice with client balance.');
    assert.equal(again, first);
    assert.equal(await balanceOf(app, payer), 30);
    assert.equal((await seeInvoice(app, id)).status, 'paid');
  });

  it('shows the client a page to pay from the balance on', async () => {
    const payer = await buildPayer(app);
    const { id, hash } = await buildInvoice(app, payer.id);
    const gateway_id = await buildGateway(app, 'ClientBalance');
    await app.call(admin, 'client/balance_add_funds', { id: payer.id, amount: 50, description: 'Gift' });
    await startPayment(app, hash, gateway_id);
    const browser = app.browser();
    await browser.post('/api/guest/client/login').send({ email: payer.email, password: 'Sunny-Day-42' });

    const page = await browser.get(`/invoice/${hash}/balance?gateway_id=${gateway_id}`);
    const csrf = /name="CSRFToken" value="([0-9a-f]+)"/.exec(page.text)?.[1] ?? '';
    const forged = await browser.post(`/invoice/${hash}/balance`).type('form').send({ gateway_id });
    const paid = await browser.post(`/invoice/${hash}/balance`).type('form').send({ gateway_id, CSRFToken: csrf });

    assert.match(page.text, /\$50\.00/);
    assert.equal(forged.status, 403);
    assert.equal(paid.headers['location'], `/invoice/${hash}`);
    assert.equal((await seeInvoice(app, id)).status, 'paid');
  });
});
