import assert from 'node:assert/strict';
import { admin, client, useApp } from '../../support/app.ts';
import { addFunds, balanceOf, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';
import { buildProduct, tokenOf } from '../../support/build/sale.ts';

describe('renewal invoices', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const generate = () => app.call(admin, 'invoice/batch_generate');
  const count = async (order_id?: number) =>
    (await app.call<{ total: number }>(admin, 'invoice/get_list', { order_id })).total;

  async function buildOrder(fields: object = {}): Promise<{ clientId: number; orderId: number }> {
    const clientId = await buildPayer(app);
    const product_id = await buildProduct(app);
    const order = { client_id: clientId, product_id, period: '1M', price: 10, activate: 1 };
    const orderId = await app.call<number>(admin, 'order/create', order);
    await app.call(admin, 'order/update', { id: orderId, invoice_option: 'issue-invoice', ...fields });
    return { clientId, orderId };
  }

  it('are made from fourteen calendar days before the end', async () => {
    app.clock.set('2030-03-06T00:05:00Z');
    const soon = await buildOrder({ expires_at: '2030-03-20 23:00:00' });
    const later = await buildOrder({ expires_at: '2030-03-21 00:00:00' });

    await generate();

    assert.deepEqual([await count(soon.orderId), await count(later.orderId)], [1, 0]);
    const { list } = await app.call<{ list: { id: number }[] }>(admin, 'invoice/get_list', { order_id: soon.orderId });
    const { due_at, approved, total } = await invoiceOf(app, Number(list[0]?.id));
    assert.deepEqual([due_at, approved, total], ['2030-03-20 23:00:00', true, 10]);
  });

  it('are made once, also by two processes at the same moment', async () => {
    app.clock.set('2030-03-06T00:05:00Z');
    const orders = await Promise.all([1, 2, 3].map(() => buildOrder({ expires_at: '2030-03-10 00:00:00' })));

    await app.together((other) => {
      const job = (app_: typeof other) => app_.scheduler.run('invoice.invoice-renewals');
      return Promise.all([generate(), generate(), job(other)]);
    });

    for (const { orderId } of orders) assert.equal(await count(orderId), 1);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('are not made again while the paid one waits for its turn', async () => {
    app.clock.set('2030-03-06T00:05:00Z');
    const { orderId } = await buildOrder({ expires_at: '2030-03-10 00:00:00' });
    await generate();
    const { list } = await app.call<{ list: { id: number }[] }>(admin, 'invoice/get_list', { order_id: orderId });
    await pay(app, Number(list[0]?.id));

    await generate();

    assert.equal(await count(orderId), 1);
  });

  it('are made once, and paid from the balance once, by two processes at the same moment', async () => {
    app.clock.set('2030-03-06T00:05:00Z');
    const orders = await Promise.all([1, 2].map(() => buildOrder({ expires_at: '2030-03-10 00:00:00' })));
    for (const { clientId } of orders) await addFunds(app, clientId, 100);
    app.clock.advance(1000); // who lists the orders sees by their time that they changed

    await app.together((other) => {
      const job = (app_: typeof other) => app_.scheduler.run('invoice.invoice-renewals');
      return Promise.all([generate(), job(other), generate()]);
    });

    for (const { clientId, orderId } of orders) {
      assert.equal(await count(orderId), 1);
      assert.equal(await balanceOf(app, clientId), 90);
    }
    assert.deepEqual(await app.app.examine(), []);
  });

  it('that cannot be made do not stop the others, and leave no hole in the numbers', async () => {
    app.clock.set('2030-03-06T00:05:00Z');
    const orders = [];
    for (let each = 0; each < 3; each++) orders.push(await buildOrder({ expires_at: '2030-03-10 00:00:00' }));
    const [, lost] = orders;
    await app.app.database.knex('client_order').where({ id: lost?.orderId }).update({ currency: 'XYZ' });

    await generate();

    assert.deepEqual(await Promise.all(orders.map(({ orderId }) => count(orderId))), [1, 0, 1]);
    assert.deepEqual(await app.app.examine(), []);
  });

  describe('cost few queries', () => {
    interface Query {
      readonly sql: string;
      readonly __knexTxId?: string;
    }

    /** The statements of each transaction that made an invoice. */
    async function trace(work: () => Promise<unknown>): Promise<string[][]> {
      const found = new Map<string, string[]>();
      const add = ({ sql, __knexTxId: id }: Query): void => {
        if (id !== undefined) found.set(id, [...(found.get(id) ?? []), sql]);
      };
      const { knex } = app.app.database;
      knex.on('query', add);
      await work();
      knex.removeListener('query', add);
      return [...found.values()].filter((all) => all.some((sql) => /^insert into .invoice. /.test(sql)));
    }

    it('as many for each, and no more than fifteen', async () => {
      app.clock.set('2030-03-06T00:05:00Z');
      for (let each = 0; each < 4; each++) await buildOrder({ expires_at: '2030-03-10 00:00:00' });

      const made = await trace(generate);

      assert.equal(made.length, 4);
      for (const all of made.slice(1)) assert.ok(all.length <= 15, all.join('\n'));
    });

    it('and lock the client, then the order, and the number last', async () => {
      app.clock.set('2030-03-06T00:05:00Z');
      await buildOrder({ expires_at: '2030-03-10 00:00:00' });

      const [made = []] = await trace(generate);

      const at = (table: string): number => made.findIndex((sql) => new RegExp(`from .${table}. where`).test(sql));
      const number = made.findIndex((sql) => /from .setting. where .owner. = \? and .name. = \?/.test(sql));
      assert.ok(at('client') >= 0 && at('client') < at('client_order'), made.join('\n'));
      assert.ok(at('client_order') < number, made.join('\n'));
    });
  });

  it('are one and the same for staff and client', async () => {
    const { clientId, orderId } = await buildOrder();
    const id = Number(await app.call(admin, 'invoice/renewal_invoice', { id: orderId }));

    const hash = await app.call(client(await tokenOf(app, clientId)), 'invoice/renewal_invoice', { order_id: orderId });

    assert.equal(hash, (await invoiceOf(app, id)).hash);
    assert.equal(await count(orderId), 1);
  });

  it('of another client do not exist', async () => {
    const { orderId } = await buildOrder();
    const stranger = client(await tokenOf(app, await buildPayer(app)));

    const { message } = await app.refusal(stranger, 'invoice/renewal_invoice', { order_id: orderId });

    assert.equal(message, 'Order not found');
    assert.equal(await count(orderId), 0);
  });
});
