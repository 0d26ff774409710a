import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { DAY } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { buildShopper, monthly, once } from '../../support/build/cart.ts';
import { addFunds, buildInvoice, buildPayer, pay } from '../../support/build/invoice.ts';
import { buildProduct } from '../../support/build/sale.ts';

/** A line of the ledger as it stands in the database. */
interface Told {
  readonly orders: number[];
  readonly invoices: number[];
  readonly clientId: number;
}

describe('the doctor of the shop', function () {
  this.timeout(20_000);
  const app = useApp({ install: ['serviceapikey'] });
  const db = (): Knex => app.app.database.knex;
  const findings = (): Promise<string[]> => app.app.examine();
  const invoices = async (): Promise<number[]> =>
    ((await db()('invoice').orderBy('id').select('id')) as { id: number }[]).map(({ id }) => id);

  /** A client buys a key and a licence with a promo, pays, adds funds, and is paid back for a third thing. */
  async function tellStory(): Promise<Told> {
    const key = await buildProduct(app, monthly(10, 5));
    const license = Number(await app.call(admin, 'product/prepare', { title: 'License', type: 'license' }));
    await app.call(admin, 'product/update', { id: license, status: 'enabled', stock_control: 1, quantity_in_stock: 9, ...once(80) }); // prettier-ignore
    await app.call(admin, 'product/promo_create', {
      code: 'TENTH',
      type: 'percentage',
      value: 10,
      active: 1,
      recurring: 1,
    });
    const buyer = await buildShopper(app, { currency: 'USD' });
    await buyer.add(key, { period: '1M', multiple: 1 });
    await buyer.add(license, { multiple: 1 });
    await buyer.call('guest/cart/apply_promo', { promocode: 'TENTH' });
    const { orders } = await buyer.checkout();
    const clientId = buyer.account.id;
    const [first] = await invoices();
    await app.call(admin, 'invoice/mark_as_paid', { id: first, gateway_id: 1, transactionId: 'TX-1', execute: 1 });
    await addFunds(app, clientId, 25);
    app.clock.advance(20 * DAY);
    await app.app.scheduler.run('invoice.invoice-renewals');
    const refunded = await buildInvoice(app, { clientId, items: [{ title: 'Work', price: 30 }] });
    await pay(app, refunded);
    await app.call(admin, 'invoice/refund', { id: refunded });
    await buyer.call('client/invoice/funds_invoice', { amount: 40 });
    await app.settle();
    return { orders: orders.map(Number), invoices: await invoices(), clientId };
  }

  it('finds nothing after a sale, its renewal, a refund and funds', async () => {
    const { orders, invoices: all } = await tellStory();

    assert.equal(orders.length, 2);
    assert.ok(all.length >= 5, `${all.length} invoices`);
    assert.deepEqual(await findings(), []);
  });

  const faults: readonly {
    readonly what: string;
    plant(told: Told): Promise<unknown>;
    expected(told: Told): RegExp;
  }[] = [
    {
      what: 'a paid invoice without money behind it',
      plant: ({ invoices: [id] }) => db()('invoice_payment').where({ invoice_id: id }).del(),
      expected: ({ invoices: [id] }) =>
        new RegExp(`Invoice #${id} is paid, but \\d+ minor units are missing in the ledger`),
    },
    {
      what: 'a number that is missing',
      plant: ({ invoices: [, id] }) => db()('invoice_number').where({ invoice_id: id }).del(),
      expected: () => /The number \S* ?is missing before|The number \S+ is missing before/,
    },
    {
      what: 'a number that was never given out',
      plant: async ({ invoices: all }) => db()('invoice').where({ id: all.at(-1) }).update({ nr: '777' }).then(() => db()('invoice_number').where({ invoice_id: all.at(-1) }).del()), // prettier-ignore
      expected: ({ invoices: all }) =>
        new RegExp(`Invoice #${all.at(-1)} has the number 777, which was never given out`),
    },
    {
      what: 'an invoice that vanished',
      plant: ({ invoices: all }) =>
        db()('invoice')
          .where({ id: all.at(-1) })
          .del(),
      expected: ({ invoices: all }) => new RegExp(`Invoice #${all.at(-1)} with the number \\S+ has vanished`),
    },
    {
      what: 'a number that two invoices have',
      async plant({ invoices: all }) {
        const { nr, serie } = (await db()('invoice').where({ id: all[0] }).first('nr', 'serie')) as {
          nr: string;
          serie: string;
        };
        await db()('invoice')
          .where({ id: all.at(-1) })
          .update({ nr, serie });
      },
      expected: () => /The number \S+ is on more than one invoice/,
    },
    {
      what: 'a line of a balance that takes back too much',
      async plant({ clientId }) {
        const line = (await db()('client_balance').where({ client_id: clientId }).orderBy('id').first('id')) as {
          id: number;
        };
        await app.call(admin, 'client/balance_delete', { id: line.id });
        await db()('client_balance').where({ reversed_id: line.id }).increment('line_amount', -1);
      },
      expected: () => /Balance line #\d+ does not take back exactly the line it names/,
    },
    {
      what: 'an active order that nobody paid for',
      async plant({ invoices: [id] }) {
        await db()('invoice').where({ id }).update({ status: 'canceled' });
      },
      expected: ({ orders: [, id] }) => new RegExp(`Order ${id} is active, but nobody ever paid for it`),
    },
    {
      what: 'a key without its order',
      plant: ({ orders: [id] }) => db()('client_order').where({ id }).del(),
      expected: ({ orders: [id] }) => new RegExp(`API key \\d+ belongs to order ${id}, which does not exist`),
    },
    {
      what: 'an order without its licence',
      plant: ({ orders: [, id] }) => db()('service_license').where({ order_id: id }).del(),
      expected: ({ orders: [, id] }) => new RegExp(`Order ${id} is active, but its license service is not there`),
    },
    {
      what: 'a key that does not follow its order',
      plant: ({ orders: [id] }) => db()('service_apikey').where({ order_id: id }).update({ status: 'canceled' }),
      expected: ({ orders: [id] }) => new RegExp(`API key \\d+ does not follow the status or expiry of order ${id}`),
    },
    {
      what: 'an order that waits for an invoice that is paid',
      plant: ({ orders: [, id], invoices: [paid] }) =>
        db()('client_order').where({ id }).update({ unpaid_invoice_id: paid }),
      expected: ({ orders: [, id], invoices: [paid] }) =>
        new RegExp(`Order ${id} waits for invoice #${paid}, which is not unpaid`),
    },
    {
      what: 'a promo that counts a use too many',
      plant: () => db()('promo').where({ code: 'TENTH' }).increment('used', 1),
      expected: () => /Promo TENTH counts 3 uses, but was redeemed 2 times/,
    },
    {
      what: 'a payment that is over and nowhere booked',
      plant: () =>
        db()('transaction').where({ txn_id: 'TX-1' }).update({ booking: null, type: 'payment', notice: PAYMENT }),
      expected: () => /Transaction #\d+ is processed, but its money is nowhere in the books/,
    },
    {
      what: 'a payment booked as a line that is not there',
      plant: () => db()('transaction').where({ txn_id: 'TX-1' }).update({ booking: 'ledger', balance_line_id: 4711 }),
      expected: () => /Transaction #\d+ is booked as balance line #4711, which is not there/,
    },
    {
      what: 'a line without its cart',
      plant: () => db()('cart_product').insert({ cart_id: 4711, product_id: 1, config: '{}' }),
      expected: () => /Line #\d+ belongs to cart #4711, which does not exist/,
    },
    {
      what: 'stock that an order holds twice',
      plant: ({ orders: [, id] }) =>
        db()('client_order_meta').insert({ client_order_id: id, name: 'stock_reserved_qty', value: '1', created_at: new Date(), updated_at: new Date() }), // prettier-ignore
      expected: ({ orders: [, id] }) =>
        new RegExp(`Order ${id} has taken its stock and still holds what was set aside for it`),
    },
  ];
  for (const { what, plant, expected } of faults) {
    it(`finds ${what}`, async () => {
      app.plantsFaults();
      const told = await tellStory();

      await plant(told);

      const found = await findings();
      assert.ok(
        found.some((finding) => expected(told).test(finding)),
        `${expected(told)} among ${JSON.stringify(found)}`,
      );
    });
  }

  it('lets staff set the counter of a promo', async () => {
    await tellStory();
    const promo = (await db()('promo').where({ code: 'TENTH' }).first('id')) as { id: number };

    await app.call(admin, 'product/promo_update', { id: promo.id, used: 40 });

    assert.deepEqual(await findings(), []);
  });

  it('finds nothing in an invoice whose client is gone', async () => {
    const clientId = await buildPayer(app);
    await pay(app, await buildInvoice(app, { clientId }));

    await app.call(admin, 'client/delete', { id: clientId });

    assert.deepEqual(await findings(), []);
  });
});

const PAYMENT = JSON.stringify({ kind: 'payment', externalId: 'TX-1', status: 'succeeded' });
