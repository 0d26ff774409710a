import assert from 'node:assert/strict';
import { invoiceService } from '#modules/invoice/contract';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, balanceOf, buildInvoice, buildPayer, invoiceOf } from '../../support/build/invoice.ts';

describe('paying from the balance', () => {
  const app = useApp();
  const tryToPay = (id: number) => app.call(admin, 'invoice/pay_with_credits', { id });

  it('takes the whole total in one row', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 25);
    const id = await buildInvoice(app, { clientId });

    await tryToPay(id);

    assert.equal((await invoiceOf(app, id)).status, 'paid');
    assert.equal(await balanceOf(app, clientId), 15);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('takes nothing when a cent is missing', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 9.99);
    const id = await buildInvoice(app, { clientId });

    await tryToPay(id);

    assert.equal((await invoiceOf(app, id)).status, 'unpaid');
    assert.equal(await balanceOf(app, clientId), 9.99);
  });

  it('pays one of two invoices when they come for the same money at once', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 10);
    const ids = await Promise.all([1, 2, 3, 4].map(() => buildInvoice(app, { clientId })));

    await Promise.all(ids.map(tryToPay));

    const statuses = await Promise.all(ids.map(async (id) => (await invoiceOf(app, id)).status));
    assert.deepEqual(statuses.toSorted(), ['paid', 'unpaid', 'unpaid', 'unpaid']);
    assert.equal(await balanceOf(app, clientId), 0);
  });

  it('pays one invoice once when fifty come for it at once', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 1000);
    const id = await buildInvoice(app, { clientId });

    await Promise.all(Array.from({ length: 50 }, () => tryToPay(id)));

    assert.equal(await balanceOf(app, clientId), 990);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('finds who has enough from several small top-ups', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 6);
    await addFunds(app, clientId, 6);
    const id = await buildInvoice(app, { clientId });

    await app.call(admin, 'invoice/batch_pay_with_credits');

    assert.equal((await invoiceOf(app, id)).status, 'paid');
  });

  it('leaves what is not approved, in another currency or a deposit', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 100);
    const draft = await buildInvoice(app, { clientId, approve: 0 });
    const deposit = await buildInvoice(app, { clientId, items: [{ title: 'Funds', price: 10, type: 'deposit' }] });

    await app.call(admin, 'invoice/batch_pay_with_credits');

    assert.deepEqual(
      [(await invoiceOf(app, draft)).status, (await invoiceOf(app, deposit)).status],
      ['unpaid', 'unpaid'],
    );
  });

  it('costs nothing for an invoice over nothing', async () => {
    const clientId = await buildPayer(app);
    const id = await buildInvoice(app, { clientId, items: [{ title: 'Gift', price: 0 }] });

    await tryToPay(id);

    assert.equal((await invoiceOf(app, id)).status, 'paid');
    assert.deepEqual(await app.app.examine(), []);
  });

  describe('in parts', () => {
    const part = (id: number, amount: number, currency = 'USD') =>
      app.app.service(invoiceService).applyCredit(app.system(), id, { amount, currency });

    it('is paid by the last of them', async () => {
      const clientId = await buildPayer(app);
      await addFunds(app, clientId, 10);
      const id = await buildInvoice(app, { clientId });

      await part(id, 400);
      assert.deepEqual([(await invoiceOf(app, id)).status, (await invoiceOf(app, id)).credit], ['unpaid', 4]);
      await part(id, 600);

      assert.equal((await invoiceOf(app, id)).status, 'paid');
      assert.equal(await balanceOf(app, clientId), 0);
      assert.deepEqual(await app.app.examine(), []);
    });

    it('never takes more than is due, however many try at once', async () => {
      const clientId = await buildPayer(app);
      await addFunds(app, clientId, 100);
      const id = await buildInvoice(app, { clientId });

      await Promise.allSettled(Array.from({ length: 10 }, () => part(id, 600)));

      assert.equal(await balanceOf(app, clientId), 94);
    });

    for (const [amount, currency] of [
      [0, 'USD'],
      [-100, 'USD'],
      [1001, 'USD'],
      [100, 'EUR'],
    ] as const) {
      it(`refuses ${amount} minor units of ${currency}`, async () => {
        const clientId = await buildPayer(app);
        await addFunds(app, clientId, 100);
        const id = await buildInvoice(app, { clientId });

        await assert.rejects(part(id, amount, currency));
        assert.equal(await balanceOf(app, clientId), 100);
      });
    }
  });
});
