import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildClient, buildProduct } from '../../support/build/sale.ts';
import { shop } from './shop.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

describe('admin/stats', () => {
  const app = useApp({ modules: [...shop] });
  const at = (time: string) => app.clock.set(time);
  const order = (client: number, product: number, fields: object = {}): Promise<number> =>
    app.call(admin, 'order/create', { client_id: client, product_id: product, ...fields });

  it('counts what is new', async () => {
    for (const time of [
      '2027-02-10T12:00:00Z',
      '2027-03-01T00:00:00Z',
      '2027-03-14T23:59:59Z',
      '2027-03-15T00:00:00Z',
    ]) {
      at(time);
      await buildClient(app);
    }
    const client = await buildClient(app);
    await order(client, await buildProduct(app));
    at('2027-03-15T18:00:00Z');

    const summary = await app.call<Record<string, number>>(admin, 'stats/get_summary');

    assert.equal(Object.keys(summary).length, 20);
    const of = (kind: string) =>
      ['total', 'today', 'yesterday', 'this_month', 'last_month'].map((when) => summary[`${kind}_${when}`]);
    assert.deepEqual(of('clients'), [5, 2, 1, 4, 1]);
    assert.deepEqual(of('orders'), [1, 1, 0, 1, 0]);
    assert.deepEqual(of('invoices'), [0, 0, 0, 0, 0]);
    assert.deepEqual(of('tickets'), [0, 0, 0, 0, 0]);
  });

  it('counts orders by status, without add-ons', async () => {
    const client = await buildClient(app);
    const product = await buildProduct(app);
    await order(client, product);
    await order(client, product, { activate: 1 });

    const statuses = await app.call(admin, 'stats/get_orders_statuses');

    assert.deepEqual(statuses, {
      pending_setup: 1,
      failed_setup: 0,
      failed_renew: 0,
      active: 1,
      suspended: 0,
      canceled: 0,
    });
  });

  it('lists products by their active orders', async () => {
    const client = await buildClient(app);
    const [few, many, none] = [await buildProduct(app), await buildProduct(app), await buildProduct(app)];
    await order(client, few, { activate: 1 });
    for (let i = 0; i < 2; i++) await order(client, many, { activate: 1 });
    await order(client, none);

    const summary = await app.call<{ id: number; orders: number }[]>(admin, 'stats/get_product_summary');

    assert.deepEqual(
      summary.map(({ id, orders }) => [id, orders]),
      [[many, 2], [few, 1]],
    ); // prettier-ignore
  });

  it('counts sales by title in a time', async () => {
    const client = await buildClient(app);
    const product = await buildProduct(app);
    for (const created_at of ['2027-01-31', '2027-02-01', '2027-02-28', '2027-03-01'])
      await order(client, product, { title: 'Key', created_at });
    await order(client, product, { title: '__proto__', created_at: '2027-02-03' });

    const sales = await app.call<object>(admin, 'stats/get_product_sales', {
      date_from: '2027-02-01',
      date_to: '2027-03-01',
    });

    assert.deepEqual(Object.entries(sales), [['Key', 2], ['__proto__', 1]]); // prettier-ignore
  });

  it('ranks the countries of clients', async () => {
    for (const country of ['FI', 'FI', 'TR', undefined, 'TR', 'FI']) await buildClient(app, country ? { country } : {});

    assert.deepEqual(await app.call(admin, 'stats/client_countries'), { FI: 3, TR: 2, '': 1 });
    assert.deepEqual(await app.call(admin, 'stats/client_countries', { limit: '1' }), { FI: 3 });
    assert.deepEqual(await app.call(admin, 'stats/sales_countries'), []);
  });

  it('knows of no income where nothing is invoiced', async () => {
    const nothing = { total: '0.00', today: '0.00', yesterday: '0.00', this_month: '0.00', last_month: '0.00' };

    assert.deepEqual(await app.call(admin, 'stats/get_summary_income'), nothing);
    assert.deepEqual(await app.call(admin, 'stats/get_income_vs_refunds'), { refund: '0.00', income: '0.00' });
  });

  it('answers with the same number of queries however much there is', async () => {
    const count = async (): Promise<number> => {
      let queries = 0;
      const listen = () => queries++;
      app.app.database.knex.on('query', listen);
      await app.call(admin, 'stats/get_summary');
      await app.call(admin, 'stats/get_product_summary');
      await app.call(admin, 'stats/get_orders');
      app.app.database.knex.removeListener('query', listen);
      return queries;
    };
    const client = await buildClient(app);
    await order(client, await buildProduct(app), { activate: 1 });
    const before = await count();
    for (let i = 0; i < 3; i++) await order(client, await buildProduct(app), { activate: 1 });

    assert.equal(await count(), before);
  });
});

describe('admin/stats: who may see it', () => {
  const app = useApp({ modules: [keepers, ...shop.filter(({ name }) => !['staff', 'profile'].includes(name))] });

  it('is for staff with the permission', async () => {
    const calls = ['get_summary', 'get_summary_income', 'get_orders_statuses', 'get_product_summary', 'get_product_sales',
      'get_income_vs_refunds', 'get_refunds', 'get_income', 'get_orders', 'get_clients', 'get_invoices', 'get_tickets',
      'client_countries', 'sales_countries']; // prettier-ignore

    for (const call of calls) {
      assert.match((await app.refusal(keeperOf({ stats: [] }), `stats/${call}`)).message, /"stats\.view"/);
      assert.equal((await app.refusal({ role: 'admin' }, `stats/${call}`)).status, 401);
    }
  });
});
