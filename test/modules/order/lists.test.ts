import assert from 'node:assert/strict';
import { orderService } from '#modules/order/contract';
import { admin, client, useApp } from '../../support/app.ts';
import { buildCounter, buildLever, checkOut, order, type SeenOrder } from '../../support/build/order.ts';
import { buildClient, tokenOf } from '../../support/build/sale.ts';

interface Listed {
  readonly total: number;
  readonly pages: number;
  readonly list: readonly SeenOrder[];
}

describe('a list of orders', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  const list = (filter: object = {}) => app.call<Listed>(admin, 'order/get_list', filter);
  const titles = async (filter: object) => (await list(filter)).list.map(({ title }) => title);

  it('takes several ids', async () => {
    const [a, , c] = [await order(app), await order(app), await order(app)];

    const { total, list: rows } = await list({ ids: [a, c, 4711] });

    assert.deepEqual([total, rows.map(({ id }) => id)], [2, [c, a]]);
  });

  it('takes several meta at once, each by its beginning, and counts an order once', async () => {
    await order(app, { title: 'both', meta: { ref: 'AX-1', team: 'blue', more: 'x' } });
    await order(app, { title: 'one', meta: { ref: 'AX-2', team: 'red' } });

    assert.deepEqual(await titles({ meta: { ref: 'AX', team: 'bl' } }), ['both']);
    assert.equal((await list({ meta: { ref: 'AX' } })).total, 2);
    assert.equal((await list({ per_page: 1 })).pages, 2);
    assert.deepEqual(await titles({ meta: { ref: "'; drop table client_order; --" } }), []);
  });

  it('does not find by what is internal to the engine', async () => {
    const product = await buildLever(app, { stock_control: 1, quantity_in_stock: 3 });
    await checkOut(app, [product]);

    const [row] = (await list()).list;

    assert.deepEqual(row?.meta, []);
  });

  it('shows add-ons when the settings say so', async () => {
    const product = await buildLever(app);
    await checkOut(app, [product, product]);
    assert.equal((await list({ hide_addons: 0 })).total, 1);

    await app.call(admin, 'extension/config_save', { ext: 'mod_order', show_addons: 1 });

    assert.equal((await list()).total, 2);
  });

  it('knows the day an order was made on', async () => {
    await order(app, { title: 'late', created_at: '2024-02-29 23:59:59' });
    await order(app, { title: 'next', created_at: '2024-03-01 00:00:00' });

    assert.deepEqual(await titles({ created_at: '2024-02-29 10:00' }), ['late']);
    assert.deepEqual(await titles({ date_from: '2024-03-01', date_to: '2024-03-02' }), ['next']);
  });

  it('ignores what is empty', async () => {
    await order(app);

    assert.equal((await list({ id: '', status: '', title: '', meta: [], ids: [], search: ' ' })).total, 1);
  });

  it('of a client shows what is about to be invoiced, and nothing else of others', async () => {
    app.clock.set('2025-06-01T10:00:00Z');
    const mine = await buildClient(app);
    const due = { activate: 1, period: '1W', price: 1, invoice_option: 'issue-invoice', client_id: mine };
    await order(app, { ...due, title: 'soon' });
    await order(app, { ...due, title: 'later', period: '1M' });
    await order(app, { ...due, title: 'by hand', invoice_option: 'no-invoice' });
    await order(app, { ...due, title: 'not mine', client_id: await buildClient(app) });
    await app.app.database.knex('client_order').update({ unpaid_invoice_id: null });
    const me = client(await tokenOf(app, mine));

    const expiring = async () =>
      (await app.call<Listed>(me, 'order/get_list', { expiring: '1', title: 'x' })).list.map(({ title }) => title);

    assert.deepEqual(await expiring(), ['soon']);
    app.clock.set('2025-06-17T23:00:00Z');
    assert.deepEqual(await expiring(), ['later', 'soon']);
  });

  it('for renewals goes on where it stopped', async () => {
    app.plantsFaults();
    const ids = [];
    for (let count = 0; count < 3; count++)
      ids.push(await order(app, { activate: 1, period: '1M', price: 1, invoice_option: 'issue-invoice' }));
    const orders = app.app.service(orderService);
    const until = new Date(app.clock.now().getTime() + 60 * 24 * 3600_000);

    const first = await orders.listToRenew(app.system(), { until, afterId: 0, limit: 2 });
    const rest = await orders.listToRenew(app.system(), { until, afterId: first.at(-1)?.id ?? 0, limit: 2 });

    assert.deepEqual(
      [...first, ...rest].map(({ id }) => id),
      ids,
    );
  });
});

describe('a file of orders', () => {
  const app = useApp({ modules: buildCounter().modules });
  const file = async (headers?: readonly string[]) => {
    const { token = '' } = admin;
    const { text, headers: sent } = await app
      .request('post', '/api/admin/order/export_csv')
      .auth('admin', token)
      .send(headers === undefined ? {} : { headers });
    return { text, sent: sent as Record<string, string> };
  };

  it('has the usual columns of all orders, as an attachment', async () => {
    await order(app, { title: 'One', quantity: 2, price: '1.5' });

    const { text, sent } = await file();

    const [head, row] = text.split('\n');
    assert.equal(
      head,
      'id,client_id,product_id,title,currency,service_type,period,quantity,price,discount,status,reason,notes',
    );
    assert.match(row ?? '', /,One,USD,lever,,2,1\.50,,pending_setup,,$/);
    assert.match(sent['content-type'] ?? '', /^text\/csv/);
    assert.match(sent['content-disposition'] ?? '', /attachment.*orders\.csv/);
  });

  it('has the columns that were asked for, never the configuration nor unknown ones', async () => {
    await order(app, { title: 'One', config: { password: 'hidden' } });

    const { text } = await file(['title', 'config', 'title', 'constructor', '__proto__', 'group_master']);

    assert.equal(text, 'title,group_master\nOne,1\n');
  });

  for (const [what, title, cell] of [
    ['a formula', '=1+cmd|"/c calc"!A1', `"'=1+cmd|""/c calc""!A1"`],
    ['a sum', '+1', `'+1`],
    ['a difference', '-1', `'-1`],
    ['a function', '@SUM(A1)', `'@SUM(A1)`],
    ['a hidden formula', '\t=1', `'\t=1`],
    ['a line break and a comma', 'a\nb,c', '"a\nb,c"'],
    ['what looks like the end of the file', 'a"\n"b', '"a""\n""b"'],
  ] as const) {
    it(`makes ${what} plain text`, async () => {
      await order(app, { title });

      assert.equal((await file(['title'])).text, `title\n${cell}\n`);
    });
  }

  it('has every order, in more than one piece', async () => {
    const id = await order(app);
    const knex = app.app.database.knex;
    const [row] = (await knex('client_order').where({ id })) as Record<string, unknown>[];
    const { id: _, ...copy } = row ?? {};
    for (let at = 0; at < 1200; at += 50) await knex('client_order').insert(Array.from({ length: 50 }, () => copy));

    assert.equal((await file(['id'])).text.trim().split('\n').length, 1202);
  });
});
