import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, buildPayer, invoiceOf } from '../../support/build/invoice.ts';

describe('invoice numbers', () => {
  const app = useApp();
  const numberOf = async (id: number): Promise<string> => (await invoiceOf(app, id)).serie_nr;

  it('follow each other without holes when many invoices are made at once', async () => {
    const clientId = await buildPayer(app);

    const ids = await Promise.all(Array.from({ length: 30 }, () => buildInvoice(app, { clientId })));

    const numbers = await Promise.all(ids.map(numberOf));
    assert.deepEqual(
      numbers.toSorted(),
      Array.from({ length: 30 }, (_, index) => `FOSS${String(index + 1).padStart(5, '0')}`),
    );
    assert.deepEqual(await app.app.examine(), []);
  });

  it('are not lost by an invoice that could not be made', async () => {
    const clientId = await buildPayer(app);
    await buildInvoice(app, { clientId });
    await app.refusal(admin, 'invoice/prepare', { client_id: clientId, items: [{ title: 'x', price: 'x' }] });

    assert.equal(await numberOf(await buildInvoice(app, { clientId })), 'FOSS00002');
  });

  it('are not given again after a deletion', async () => {
    const clientId = await buildPayer(app);
    const id = await buildInvoice(app, { clientId });

    await app.call(admin, 'invoice/delete', { id });

    assert.equal(await numberOf(await buildInvoice(app, { clientId })), 'FOSS00002');
    assert.deepEqual(await app.app.examine(), []);
  });

  it('skip what is taken when staff turn the counter back', async () => {
    const clientId = await buildPayer(app);
    await buildInvoice(app, { clientId });
    await buildInvoice(app, { clientId });

    await app.call(admin, 'system/update_params', { invoice_starting_number: '1' });

    assert.equal(await numberOf(await buildInvoice(app, { clientId })), 'FOSS00003');
  });

  it('begin anew with another series', async () => {
    const clientId = await buildPayer(app);
    await buildInvoice(app, { clientId });
    await app.call(admin, 'system/update_params', { invoice_series: '2027-', invoice_starting_number: '1' });

    assert.equal(await numberOf(await buildInvoice(app, { clientId })), '2027-00001');
    assert.deepEqual(await app.app.examine(), []);
  });

  for (const counter of ['', 'first', '-3', '1.5']) {
    it(`follow the newest invoice when the counter says "${counter}"`, async () => {
      const clientId = await buildPayer(app);
      await app.call(admin, 'system/update_params', { invoice_starting_number: '41' });
      await buildInvoice(app, { clientId });
      await app.call(admin, 'system/update_params', { invoice_starting_number: counter });

      assert.equal(await numberOf(await buildInvoice(app, { clientId })), 'FOSS00042');
    });
  }
});
