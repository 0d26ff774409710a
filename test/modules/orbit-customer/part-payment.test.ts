import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, orbitClient, type OrbitClient } from '../../support/build/orbit.ts';
import { buildSandbox, seeTransactions, startPayment, tell } from '../../support/build/payment.ts';

interface SeenInvoice {
  readonly status: string;
  readonly billing_total: number;
  readonly billing_balance: number;
  readonly payments: readonly { readonly gateway: string; readonly amount: number }[];
}

describe('the rest of an invoice of which a part was paid', () => {
  const app = useApp({ install: ['orbit-customer', 'gateway-sandbox'] });

  /** An invoice over 10, of which the balance has paid 4. */
  async function partlyPaid() {
    const kay = await orbitClient(app);
    const items = [{ title: 'Work', price: 10, quantity: 1 }];
    const id = Number(await app.call(admin, 'invoice/prepare', { client_id: kay.clientId, items, approve: true }));
    await addFunds(app, kay.clientId, 4);
    const { body } = await kay.call(`POST /invoices/${id}/pay`);
    assert.deepEqual([body.data.remainder, body.data.invoice_status], [6, 'partially_paid']);
    return { kay, id };
  }
  const look = async (kay: OrbitClient, id: number) => {
    const [{ body }, { body: ledger }] = [await kay.call(`GET /invoices/${id}`), await kay.call('GET /topup/history')];
    const invoice = body.data as SeenInvoice;
    return {
      ...invoice,
      paid: invoice.payments.map(({ gateway, amount }) => [gateway, amount]),
      ledger: (ledger.data.history as { type: string; amount: number }[]).map(({ type, amount }) => [type, amount]),
      balance: (await kay.call('GET /profile/balance')).body.data.balance as number,
    };
  };

  it('is all that a gateway collects', async () => {
    const { kay, id } = await partlyPaid();
    const gateway = await buildSandbox(app);
    await app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
    const { hash } = await app.call<{ hash: string }>(admin, 'invoice/get', { id });
    const { reference } = await startPayment(app, hash, gateway);

    await tell(app, gateway, { id: 'T-1', reference, amount: '6.00' });
    await app.settle();

    const seen = await look(kay, id);
    assert.deepEqual([seen.status, seen.billing_total, seen.billing_balance, seen.balance], ['paid', 10, 0, 0]);
    assert.deepEqual(seen.paid, [['balance', 4], ['Sandbox', 6]]); // prettier-ignore
    const [transaction, ...others] = await seeTransactions(app);
    assert.deepEqual([transaction?.amount, transaction?.status, others], [6, 'processed', []]);
  });

  it('is all that is taken of a gateway that was paid the whole again: what is too much is on the balance', async () => {
    const { kay, id } = await partlyPaid();
    const gateway = await buildSandbox(app);
    await app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
    const { hash } = await app.call<{ hash: string }>(admin, 'invoice/get', { id });
    const { reference } = await startPayment(app, hash, gateway);

    await tell(app, gateway, { id: 'T-1', reference, amount: '10.00' });
    await app.settle();

    const seen = await look(kay, id);
    assert.deepEqual([seen.status, seen.billing_balance, seen.balance], ['paid', 0, 4]);
    assert.equal((await seeTransactions(app))[0]?.amount, 10);
  });

  it('is all that the nightly payment from balances and its owner in the shop take', async () => {
    const [first, second] = [await partlyPaid(), await partlyPaid()];
    await addFunds(app, first.kay.clientId, 7);
    await addFunds(app, second.kay.clientId, 7);

    await app.call(admin, 'invoice/batch_pay_with_credits');

    for (const { kay, id } of [first, second]) {
      const seen = await look(kay, id);
      assert.deepEqual([seen.status, seen.billing_balance, seen.balance], ['paid', 0, 1]);
      assert.deepEqual(seen.paid, [['balance', 4], ['balance', 6]]); // prettier-ignore
      assert.deepEqual(seen.ledger, [['deduction', 6], ['credit', 7], ['deduction', 4], ['credit', 4]]); // prettier-ignore
    }
  });

  it('is all that staff take who say it was paid, and what the balance gave stays given', async () => {
    const { kay, id } = await partlyPaid();

    await app.call(admin, 'invoice/mark_as_paid', { id, gateway_id: 2 });

    const seen = await look(kay, id);
    assert.deepEqual([seen.status, seen.billing_balance, seen.balance], ['paid', 0, 0]);
    assert.deepEqual(
      seen.paid.map(([, amount]) => amount),
      [4, 6],
    );
  });

  it('is owed no more once the invoice is deleted, and the part comes back', async () => {
    const { kay, id } = await partlyPaid();

    await app.call(admin, 'invoice/delete', { id });

    assert.equal((await kay.call(`GET /invoices/${id}`)).status, 404);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 4);
  });

  it('is paid once by its owner here and a gateway there at the same moment', async () => {
    const { kay, id } = await partlyPaid();
    const gateway = await buildSandbox(app);
    await app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
    const { hash } = await app.call<{ hash: string }>(admin, 'invoice/get', { id });
    const { reference } = await startPayment(app, hash, gateway);
    await addFunds(app, kay.clientId, 6);

    await Promise.all([
      kay.call(`POST /invoices/${id}/pay`),
      tell(app, gateway, { id: 'T-1', reference, amount: '6.00' }),
    ]);
    await app.settle();

    const seen = await look(kay, id);
    assert.deepEqual([seen.status, seen.billing_balance], ['paid', 0]);
    assert.equal(seen.paid.reduce((sum, [, amount]) => sum + Number(amount), 0), 10); // prettier-ignore
    // Whoever came second paid for nothing, and has it on the balance.
    assert.equal(seen.balance, 6);
  });
});
