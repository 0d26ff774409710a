import assert from 'node:assert/strict';
import { invoiceService } from '#modules/invoice/contract';
import { admin, useApp } from '../../support/app.ts';
import {
  balanceOf,
  buildInvoice,
  buildPayer,
  buildSandbox,
  ledgerOf,
  seeInvoice,
  seeTransactions,
  startPayment,
  tell,
  type Payer,
  type SeenInvoice,
} from '../../support/build/payment.ts';

describe('ipn.php', () => {
  const app = useApp({ install: ['gateway-sandbox'] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;
  let reference: string;

  beforeEach(async () => {
    payer = await buildPayer(app);
    invoice = await buildInvoice(app, payer.id);
    gateway = await buildSandbox(app);
    ({ reference } = await startPayment(app, invoice.hash, gateway));
  });

  it('pays the invoice once with what the gateway says', async () => {
    const answer = await tell(app, gateway, { id: 'P1', reference });

    assert.equal(answer.text, 'OK');
    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    const [row, ...others] = await seeTransactions(app);
    assert.deepEqual(others, []);
    assert.deepEqual(
      { status: row?.status, amount: row?.amount, currency: row?.currency, type: row?.type, invoice: row?.invoice_id },
      { status: 'processed', amount: 20, currency: 'USD', type: 'payment', invoice: invoice.id },
    );
  });

  it('books fifty calls about one payment at the same time once', async function () {
    this.timeout(60_000);
    const answers = await Promise.all(Array.from({ length: 50 }, () => tell(app, gateway, { id: 'P1', reference })));

    assert.deepEqual([...new Set(answers.map(({ text }) => text))], ['OK']);
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('books one payment once when two processes hear of it at the same time', async function () {
    this.timeout(60_000);

    await app.together(async (other) => {
      const notice = {
        kind: 'payment',
        status: 'succeeded',
        externalId: 'P1',
        reference,
        amount: { amount: 2000, currency: 'USD' },
      } as const;
      const hear = (engine: typeof other) =>
        engine.service(invoiceService).payments.book(engine.system(), gateway, notice);
      await Promise.all(Array.from({ length: 20 }, (_, index) => hear(index % 2 === 0 ? other : app.app)));
    });

    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('books different payments of one invoice at the same time, the second on the balance', async function () {
    this.timeout(60_000);
    await Promise.all(['P1', 'P2', 'P3'].map((id) => tell(app, gateway, { id, reference })));

    assert.equal(await balanceOf(app, payer), 40);
    const rows = await seeTransactions(app);
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['processed', 'processed', 'processed'],
    );
    assert.equal(
      rows.filter(({ note }) => /was paid already; 20.00 USD stay on the balance/.test(note ?? '')).length,
      2,
    );
  });

  it('hears the same payment again without booking it again', async () => {
    await tell(app, gateway, { id: 'P1', reference });
    const again = await tell(app, gateway, { id: 'P1', reference });
    const late = await tell(app, gateway, { id: 'P1', reference, status: 'pending' });
    const failed = await tell(app, gateway, { id: 'P1', reference, status: 'failed' });

    assert.deepEqual([again.text, late.text, failed.text], ['OK', 'OK', 'OK']);
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    assert.equal((await seeTransactions(app))[0]?.status, 'processed');
  });

  it('books a payment that was pending once it is done, in the same row', async () => {
    await tell(app, gateway, { id: 'P1', reference, status: 'pending' });
    const [waiting] = await seeTransactions(app);
    assert.deepEqual([waiting?.status, waiting?.txn_status], ['received', 'pending']);
    assert.equal((await seeInvoice(app, invoice.id)).status, 'unpaid');

    await tell(app, gateway, { id: 'P1', reference });

    const rows = await seeTransactions(app);
    assert.deepEqual(
      rows.map(({ id, status }) => [id, status]),
      [[waiting?.id, 'processed']],
    );
    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
  });

  it('keeps a failed payment as an error, and books it should it succeed after all', async () => {
    await tell(app, gateway, { id: 'P1', reference, status: 'failed' });
    const [row] = await seeTransactions(app);
    assert.deepEqual([row?.status, row?.error], ['error', 'Payment failed: failed']);

    await tell(app, gateway, { id: 'P1', reference });

    assert.equal((await seeTransactions(app))[0]?.status, 'processed');
    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
  });

  it('books nothing of a payment that is too small', async () => {
    await tell(app, gateway, { id: 'P1', reference, amount: '19.98' });

    const [row] = await seeTransactions(app);
    assert.equal(
      row?.error,
      'Payment amount does not match the expected invoice total. Expected 20.00, received 19.98.',
    );
    assert.equal(row.status, 'error');
    assert.deepEqual(await ledgerOf(app, payer), []);
    assert.equal((await seeInvoice(app, invoice.id)).status, 'unpaid');
  });

  it('takes one cent less, and leaves what is more on the balance', async () => {
    const other = await buildInvoice(app, payer.id);
    const { reference: second } = await startPayment(app, other.hash, gateway);

    await tell(app, gateway, { id: 'P1', reference, amount: '19.99' });
    assert.equal(await balanceOf(app, payer), -0.01);
    await tell(app, gateway, { id: 'P2', reference: second, amount: '25.00' });

    assert.equal(await balanceOf(app, payer), 4.99);
    assert.equal((await seeInvoice(app, other.id)).status, 'paid');
    assert.match((await seeTransactions(app))[0]?.note ?? '', /5.00 USD more than was due/);
  });

  it('books nothing of a payment in another currency', async () => {
    await tell(app, gateway, { id: 'P1', reference, currency: 'EUR' });

    const [row] = await seeTransactions(app);
    assert.equal(
      row?.error,
      'Payment currency does not match the currency of the invoice. Expected USD, received EUR.',
    );
    assert.deepEqual(await ledgerOf(app, payer), []);
  });

  it('leaves the money of a canceled or deleted invoice on the balance', async () => {
    const other = await buildInvoice(app, payer.id);
    const { reference: second } = await startPayment(app, other.hash, gateway);
    await app.call(admin, 'invoice/update', { id: invoice.id, status: 'canceled' });
    await app.call(admin, 'invoice/delete', { id: other.id });

    await tell(app, gateway, { id: 'P1', reference });
    await tell(app, gateway, { id: 'P2', reference: second });

    assert.equal(await balanceOf(app, payer), 40);
    assert.equal((await seeInvoice(app, invoice.id)).status, 'canceled');
    const notes = (await seeTransactions(app)).map(({ status, note }) => `${status}: ${note ?? ''}`);
    assert.match(notes.join('\n'), /processed: The invoice is gone.*\nprocessed: Invoice #\d+ is canceled/);
  });

  it('adds funds that were bought to the balance', async () => {
    const hash = await app.call<string>(payer.caller, 'invoice/funds_invoice', { amount: 30 });
    const { reference: funds } = await startPayment(app, hash, gateway);

    await tell(app, gateway, { id: 'P1', reference: funds, amount: '30.00' });
    await tell(app, gateway, { id: 'P1', reference: funds, amount: '30.00' });

    assert.equal(await balanceOf(app, payer), 30);
  });

  it('keeps nothing that is not proven to be from the gateway', async () => {
    const forged = await tell(app, gateway, { id: 'P1', reference }, { secret: 'another secret, well long enough' });
    const old = await tell(
      app,
      gateway,
      { id: 'P1', reference },
      { at: new Date(app.clock.now().getTime() - 600_000) },
    );
    const bare = await app.request('post', `/ipn.php?gateway_id=${gateway}`).send({ id: 'P1', reference });

    assert.deepEqual([forged.text, old.text, bare.text], ['FAIL', 'FAIL', 'FAIL']);
    assert.deepEqual([forged.status, old.status, bare.status], [400, 400, 400]);
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('lets no gateway answer for another', async () => {
    const copy = await app.call<number>(admin, 'invoice/gateway_copy', { id: gateway });

    await tell(app, copy, { id: 'P1', reference });

    assert.equal((await seeInvoice(app, invoice.id)).status, 'unpaid');
    assert.deepEqual(await ledgerOf(app, payer), []);
    assert.deepEqual(
      (await seeTransactions(app)).map(({ status, error }) => [status, error]),
      [['error', 'Invoice was not found']],
    );
  });

  it('lets nobody but staff confirm a payment by hand', async () => {
    const answer = await app.request('post', `/ipn.php?gateway_id=1&invoice_id=${invoice.id}`).send('txn_id=X');

    assert.equal(
      (answer.body as { error: { message: string } }).error.message,
      'Custom payment gateway callbacks must be confirmed by an administrator.',
    );
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('refuses ids that are none, and gateways that are none', async () => {
    const message = async (query: string) => {
      const { status, body } = await app.request('get', `/ipn.php?${query}`);
      return [status, body as unknown];
    };

    assert.deepEqual(await message('invoice_id=1x&gateway_id=1'), [
      400,
      { result: null, error: { message: 'Invalid invoice ID' } },
    ]);
    assert.deepEqual(await message('gateway_id=-1'), [400, { result: null, error: { message: 'Invalid gateway ID' } }]);
    assert.deepEqual(await message('gateway_id=999'), [
      200,
      { result: null, error: { message: 'Invalid payment gateway', code: 9999 } },
    ]);
    assert.deepEqual(await message('invoice_id=1'), [
      200,
      { result: null, error: { message: 'Payment gateway ID is missing', code: 9999 } },
    ]);
  });

  it('sends browsers back to our own invoice page only', async () => {
    const to = async (query: string) => {
      const { status, headers } = await app.request('get', `/ipn.php?gateway_id=${gateway}&${query}`);
      return [status, headers['location']];
    };

    const [status, place] = await to(`redirect=1&invoice_hash=${invoice.hash}`);
    assert.equal(status, 302);
    assert.equal(place, `${app.app.config.baseUrl}invoice/${invoice.hash}`);
    assert.deepEqual(await to('redirect=1&invoice_hash=//evil.example/%0d%0aX:y'), [
      302,
      `${app.app.config.baseUrl}invoice/evilexampleXy`,
    ]);
    assert.equal((await to('redirect=1'))[1], undefined);
  });

  it('refuses a body that is too large', async () => {
    const answer = await app
      .request('post', `/ipn.php?gateway_id=${gateway}`)
      .set('content-type', 'application/json')
      .send(`{"a":"${'x'.repeat(70_000)}"}`);

    assert.equal(answer.status, 413);
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('keeps no cookies and credentials of a call', async () => {
    const body = { id: 'P1', reference };
    await tell(app, gateway, body).set('cookie', 'fossbilling_session=abc').set('authorization', 'Basic abc');

    const [row] = await seeTransactions(app);
    const kept = JSON.stringify(await app.call(admin, 'invoice/transaction_get', { id: row?.id }));
    assert.ok(!/fossbilling_session|Basic abc/.test(kept));
    assert.match(kept, /P1/);
  });

  it('finds nothing wrong with the books afterwards', async () => {
    await tell(app, gateway, { id: 'P1', reference });

    assert.deepEqual(await app.app.examine(), []);
  });
});
