import assert from 'node:assert/strict';
import { admin, client, useApp } from '../../support/app.ts';
import { addFunds, balanceOf, buildInvoice, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';
import { tokenOf } from '../../support/build/sale.ts';

describe('an invoice', () => {
  const app = useApp();

  it('adds up its lines and rounds tax once', async () => {
    const clientId = await buildPayer(app, { country: 'NL' });
    await app.call(admin, 'invoice/tax_create', { name: 'BTW', taxrate: '21', country: 'NL' });
    await app.call(admin, 'system/update_params', { tax_enabled: 1 });

    const id = await buildInvoice(app, {
      clientId,
      items: [
        { title: 'Three', price: 9.99, quantity: 3, taxed: true },
        { title: 'Postage', price: '5.00' },
        { title: 'Rebate', price: -2, taxed: true },
      ],
    });

    const { subtotal, tax, total } = await invoiceOf(app, id);
    assert.deepEqual([subtotal, tax, total], [32.97, 5.87, 38.84]);
  });

  for (const [price, stored] of [
    [3.336, 3.34],
    ['0.004', 0],
    [10.005, 10.01],
    [1.255, 1.26],
    ['-1.255', -1.26],
  ] as const) {
    it(`stores a price of ${price} as ${stored}`, async () => {
      const id = await buildInvoice(app, { items: [{ title: 'Odd', price }] });

      assert.equal((await invoiceOf(app, id)).lines[0]?.price, stored);
    });
  }

  it('has no fractions in a currency without any', async () => {
    await app.call(admin, 'currency/create', { code: 'JPY', conversion_rate: 150 });
    const clientId = await buildPayer(app, { currency: 'JPY' });

    const id = await buildInvoice(app, { clientId, items: [{ title: 'Tea', price: 450.5, quantity: 2 }] });

    assert.equal((await invoiceOf(app, id)).total, 902);
  });

  it('keeps the tax it was made with', async () => {
    const clientId = await buildPayer(app, { country: 'NL' });
    const rule = await app.call(admin, 'invoice/tax_create', { name: 'BTW', taxrate: '21', country: 'NL' });
    await app.call(admin, 'system/update_params', { tax_enabled: 1 });
    const id = await buildInvoice(app, { clientId, items: [{ title: 'Work', price: 10, taxed: true }] });

    await app.call(admin, 'invoice/tax_update', { id: rule, name: 'BTW', taxrate: '25', country: 'NL' });

    assert.equal((await invoiceOf(app, id)).total, 12.1);
  });

  for (const [items, message] of [
    [[{ price: 1 }], 'Invoice item title is missing'],
    [[{ title: 'x', price: 'ten' }], 'Price must be a valid number.'],
    [[{ title: 'x', price: '1e400' }], 'Price must be a valid number.'],
    [[{ title: 'x', price: [1] }], 'Price must be a valid number.'],
    [[{ title: 'x', quantity: 'many' }], 'Quantity must be a valid number.'],
    [[{ title: 'x', quantity: 1e9 }], 'Quantity must be a valid number.'],
    [[{ title: 'x', period: '99Y' }], 'Invalid period quantity 99 for unit Y. Allowed range is from 1 to 5'],
  ] as const) {
    it(`is not made at all with ${JSON.stringify(items)}`, async () => {
      const client_id = await buildPayer(app);

      assert.equal((await app.refusal(admin, 'invoice/prepare', { client_id, items })).message, message);
      assert.equal((await app.call<{ total: number }>(admin, 'invoice/get_statuses')).total, 0);
      assert.equal((await invoiceOf(app, await buildInvoice(app))).serie_nr, 'FOSS00001');
    });
  }

  for (const quantity of [0, -5, '-1', 1.9]) {
    it(`counts ${quantity} pieces as one`, async () => {
      const id = await buildInvoice(app, { items: [{ title: 'Work', price: 10, quantity }] });

      assert.equal((await invoiceOf(app, id)).total, 10);
    });
  }

  it('is paid once, however often staff say so', async () => {
    const id = await buildInvoice(app);

    await pay(app, id);
    const first = await invoiceOf(app, id);
    app.clock.advance(60_000);
    await pay(app, id);

    assert.deepEqual(await invoiceOf(app, id), first);
    assert.deepEqual([first.status, first.serie_nr, first.income], ['paid', '00001', 10]);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('counts its income in the default currency at the rate of the payment', async () => {
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.92 });
    const clientId = await buildPayer(app, { currency: 'EUR' });
    const id = await buildInvoice(app, { clientId, items: [{ title: 'Work', price: 92 }] });

    await pay(app, id);

    const { income, currency_rate } = await app.call<{ income: number; currency_rate: string }>(admin, 'invoice/get', {
      id,
    });
    assert.deepEqual([income, currency_rate], [100, '0.920000']);
  });

  it('edits only lines of its own', async () => {
    const other = await buildInvoice(app);
    const foreign = (await invoiceOf(app, other)).lines[0]?.id;
    const id = await buildInvoice(app);

    const { message } = await app.refusal(admin, 'invoice/update', { id, items: { [String(foreign)]: { price: 1 } } });

    assert.equal(message, 'Invoice item was not found');
    assert.equal((await invoiceOf(app, other)).total, 10);
  });

  it('changes nothing when one part of an edit is refused', async () => {
    const id = await buildInvoice(app);
    const line = String((await invoiceOf(app, id)).lines[0]?.id);

    await app.refusal(admin, 'invoice/update', { id, notes: 'lost', items: { [line]: { price: 'x' } } });

    assert.equal((await invoiceOf(app, id)).notes, null);
  });

  it('gives what was paid of it back to the balance when it is deleted', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 4);
    const id = await buildInvoice(app, { clientId });
    const { invoiceService } = await import('#modules/invoice/contract');
    const invoices = app.app.service(invoiceService);
    await invoices.applyCredit(app.system(), id, { amount: 300, currency: 'USD' });
    assert.equal(await balanceOf(app, clientId), 1);

    await app.call(admin, 'invoice/delete', { id });

    assert.equal(await balanceOf(app, clientId), 4);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('is not seen by another client', async () => {
    const id = await buildInvoice(app);
    const stranger = client(await tokenOf(app, await buildPayer(app)));
    const { hash } = await invoiceOf(app, id);

    assert.equal((await app.refusal(stranger, 'invoice/get', { hash })).message, 'Invoice was not found');
    assert.equal((await app.call<{ total: number }>(stranger, 'invoice/get_list')).total, 0);
  });
});
