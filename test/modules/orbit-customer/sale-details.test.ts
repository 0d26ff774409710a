import assert from 'node:assert/strict';
import { DAY } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, buildLicense, buildPlan, orbitClient, type OrbitClient } from '../../support/build/orbit.ts';
import { buildPromo } from '../../support/build/product.ts';

type Amounts = Readonly<Record<'billing_subtotal' | 'billing_tax' | 'billing_total' | 'billing_balance', number>>;

describe('what orders and invoices tell', () => {
  const app = useApp({ install: ['orbit-customer'] });

  async function customer(funds: number) {
    const kay = await orbitClient(app);
    const plan = await buildPlan(app);
    if (funds > 0) await addFunds(app, kay.clientId, funds);
    return { kay, plan };
  }
  const invoiced = async (kay: OrbitClient, price: number): Promise<number> => {
    const items = [{ title: 'Work', price, quantity: 1 }];
    return Number(await app.call(admin, 'invoice/prepare', { client_id: kay.clientId, items, approve: true }));
  };

  it('is the licence on the invoice of its purchase, and sums that fit together', async () => {
    const { kay, plan } = await customer(100);
    await app.call(admin, 'system/update_params', { tax_enabled: 1 });
    await app.call(admin, 'invoice/tax_create', { name: 'VAT', taxrate: 19 });
    await buildPromo(app, { code: 'TEN' });
    const { body: bought } = await kay.call('POST /orders', { plan: plan.slug, period: 'quarterly', coupon: 'TEN' });

    const { data } = (await kay.call(`GET /invoices/${bought.data.invoice.reference}`)).body;

    const { key } = bought.data.license as { key: string };
    const [product] = (await kay.call('GET /licenses')).body.data.licenses as { product_name: string }[];
    assert.deepEqual(data.licenses, [{ license_key: key, product_name: product?.product_name }]);
    const lines = data.line_items as { total: number; period: string | null; license_key: string | null }[];
    assert.deepEqual(
      lines.map(({ license_key, period }) => [license_key, period]),
      [[key, '3M'], [null, null]],
    ); // prettier-ignore
    const amounts = data as Amounts;
    const paid = (data.payments as { amount: number }[]).reduce((sum, { amount }) => sum + amount, 0);
    assert.equal(amounts.billing_subtotal, 25.65);
    assert.equal(lines.reduce((sum, { total }) => sum + total, 0).toFixed(2), '25.65');
    assert.equal((amounts.billing_subtotal + amounts.billing_tax).toFixed(2), amounts.billing_total.toFixed(2));
    assert.equal(paid + amounts.billing_balance, amounts.billing_total);
    assert.equal(amounts.billing_total, bought.data.order.total_amount);
  });

  it('is one reference for life, although the printed number changes its series when it is paid', async () => {
    await app.call(admin, 'system/update_params', { invoice_series: 'OPEN-', invoice_series_paid: 'PAID-' });
    const { kay } = await customer(10);
    const id = await invoiced(kay, 10);
    const printed = async () => (await app.call<{ serie_nr: string }>(admin, 'invoice/get', { id })).serie_nr;
    const before = [(await kay.call(`GET /invoices/${id}`)).body.data.reference as string, await printed()];
    await kay.call(`POST /invoices/${before[0]}/pay`);

    const { status, body } = await kay.call(`GET /invoices/${before[0]}`);

    assert.deepEqual([status, body.data.reference, body.data.status], [200, before[0], 'paid']);
    assert.notEqual(await printed(), before[1]);
    assert.match(before[0] ?? '', /^[A-Z]+[A-Z0-9]+$/);
    const { data } = (await kay.call('GET /topup/history?type=deduction')).body;
    assert.equal(data.history[0].invoice_reference, before[0]);
  });

  it('is that an invoice is overdue beside its status, and not once it is paid', async () => {
    const { kay } = await customer(10);
    const id = await invoiced(kay, 10);
    const seen = async () => {
      const { status, is_overdue } = (await kay.call(`GET /invoices/${id}`)).body.data as Record<string, unknown>;
      return [status, is_overdue];
    };
    const before = await seen();
    app.clock.advance(90 * DAY);
    const late = await seen();
    await kay.call(`POST /invoices/${id}/pay`);

    assert.deepEqual([before, late, await seen()], [['unpaid', false], ['unpaid', true], ['paid', false]]); // prettier-ignore
  });

  it('is that of the order while its licence is suspended, and that it was canceled', async () => {
    const { kay, plan } = await customer(0);
    const [held, gone] = [
      await buildLicense(app, kay.clientId, { plan: plan.id }),
      await buildLicense(app, kay.clientId, { plan: plan.id }),
    ];
    await app.call(admin, 'order/suspend', { id: held.orderId });
    await app.call(admin, 'order/cancel', { id: gone.orderId });

    const { data } = (await kay.call('GET /orders')).body;

    assert.deepEqual(
      (data.orders as { status: string; license: { status: string } }[]).map(({ status, license }) => [
        status,
        license.status,
      ]),
      [
        ['canceled', 'canceled'],
        ['completed', 'suspended'],
      ],
    );
    for (const [status, total] of [
      ['completed', 1],
      ['canceled', 1],
      ['failed', 0],
    ] as const)
      // prettier-ignore
      assert.equal((await kay.call(`GET /orders?status=${status}`)).body.data.pagination.total, total, status);
  });

  it('is what a coupon over a sum takes off', async () => {
    const { kay, plan } = await customer(20);
    await buildPromo(app, { code: 'THREE', type: 'absolute', value: 3 });
    const wanted = { product_slug: plan.slug, discount_code: 'THREE' };

    const { data } = (await kay.call('POST /orders/validate', wanted)).body;
    const bought = await kay.call('POST /orders/purchase', wanted);

    assert.deepEqual(data.discount, { code: 'THREE', type: 'absolute', value: 3, amount: 3 });
    assert.deepEqual([data.pricing.final_price, data.pricing.discount_percent], [7, 30]);
    assert.deepEqual([bought.body.data.order.total_amount, bought.body.data.new_balance], [7, 13]);
  });

  it('is nothing of a coupon that is used up, or is for trials', async () => {
    const { kay, plan } = await customer(20);
    const eve = await orbitClient(app);
    await addFunds(app, eve.clientId, 20);
    await buildPromo(app, { code: 'ONCE', maxuses: 1 });
    await buildPromo(app, { code: 'TRIAL', type: 'trial', value: 7 });
    const first = await eve.call('POST /orders', { product_slug: plan.slug, discount_code: 'ONCE' });

    const refused = [
      await kay.call('POST /orders/validate', { product_slug: plan.slug, discount_code: 'ONCE' }),
      await kay.call('POST /orders', { product_slug: plan.slug, discount_code: 'ONCE' }),
      await kay.call('POST /orders', { product_slug: plan.slug, discount_code: 'TRIAL' }),
    ];

    assert.equal(first.status, 201);
    for (const { status, body } of refused)
      assert.deepEqual([status, Object.keys(body.errors)], [422, ['discount_code']]);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 20);
  });

  it('is one use of a coupon for two who take the last one at once', async () => {
    const { kay, plan } = await customer(20);
    const eve = await orbitClient(app);
    await addFunds(app, eve.clientId, 20);
    await buildPromo(app, { code: 'LAST', maxuses: 1 });
    const wanted = { product_slug: plan.slug, discount_code: 'LAST' };

    const answers = await Promise.all([kay, eve].map((who) => who.call('POST /orders', wanted)));

    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 422]);
    const loser = answers[0]?.status === 422 ? 0 : 1;
    assert.deepEqual(Object.keys(answers[loser]?.body.errors as object), ['discount_code']);
    const balances = await Promise.all([kay, eve].map((who) => who.call('GET /profile/balance')));
    assert.deepEqual(balances.map(({ body }) => body.data.balance as number).toSorted(), [11, 20]);
  });

  const queriesOf = async (work: () => Promise<unknown>): Promise<number> => {
    const { knex } = app.app.database;
    let count = 0;
    const note = () => void count++;
    knex.on('query', note);
    await work();
    knex.removeListener('query', note);
    return count;
  };

  it('takes the same number of queries for six plans as for two', async () => {
    const kay = await orbitClient(app);
    const plans = async () => ((await kay.call('GET /rpc-plans')).body.data.plans as unknown[]).length;
    const queries = async (wanted: number): Promise<number> => {
      while ((await plans()) < wanted) await buildPlan(app);
      return queriesOf(async () => assert.equal(await plans(), wanted));
    };

    const [few, many] = [await queries(2), await queries(6)];

    assert.equal(many, few);
  });

  it('takes the same number of queries for invoices with four coupons as with one', async () => {
    const { kay, plan } = await customer(100);
    const buy = async (coupon: string) => {
      await buildPromo(app, { code: coupon });
      assert.equal((await kay.call('POST /orders', { plan: plan.slug, coupon })).status, 201);
    };
    const codes = async () =>
      ((await kay.call('GET /invoices')).body.data.invoices as { discount_code: string | null }[]).map(
        ({ discount_code }) => discount_code,
      );
    await buy('A');
    const few = await queriesOf(codes);
    for (const coupon of ['B', 'C', 'D']) await buy(coupon);

    const many = await queriesOf(codes);

    assert.equal(many, few);
    assert.deepEqual(await codes(), ['D', 'C', 'B', 'A']);
  });
});
