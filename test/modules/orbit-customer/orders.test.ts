import assert from 'node:assert/strict';
import { once } from 'node:events';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, buildLicense, buildPlan, orbitClient } from '../../support/build/orbit.ts';
import { buildPromo } from '../../support/build/product.ts';

describe('orders', () => {
  const app = useApp({ install: ['orbit-customer'] });

  async function customer(funds: number, change: object = {}) {
    const kay = await orbitClient(app);
    const plan = await buildPlan(app, { rps: 100 }, change);
    if (funds > 0) await addFunds(app, kay.clientId, funds);
    return { kay, plan };
  }
  const counts = async () => {
    const db = app.app.database.knex;
    const tables = ['client_order', 'invoice', 'service_orbit', 'orbit_purchase'];
    return Promise.all(tables.map(async (table) => (await db(table)).length));
  };

  it('are validated without leaving anything', async () => {
    const { kay, plan } = await customer(5);

    const { status, body } = await kay.call('POST /orders/validate', { product_slug: plan.slug });

    assert.equal(status, 200);
    assert.deepEqual(body.data.pricing, {
      base_price: 10, period_months: 1, period_total: 10, discount_percent: 0, discount_amount: 0, final_price: 10,
    }); // prettier-ignore
    assert.deepEqual([body.data.discount, body.data.user_balance, body.data.can_afford], [null, 5, false]);
    assert.deepEqual(await counts(), [0, 0, 0, 0]);
  });

  for (const [period, months, final, percent] of [
    ['quarterly', 3, 28.5, 5],
    ['semi-annual', 6, 54, 10],
    ['annual', 12, 102, 15],
  ] as const) {
    it(`cost ${percent} per cent less when they are ${period}`, async () => {
      const { kay, plan } = await customer(0);

      const { body } = await kay.call('POST /orders/validate', { plan: plan.slug, period, coupon: '' });

      assert.equal(body.data.billing_period, period);
      assert.deepEqual(body.data.pricing, {
        base_price: 10,
        period_months: months,
        period_total: months * 10,
        discount_percent: percent,
        discount_amount: months * 10 - final,
        final_price: final,
      });
    });
  }

  it('are bought from the balance to the active licence', async () => {
    const { kay, plan } = await customer(30);

    const { status, body } = await kay.call('POST /orders/purchase', {
      product_slug: plan.slug,
      billing_period: 'quarterly',
    });

    assert.equal(status, 201);
    assert.match(body.data.order.reference, /^ORD-[0-9A-Z]{6}$/);
    assert.deepEqual([body.data.order.status, body.data.order.total_amount], ['completed', 28.5]);
    assert.deepEqual(Object.keys(body.data.license), ['key', 'slug', 'status', 'renewal_date']);
    assert.equal(body.data.license.status, 'active');
    assert.match(body.data.invoice.reference, /^[A-Z][A-Z0-9]+$/);
    assert.equal(body.data.new_balance, 1.5);
    const licenses = await kay.call('GET /licenses');
    assert.equal(licenses.body.data.licenses[0].license_key, body.data.license.key);
    const invoice = await kay.call(`GET /invoices/${body.data.invoice.reference}`);
    assert.deepEqual([invoice.body.data.status, invoice.body.data.billing_total], ['paid', 28.5]);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('are bought with exactly the balance, and not with a cent less', async () => {
    const { kay, plan } = await customer(9.99);

    const short = await kay.call('POST /orders', { product_slug: plan.slug });
    const before = [await counts(), (await kay.call('GET /profile/balance')).body.data.balance];
    await addFunds(app, kay.clientId, 0.01);
    const exact = await kay.call('POST /orders', { product_slug: plan.slug });

    assert.deepEqual([short.status, short.body.error], [422, 'insufficient_balance']);
    assert.deepEqual(before, [[0, 0, 0, 0], 9.99]);
    assert.deepEqual([exact.status, exact.body.data.new_balance], [201, 0]);
  });

  it('are bought once by two at once with money for one', async () => {
    const { kay, plan } = await customer(10);

    const answers = await Promise.all(
      [1, 2, 3].map(() => kay.call('POST /orders/purchase', { product_slug: plan.slug })),
    );

    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422, 422]);
    assert.deepEqual(await counts(), [1, 1, 1, 1]);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 0);
    const { body } = await kay.call('GET /topup/history');
    assert.deepEqual(
      (body.data.history as { type: string; amount: number }[]).map(({ type, amount }) => [type, amount]),
      [['deduction', 10], ['credit', 10]],
    ); // prettier-ignore
    assert.deepEqual(await app.app.examine(), []);
  });

  it('are bought once by two processes at once with money for one', async () => {
    const { kay, plan } = await customer(10);
    await app.together(async (other) => {
      other.server.listen(0, '127.0.0.1');
      await once(other.server, 'listening');
      const { port } = other.server.address() as { port: number };
      const elsewhere = () =>
        fetch(`http://127.0.0.1:${port}/customer/v2/orders/purchase`, {
          method: 'POST',
          headers: { 'x-orbit-key': kay.key, 'content-type': 'application/json' },
          body: JSON.stringify({ product_slug: plan.slug }),
        });

      const answers = await Promise.all([kay.call('POST /orders/purchase', { product_slug: plan.slug }), elsewhere()]);

      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422]);
      other.server.closeAllConnections();
      other.server.close();
    });
    assert.deepEqual(await counts(), [1, 1, 1, 1]);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('that cannot be activated are undone, and it is our fault', async () => {
    const { kay, plan } = await customer(10);
    await app.app.database.knex.schema.alterTable('service_orbit', (table) => table.renameColumn('slug', 'slag'));

    const { status, body } = await kay.call('POST /orders/purchase', { product_slug: plan.slug });

    await app.app.database.knex.schema.alterTable('service_orbit', (table) => table.renameColumn('slag', 'slug'));
    assert.deepEqual([status, body.error], [500, 'internal_error']);
    assert.deepEqual(await counts(), [0, 0, 0, 0]);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 10);
  });

  it('refuse plans and periods that are not sold', async () => {
    const { kay, plan } = await customer(10);
    const hidden = await buildPlan(app, {}, { hidden: 1 });
    const disabled = await buildPlan(app, {}, { status: 'disabled' });
    const empty = await buildPlan(app, {}, { stock_control: 1, quantity_in_stock: 0 });
    const validate = (body: object) => kay.call('POST /orders/validate', body);
    await app.call(admin, 'product/update', {
      id: plan.id,
      pricing: { type: 'recurrent', recurrent: { '1Y': { price: 10, setup: 0, enabled: 0 } } },
    });

    const slugs = ['nothing', hidden.slug, disabled.slug, empty.slug, ''];
    const plans = await Promise.all(slugs.map((product_slug) => validate({ product_slug })));
    const period = await validate({ product_slug: plan.slug, billing_period: 'weekly' });
    const unsold = await validate({ product_slug: plan.slug, billing_period: 'annual' });
    const both = await validate({ product_slug: 'nothing', discount_code: 'nothing' });

    for (const [index, { status, body }] of plans.entries())
      assert.deepEqual([status, Object.keys(body.errors)], [422, ['product_slug']], slugs[index]);
    for (const { status, body } of [period, unsold])
      assert.deepEqual([status, Object.keys(body.errors)], [422, ['billing_period']]);
    assert.deepEqual(Object.keys(both.body.errors).sort(), ['discount_code', 'product_slug']);
  });

  it('take a coupon, once, as validated', async () => {
    const { kay, plan } = await customer(20);
    await buildPromo(app, { code: 'TEN', once_per_client: true });
    const body = { product_slug: plan.slug, discount_code: 'ten' };

    const offer = await kay.call('POST /orders/validate', body);
    const bought = await kay.call('POST /orders/purchase', body);
    const again = await kay.call('POST /orders/validate', body);
    const invoice = await kay.call(`GET /invoices/${bought.body.data.invoice.reference}`);

    assert.deepEqual(offer.body.data.discount, { code: 'TEN', type: 'percentage', value: 10, amount: 1 });
    assert.deepEqual([offer.body.data.pricing.final_price, offer.body.data.pricing.discount_percent], [9, 10]);
    assert.equal(bought.body.data.order.total_amount, offer.body.data.total_due);
    assert.equal(bought.body.data.new_balance, 11);
    assert.deepEqual([again.status, Object.keys(again.body.errors)], [422, ['discount_code']]);
    const { discount_code, discount_amount, billing_subtotal } = invoice.body.data;
    assert.deepEqual([discount_code, discount_amount, billing_subtotal], ['TEN', 1, 9]);
  });

  it('refuse coupons that are unknown, inactive, over, for other products or periods', async () => {
    const { kay, plan } = await customer(20);
    await buildPromo(app, { code: 'OFF', active: false });
    await buildPromo(app, { code: 'OTHER', products: [999] });
    await buildPromo(app, { code: 'YEARLY', periods: ['1Y'] });
    await buildPromo(app, { code: 'OVER', end_at: '2020-01-01' });

    const answers = await Promise.all(
      ['NOTHING', 'OFF', 'OTHER', 'YEARLY', 'OVER'].map((discount_code) =>
        kay.call('POST /orders/validate', { product_slug: plan.slug, discount_code }),
      ),
    );

    for (const { status, body } of answers)
      assert.deepEqual([status, Object.keys(body.errors)], [422, ['discount_code']]);
  });

  it('count setup fee and tax into what is due', async () => {
    const { kay, plan } = await customer(100);
    await app.call(admin, 'product/update', {
      id: plan.id,
      pricing: { type: 'recurrent', recurrent: { '1M': { price: 10, setup: 5, enabled: 1 } } },
    });
    await app.call(admin, 'system/update_params', { tax_enabled: 1 });
    await app.call(admin, 'invoice/tax_create', { name: 'VAT', taxrate: 19 });

    const { body } = await kay.call('POST /orders/validate', { product_slug: plan.slug });
    const bought = await kay.call('POST /orders/purchase', { product_slug: plan.slug });

    const { setup_fee, tax, total_due, pricing } = body.data;
    assert.deepEqual([setup_fee, tax, total_due, pricing.final_price], [5, 2.85, 17.85, 10]);
    assert.deepEqual([bought.body.data.order.total_amount, bought.body.data.new_balance], [17.85, 82.15]);
  });

  it('are listed and found by their reference, each their own', async () => {
    const { kay, plan } = await customer(40);
    const eve = await orbitClient(app);
    const { body: bought } = await kay.call('POST /orders/purchase', { product_slug: plan.slug });
    await buildLicense(app, kay.clientId, { plan: plan.id, activate: 0 });
    const reference = bought.data.order.reference as string;

    const listed = await kay.call('GET /orders?per_page=1');
    const pending = await kay.call('GET /orders?status=pending');
    const paid = await kay.call('GET /orders?payment_status=paid');
    const one = await kay.call(`GET /orders/${reference.toLowerCase()}`);
    const foreign = await eve.call(`GET /orders/${reference}`);
    const wrong = await kay.call('GET /orders?status=sold');

    assert.deepEqual(listed.body.data.pagination, { current_page: 1, per_page: 1, total: 2, last_page: 2 });
    assert.deepEqual([pending.body.data.orders.length, pending.body.data.orders[0].license?.key ?? ''], [1, '']);
    assert.deepEqual(paid.body.data.orders, [one.body.data]);
    const { status, payment_status, payment_method, billing_period, pricing_breakdown, invoice } = one.body.data;
    assert.deepEqual(
      [status, payment_status, payment_method, billing_period, pricing_breakdown.final_price, invoice.status],
      ['completed', 'paid', 'balance', 'monthly', 10, 'paid'],
    );
    assert.deepEqual([foreign.status, wrong.status], [404, 422]);
  });

  it('are of plans that can be looked at', async () => {
    const { kay, plan } = await customer(0);
    await buildPlan(app, {}, { hidden: 1 });

    const all = await kay.call('GET /rpc-plans');
    const one = await kay.call(`GET /rpc-plans/${plan.slug}`);
    const none = await kay.call('GET /rpc-plans/nothing');

    assert.deepEqual(
      (all.body.data.plans as { slug: string }[]).map(({ slug }) => slug),
      [plan.slug],
    );
    const { plan: inner, ...fields } = one.body.data as Record<string, unknown>;
    assert.deepEqual(inner, fields);
    assert.deepEqual(fields['features'], { rps: 100 });
    assert.deepEqual(Object.keys(fields['pricing'] as object), ['monthly', 'quarterly', 'semi-annual', 'annual']);
    assert.equal(none.status, 404);
  });

  it('are renewed from the balance unless their owner turned that off', async () => {
    const { kay, plan } = await customer(50);
    for (let count = 0; count < 2; count++) await kay.call('POST /orders/purchase', { product_slug: plan.slug });
    await kay.call('PATCH /licenses/~1/auto-renewal', { enabled: false });
    app.clock.advance(29 * 86_400_000);

    await app.call(admin, 'invoice/batch_generate');

    const { body } = await kay.call('GET /licenses');
    const [renewed, held] = body.data.licenses as { renewal_date: string }[];
    assert.ok((renewed?.renewal_date ?? '') > (held?.renewal_date ?? ''));
    const invoices = await kay.call('GET /invoices?type=renewal');
    assert.deepEqual([invoices.body.data.invoices.length, invoices.body.data.invoices[0].type], [1, 'renewal']);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 20);
  });
});
