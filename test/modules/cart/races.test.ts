import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildShopper, once, shopper, type SeenCheckout, type Shopper } from '../../support/build/cart.ts';
import { buildProduct, buildPromo } from '../../support/build/product.ts';

const MANY = 50;

describe('checkouts at the same moment', () => {
  const app = useApp();
  const rows = async (table: string) => (await app.system().db(table)) as Readonly<Record<string, unknown>>[];

  async function many(): Promise<Shopper[]> {
    const buyers: Shopper[] = [];
    for (let at = 0; at < MANY; at++) buyers.push(await buildShopper(app, { currency: 'USD' }));
    return buyers;
  }

  /** What each was told: `ok`, or why not. */
  async function checkOut(buyers: readonly Shopper[]): Promise<string[]> {
    return Promise.all(
      buyers.map(async (buyer) => {
        const { body } = await buyer.send('client/cart/checkout');
        const { result, error } = body as { result: SeenCheckout | null; error: { message: string } | null };
        return result === null ? (error?.message ?? '') : 'ok';
      }),
    );
  }

  it('sell the last one once', async function () {
    this.timeout(120_000);
    const id = await buildProduct(app, { fields: { ...once(10), stock_control: 1, quantity_in_stock: 1 } });
    const buyers = await many();
    for (const buyer of buyers) await buyer.add(id);

    const told = await checkOut(buyers);

    const refusals = new Set(told.filter((one) => one !== 'ok'));
    refusals.delete('Unable to complete order. One or more selected products are out of stock.');
    assert.deepEqual([told.filter((one) => one === 'ok').length, [...refusals]], [1, []]);
    assert.deepEqual([(await rows('client_order')).length, (await rows('invoice')).length], [1, 1]);
    assert.deepEqual(
      [(await rows('invoice_item')).length, (await rows('client_order_status')).length, (await rows('cart')).length],
      [1, 1, MANY - 1],
    );
    const { quantity_in_stock } = await app.call<{ quantity_in_stock: number }>(admin, 'product/get', { id });
    assert.equal(quantity_in_stock, 0);
  });

  it('use the last use of a promo once', async function () {
    this.timeout(120_000);
    const id = await buildProduct(app, { fields: once(10) });
    const promo = await buildPromo(app, { code: 'LAST', maxuses: 1 });
    const buyers = await many();
    for (const buyer of buyers) {
      await buyer.add(id);
      await buyer.call('guest/cart/apply_promo', { promocode: 'LAST' });
    }

    const told = await checkOut(buyers);

    const refusals = new Set(told.filter((one) => one !== 'ok'));
    refusals.delete('This promo code has reached its maximum number of uses.');
    refusals.delete('You have already used this promo code. Please remove the promo code and checkout again.');
    assert.deepEqual([told.filter((one) => one === 'ok').length, [...refusals]], [1, []]);
    const { used } = await app.call<{ used: number }>(admin, 'product/promo_get', { id: promo });
    assert.deepEqual(
      [
        used,
        (await rows('promo_redemption')).length,
        (await rows('client_order')).length,
        (await rows('invoice')).length,
      ],
      [1, 1, 1, 1],
    );
  });

  it('order one cart once', async () => {
    const buyer = await buildShopper(app);
    await buyer.add(await buildProduct(app, { fields: once(10) }));

    const told = await checkOut([buyer, buyer, buyer, buyer]);

    assert.deepEqual(told.toSorted(), [...Array<string>(3).fill('Cannot checkout an empty cart'), 'ok']);
    assert.equal((await rows('client_order')).length, 1);
  });

  it('spend a balance once', async () => {
    const one = await buildShopper(app, { currency: 'USD' });
    const two = { ...shopper(app, one.account) };
    const { id } = one.account;
    await app.call(admin, 'client/balance_add_funds', { id, amount: 15, description: 'Gift' });
    const product = await buildProduct(app, { fields: once(10) });
    await one.add(product);
    await two.add(product);

    const told = await checkOut([one, two]);

    const invoices = await rows('invoice');
    assert.deepEqual(told, ['ok', 'ok']);
    assert.deepEqual(invoices.map(({ status }) => status).toSorted(), ['paid', 'unpaid']);
    assert.equal(await app.call(one.account.caller, 'client/balance_get_total'), 5);
  });

  it('use a promo once per client, also from two carts', async () => {
    const one = await buildShopper(app);
    const two = shopper(app, one.account);
    const product = await buildProduct(app, { fields: once(10) });
    await buildPromo(app, { code: 'MINE', once_per_client: true });
    for (const buyer of [one, two]) {
      await buyer.add(product);
      await buyer.call('guest/cart/apply_promo', { promocode: 'MINE' });
    }

    const told = await checkOut([one, two]);

    assert.deepEqual([told.filter((answer) => answer === 'ok').length, (await rows('client_order')).length], [1, 1]);
  });

  it('order two products in either order', async () => {
    const fields = { ...once(1), stock_control: 1, quantity_in_stock: 1000 };
    const [a, b] = [await buildProduct(app, { fields }), await buildProduct(app, { fields })];
    const buyers: Shopper[] = [];
    for (let at = 0; at < 12; at++) {
      const buyer = await buildShopper(app);
      await buyer.add(at % 2 === 0 ? a : b);
      await buyer.add(at % 2 === 0 ? b : a, { multiple: 1 });
      buyers.push(buyer);
    }

    const told = await checkOut(buyers);

    assert.deepEqual(told, Array<string>(12).fill('ok'));
    const stock = await app.call<{ quantity_in_stock: number }>(admin, 'product/get', { id: a });
    assert.equal(stock.quantity_in_stock, 988);
  });

  it('do not lose what is put into the cart meanwhile', async () => {
    const buyer = await buildShopper(app);
    const product = await buildProduct(app, { fields: once(10) });
    await buyer.add(product);

    await Promise.all([buyer.send('client/cart/checkout'), buyer.add(product, { multiple: 1 })]);

    const left = (await buyer.cart()).items.length;
    assert.equal((await rows('client_order')).length + left, 2);
  });
});
