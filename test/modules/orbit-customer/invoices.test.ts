import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, orbitClient, type OrbitClient } from '../../support/build/orbit.ts';

const idOf = (reference: string): number => Number(reference.slice(3));

describe('invoices', () => {
  const app = useApp({ install: ['orbit-customer'] });

  /** An invoice by staff over `price`; its reference. */
  async function invoiced(kay: OrbitClient, price: number, { approve = true, fields = {} } = {}): Promise<string> {
    const id = Number(
      await app.call(admin, 'invoice/prepare', {
        client_id: kay.clientId,
        items: [{ title: 'Work', price, quantity: 1, ...fields }],
        approve,
      }),
    );
    return `INV${String(id).padStart(8, '0')}`;
  }

  it('are shown in the shape of the contract', async () => {
    const kay = await orbitClient(app);
    const reference = await invoiced(kay, 12.5);

    const { status, body } = await kay.call(`GET /invoices/${reference.toLowerCase()}`);
    const byId = await kay.call(`GET /invoices/${idOf(reference)}`);

    assert.equal(status, 200);
    assert.deepEqual(byId.body, body);
    const data = body.data as Record<string, unknown>;
    assert.deepEqual(
      [data['reference'], data['type'], data['status'], data['currency']],
      [reference, 'custom', 'unpaid', 'USD'],
    );
    assert.deepEqual(
      [data['billing_subtotal'], data['billing_tax'], data['billing_total'], data['billing_balance']],
      [12.5, 0, 12.5, 12.5],
    );
    assert.match(String(data['due_date']), /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual(
      [data['payments'], data['licenses'], data['discount_code'], data['discount_amount']],
      [[], [], null, 0],
    );
    assert.deepEqual(data['line_items'], [
      { description: 'Work', quantity: 1, unit_price: 12.5, total: 12.5, period: null, license_key: null },
    ]);
  });

  it('are hidden as drafts and from others', async () => {
    const [kay, eve] = [await orbitClient(app), await orbitClient(app)];
    const draft = await invoiced(kay, 10, { approve: false });
    const own = await invoiced(kay, 10);

    const answers = await Promise.all([
      kay.call(`GET /invoices/${draft}`),
      kay.call(`POST /invoices/${draft}/pay`),
      eve.call(`GET /invoices/${own}`),
      eve.call(`POST /invoices/${own}/pay`),
      eve.call(`GET /invoices/${idOf(own)}`),
      kay.call('GET /invoices/INV99999999'),
      kay.call('GET /invoices/nothing'),
    ]);

    for (const { status, body } of answers) assert.deepEqual([status, body.error], [404, 'not_found']);
    assert.equal((await kay.call('GET /invoices')).body.data.invoices.length, 1);
  });

  it('are paid in parts, and keep their reference', async () => {
    const kay = await orbitClient(app);
    const reference = await invoiced(kay, 10);
    await addFunds(app, kay.clientId, 4);

    const part = await kay.call(`POST /invoices/${reference}/pay-with-balance`);
    const between = await kay.call(`GET /invoices/${reference}`);
    await addFunds(app, kay.clientId, 7.5);
    const rest = await kay.call(`POST /invoices/${reference}/pay`);
    const after = await kay.call(`GET /invoices/${reference}`);

    assert.deepEqual(part.body.data, {
      balance_used: 4,
      remainder: 6,
      invoice_status: 'partially_paid',
      new_user_balance: 0,
    });
    assert.deepEqual([between.body.data.status, between.body.data.billing_balance], ['partially_paid', 6]);
    assert.deepEqual(rest.body.data, { balance_used: 6, remainder: 0, invoice_status: 'paid', new_user_balance: 1.5 });
    assert.deepEqual([after.body.data.reference, after.body.data.billing_balance], [reference, 0]);
    assert.deepEqual(
      (after.body.data.payments as { gateway: string; amount: number }[]).map(({ gateway, amount }) => [gateway, amount]),
      [['balance', 4], ['balance', 6]],
    ); // prettier-ignore
    assert.deepEqual(await app.app.examine(), []);
  });

  it('give a part that was paid back when they are canceled, and let others collect the rest only', async () => {
    const kay = await orbitClient(app);
    const [canceled, other] = [await invoiced(kay, 10), await invoiced(kay, 10)];
    await addFunds(app, kay.clientId, 4);
    await kay.call(`POST /invoices/${canceled}/pay`);
    await app.call(admin, 'invoice/update', { id: idOf(canceled), status: 'canceled' });
    const returned = await kay.call('GET /profile/balance');
    await kay.call(`POST /invoices/${other}/pay`);
    await addFunds(app, kay.clientId, 7);
    await app.call(admin, 'invoice/pay_with_credits', { id: idOf(other) });

    const { body } = await kay.call(`GET /invoices/${other}`);

    assert.equal(returned.body.data.balance, 4);
    assert.equal((await kay.call(`GET /invoices/${canceled}`)).body.data.status, 'canceled');
    assert.deepEqual([body.data.status, (await kay.call('GET /profile/balance')).body.data.balance], ['paid', 1]);
  });

  it('are refused without a balance, and when there is nothing to pay any more', async () => {
    const kay = await orbitClient(app);
    const reference = await invoiced(kay, 10);
    const broke = await kay.call(`POST /invoices/${reference}/pay`);
    await addFunds(app, kay.clientId, 20);
    await kay.call(`POST /invoices/${reference}/pay`);
    const twice = await kay.call(`POST /invoices/${reference}/pay`);

    assert.deepEqual([broke.status, broke.body.error], [422, 'insufficient_balance']);
    assert.deepEqual([twice.status, twice.body.error], [422, 'invoice_not_payable']);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 10);
  });

  it('over nothing are paid with nothing', async () => {
    const kay = await orbitClient(app);
    const reference = await invoiced(kay, 0);

    const { body } = await kay.call(`POST /invoices/${reference}/pay`);

    assert.deepEqual(body.data, { balance_used: 0, remainder: 0, invoice_status: 'paid', new_user_balance: 0 });
  });

  it('take money once of two payments at once', async () => {
    const kay = await orbitClient(app);
    const reference = await invoiced(kay, 10);
    await addFunds(app, kay.clientId, 15);

    const answers = await Promise.all([1, 2, 3].map(() => kay.call(`POST /invoices/${reference}/pay`)));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422]);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 5);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('over funds are not paid from the balance they fill', async () => {
    const kay = await orbitClient(app);
    const token = await app.call<string>(admin, 'profile/api_key_reset', { id: kay.clientId });
    await addFunds(app, kay.clientId, 100);
    await app.call({ role: 'client', token }, 'invoice/funds_invoice', { amount: 10 });

    const listed = await kay.call('GET /invoices?type=topup');

    const { status, body } = await kay.call(`POST /invoices/${listed.body.data.invoices[0].reference}/pay`);

    assert.deepEqual([status, body.error], [422, 'invoice_not_payable']);
    assert.equal(listed.body.data.invoices.length, 1);
  });

  it('are narrowed by status, type and day', async () => {
    const kay = await orbitClient(app);
    const [paid, part] = [await invoiced(kay, 1), await invoiced(kay, 10)];
    await invoiced(kay, 5);
    await addFunds(app, kay.clientId, 3);
    await kay.call(`POST /invoices/${paid}/pay`);
    await kay.call(`POST /invoices/${part}/pay`);
    const today = app.clock.now().toISOString().slice(0, 10);
    const count = async (query: string) => {
      const { body } = await kay.call(`GET /invoices?${query}`);
      return (body.data.invoices as unknown[]).length;
    };

    const found = await Promise.all([
      count('status=paid'),
      count('status=unpaid,partially_paid'),
      count('status=partially_paid'),
      count('type=order'),
      count('type=custom'),
      count(`date_from=${today}&date_to=${today}`),
      count('date_to=2020-01-01'),
    ]);
    const wrong = await Promise.all(
      ['status=gone', 'status=paid,gone', 'type=gift', 'date_from=yesterday', 'date_to=2026-02-31'].map((query) =>
        kay.call(`GET /invoices?${query}`),
      ),
    );

    assert.deepEqual(found, [1, 2, 1, 0, 3, 3, 0]);
    for (const { status } of wrong) assert.equal(status, 422);
  });

  it('are listed newest first, page by page, without lines and payments', async () => {
    const kay = await orbitClient(app);
    for (let price = 1; price <= 3; price++) await invoiced(kay, price);

    const { body } = await kay.call('GET /invoices?page=2&per_page=2');

    assert.deepEqual(body.data.pagination, { current_page: 2, per_page: 2, total: 3, last_page: 2 });
    assert.deepEqual(
      (body.data.invoices as { billing_total: number }[]).map(({ billing_total }) => billing_total),
      [1],
    );
    assert.ok(!('line_items' in body.data.invoices[0]) && !('payments' in body.data.invoices[0]));
  });
});
