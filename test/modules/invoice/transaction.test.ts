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
} from '../../support/build/payment.ts';

describe('transactions', () => {
  const app = useApp({ install: ['gateway-sandbox'] });
  const create = (params: object) => app.call<number>(admin, 'invoice/transaction_create', params);
  const process = (id: number) => app.call(admin, 'invoice/transaction_process', { id });

  it('charges each line with its part of the tax, and leaves no cent over', async () => {
    await app.call(admin, 'system/update_params', { tax_enabled: '1' });
    await app.call(admin, 'invoice/tax_create', { name: 'VAT', taxrate: '21' });
    const payer = await buildPayer(app);
    const invoice = await buildInvoice(app, payer.id, [
      { title: 'One', price: 9.99, quantity: 3, taxed: 1 },
      { title: 'Two', price: 0.33, taxed: 1 },
      { title: 'Less', price: -0.5, taxed: 1 },
      { title: 'Untaxed', price: 5 },
    ]);
    const id = await create({ invoice_id: invoice.id, gateway_id: 1, txn_id: 'BANK-1' });

    await process(id);

    assert.equal(invoice.total, 41.06);
    assert.equal(await balanceOf(app, payer), 0);
    assert.deepEqual(await ledgerOf(app, payer), ['-5.00', '0.60', '-0.40', '-36.26', '41.06']);
    const { status, lines } = await seeInvoice(app, invoice.id);
    assert.equal(status, 'paid');
    assert.deepEqual(
      lines.map(({ charged, status }) => [charged, status]),
      Array(4).fill([1, 'executed']),
    );
  });

  it('books a transaction once, however often and by however many at once it is processed', async () => {
    const payer = await buildPayer(app);
    const invoice = await buildInvoice(app, payer.id);
    const id = await create({ invoice_id: invoice.id, gateway_id: 1, txn_id: 'BANK-1' });

    await Promise.all([1, 2, 3, 4, 5].map(() => process(id)));
    await app.call(admin, 'invoice/transaction_update', { id, status: 'received' });
    await process(id);
    await app.call(admin, 'invoice/transaction_process_all');

    assert.equal(await balanceOf(app, payer), 0);
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
  });

  it('charges what a part from the balance has left', async () => {
    const payer = await buildPayer(app);
    const invoice = await buildInvoice(app, payer.id, [
      { title: 'One', price: 4 },
      { title: 'Two', price: 16 },
    ]);
    await app.call(admin, 'client/balance_add_funds', { id: payer.id, amount: 5, description: 'Gift' });
    const part = { amount: 500, currency: 'USD' };
    await app.app.service(invoiceService).applyCredit(app.system(), invoice.id, part);
    const id = await create({ invoice_id: invoice.id, gateway_id: 1, txn_id: 'BANK-1' });

    await process(id);

    assert.equal(await balanceOf(app, payer), 0);
    assert.equal((await seeTransactions(app))[0]?.amount, 15);
  });

  it('answers the row it has for the same payment or the same call', async () => {
    const payer = await buildPayer(app);
    const [one, two] = [await buildInvoice(app, payer.id), await buildInvoice(app, payer.id)];

    const named = await create({ invoice_id: one.id, gateway_id: 1, txn_id: 'BANK-1' });
    const bare = await create({ invoice_id: one.id, gateway_id: 1 });

    assert.equal(await create({ invoice_id: two.id, gateway_id: 1, txn_id: 'BANK-1', post: { a: 1 } }), named);
    assert.notEqual(await create({ invoice_id: two.id, gateway_id: 1, txn_id: 'bank-1' }), named);
    assert.equal(await create({ invoice_id: two.id, gateway_id: 1 }), bare);
    assert.notEqual(await create({ invoice_id: two.id, gateway_id: 1, post: { a: 1 } }), bare);
    assert.notEqual(await create({ invoice_id: one.id, gateway_id: 2, txn_id: 'BANK-1' }), named);
  });

  it('makes one row of the same payment entered by two at once', async () => {
    const invoice = await buildInvoice(app, (await buildPayer(app)).id);
    const row = { invoice_id: invoice.id, gateway_id: 1, txn_id: 'BANK-1' };

    const ids = await Promise.all([1, 2, 3, 4].map(() => create(row)));

    assert.equal(new Set(ids).size, 1);
  });

  it('moves no money when staff rewrite a row', async () => {
    const payer = await buildPayer(app);
    const invoice = await buildInvoice(app, payer.id);
    const id = await create({ invoice_id: invoice.id, gateway_id: 1, txn_id: 'BANK-1' });

    await app.call(admin, 'invoice/transaction_update', { id, status: 'processed', amount: '20.00', currency: 'USD' });

    assert.deepEqual(await ledgerOf(app, payer), []);
    assert.equal((await seeInvoice(app, invoice.id)).status, 'unpaid');
  });

  it('remembers what was booked when its row is deleted', async () => {
    const payer = await buildPayer(app);
    const invoice = await buildInvoice(app, payer.id);
    const gateway = await buildSandbox(app);
    const { reference } = await startPayment(app, invoice.hash, gateway);
    await tell(app, gateway, { id: 'P1', reference });
    const [row] = await seeTransactions(app);

    await app.call(admin, 'invoice/transaction_delete', { id: row?.id });
    await tell(app, gateway, { id: 'P1', reference });

    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('takes a payment up once', async () => {
    const invoice = await buildInvoice(app, (await buildPayer(app)).id);
    const id = await create({ invoice_id: invoice.id, gateway_id: 1 });
    const claim = () => app.call<boolean>(admin, 'invoice/transaction_claim_for_processing', { id });

    const answers = await Promise.all([claim(), claim(), claim()]);

    assert.deepEqual(answers.filter(Boolean), [true]);
    app.clock.advance(300_000);
    assert.equal(await claim(), true);
  });

  it('says on the row what went wrong, and to staff where the contract does', async () => {
    const orphan = await create({ skip_validation: 1, gateway_id: 1, txn_id: 'X' });
    const nobody = await create({ skip_validation: 1, txn_id: 'Y' });
    const paypal = await create({ skip_validation: 1, gateway_id: 2, txn_id: 'Z' });

    assert.equal(await process(orphan), true);
    const origin = await app.refusal(admin, 'invoice/transaction_process', { id: nobody });
    const unset = await app.refusal(admin, 'invoice/transaction_process', { id: paypal });

    assert.deepEqual(
      [origin.message, origin.code, origin.status],
      ['Could not determine transaction origin. Transaction payment gateway is unknown.', 701, 400],
    );
    assert.equal(unset.code, 4001);
    assert.deepEqual(
      (await seeTransactions(app)).map(({ status }) => status),
      ['error', 'error', 'error'],
    );
  });

  it('finishes what was kept when the process died before it was booked', async () => {
    const payer = await buildPayer(app);
    const invoice = await buildInvoice(app, payer.id);
    const gateway = await buildSandbox(app);
    const { reference } = await startPayment(app, invoice.hash, gateway);
    await tell(app, gateway, { id: 'P1', reference, status: 'pending' });
    const db = app.app.database.knex;
    const [kept] = (await db('transaction').select('id', 'notice')) as { id: number; notice: string }[];
    await db('transaction').update({ notice: kept?.notice.replaceAll('"pending"', '"succeeded"') });
    app.clock.advance(120_000);

    await app.app
      .jobs()
      .find(({ id }) => id === 'invoice.book_kept_payments')
      ?.job.run(app.system());

    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
  });

  it('shows a client the processed payments of own invoices only', async () => {
    const [payer, other] = [await buildPayer(app), await buildPayer(app)];
    const invoice = await buildInvoice(app, payer.id);
    await process(await create({ invoice_id: invoice.id, gateway_id: 1, txn_id: 'BANK-1' }));
    const list = (who: typeof payer, filter: object = {}) =>
      app.call<{ total: number }>(who.caller, 'invoice/transaction_get_list', filter);

    assert.equal((await list(payer)).total, 1);
    assert.equal((await list(other)).total, 0);
    assert.equal((await list(other, { invoice_id: invoice.id, client_id: payer.id, search: 'BANK' })).total, 0);
  });

  it('refuses a transaction id of another invoice when staff mark one as paid', async () => {
    const payer = await buildPayer(app);
    const [one, two] = [await buildInvoice(app, payer.id), await buildInvoice(app, payer.id)];
    const paid = { gateway_id: 1, transactionId: 'CASH-1' };
    await app.call(admin, 'invoice/mark_as_paid', { id: one.id, ...paid });

    const { message } = await app.refusal(admin, 'invoice/mark_as_paid', { id: two.id, ...paid });

    assert.equal(message, 'Transaction ID is already associated with another invoice.');
    assert.equal((await seeInvoice(app, two.id)).status, 'unpaid');
    assert.deepEqual(await ledgerOf(app, payer), []);
  });
});
