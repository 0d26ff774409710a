import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';

describe('a refund', () => {
  const app = useApp();
  const refund = (id: number, fields: object = {}) =>
    app.call<number | null>(admin, 'invoice/refund', { id, ...fields });
  const paid = async (fields: Parameters<typeof buildInvoice>[1] = {}): Promise<number> => {
    const id = await buildInvoice(app, fields);
    await pay(app, id);
    return id;
  };

  it('is a credit note with the opposite of every line, numbered by itself', async () => {
    const id = await paid({ items: [{ title: 'Work', price: 9.99, quantity: 3 }] });

    const note = await invoiceOf(app, Number(await refund(id, { note: 'Broken' })));

    assert.deepEqual([note.serie_nr, note.status, note.total, note.income], ['CN-00001', 'refunded', -29.97, -29.97]);
    assert.equal(note.notes, `Refund for #${id} invoice.\nBroken`);
    const original = await invoiceOf(app, id);
    assert.deepEqual([original.status, original.total], ['paid', 29.97]);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('is written once, also when two ask at once', async () => {
    const id = await paid();

    const answers = await Promise.allSettled([1, 2, 3, 4].map(() => refund(id)));

    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await app.refusal(admin, 'invoice/refund', { id })).message, 'The invoice is refunded already');
  });

  it('may be of a part, with its part of the tax, until nothing is left', async () => {
    const clientId = await buildPayer(app, { country: 'DE' });
    await app.call(admin, 'invoice/tax_create', { name: 'MwSt', taxrate: '19', country: 'DE' });
    await app.call(admin, 'system/update_params', { tax_enabled: 1 });
    const id = await paid({
      clientId,
      items: [
        { title: 'Wine', price: 50, taxed: 1 },
        { title: 'Tip', price: 1.5 },
      ],
    });

    for (const amount of ['20.00', '33.33', '7.67']) {
      const note = await invoiceOf(app, Number(await refund(id, { amount })));
      assert.equal(note.total, -Number(amount));
    }

    assert.equal(
      (await app.refusal(admin, 'invoice/refund', { id, amount: '0.01' })).message,
      'The invoice is refunded already',
    );
    assert.deepEqual(await app.app.examine(), []);
  });

  for (const amount of ['10.01', '0', '-5', 'all', '1e3']) {
    it(`refuses ${amount} of ten`, async () => {
      const id = await paid();

      await app.refusal(admin, 'invoice/refund', { id, amount });
      assert.equal((await app.call<{ total: number }>(admin, 'invoice/get_statuses')).total, 1);
    });
  }

  it('is refused for what was never paid', async () => {
    const id = await buildInvoice(app);

    assert.equal((await app.refusal(admin, 'invoice/refund', { id })).message, 'Only a paid invoice can be refunded');
  });

  it('takes back the income at the rate of the payment', async () => {
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.92 });
    const id = await paid({
      clientId: await buildPayer(app, { currency: 'EUR' }),
      items: [{ title: 'Work', price: 92 }],
    });
    await app.call(admin, 'currency/update', { code: 'EUR', conversion_rate: 0.5 });

    await refund(id);

    assert.deepEqual((await app.call<{ total: number }>(admin, 'stats/get_summary_income')).total, 0);
  });
});
