import assert from 'node:assert/strict';
import { DAY } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { monthly, once, shopper, type SeenCart } from '../../support/build/cart.ts';
import { buildProduct } from '../../support/build/product.ts';

interface Page {
  readonly total: number;
  readonly pages: number;
  readonly list: readonly SeenCart[];
}

describe('admin/cart', () => {
  const app = useApp();

  it('lists all carts, the oldest first', async () => {
    const [one, two] = [shopper(app), shopper(app)];
    await one.cart();
    await two.add(await buildProduct(app, { title: 'Plan', fields: once(10) }));

    const page = await app.call<Page>(admin, 'cart/get_list', { per_page: 1, page: 2 });

    assert.deepEqual([page.total, page.pages, page.list[0]?.total], [2, 2, 10]);
    assert.equal(page.list[0]?.items[0]?.title, 'Plan');
  });

  it('takes the same number of queries for any number of carts', async () => {
    const id = await buildProduct(app, { fields: once(10) });
    await app.call(admin, 'product/promo_create', { code: 'TEN', type: 'percentage', value: 10, active: 1 });
    const fill = async () => {
      const visitor = shopper(app);
      await visitor.add(id);
      await visitor.call('guest/cart/apply_promo', { promocode: 'TEN' });
    };
    const queries = async () => {
      let count = 0;
      const one = () => count++;
      app.system().db.on('query', one);
      await app.call(admin, 'cart/get_list');
      app.system().db.removeListener('query', one);
      return count;
    };
    await fill();
    await queries();

    const before = await queries();
    await Promise.all([fill(), fill(), fill(), fill()]);

    assert.equal(await queries(), before);
  });

  it('shows carts of which something is gone', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { fields: monthly(10) });
    await visitor.add(id, { period: '1M' });
    await app.call(admin, 'product/update', {
      id,
      pricing: { type: 'recurrent', recurrent: { '1M': { enabled: 0 } } },
    });

    const page = await app.call<Page>(admin, 'cart/get_list');

    assert.deepEqual(
      page.list.map(({ items }) => items.length),
      [0],
    );
  });

  it('shows one cart', async () => {
    const visitor = shopper(app);
    await visitor.add(await buildProduct(app, { title: 'Plan' }));
    const [row] = (await app.system().db('cart').select('id')) as { id: number }[];

    const cart = await app.call<SeenCart>(admin, 'cart/get', { id: row?.id });

    assert.deepEqual(cart, await visitor.cart());
    assert.equal((await app.refusal(admin, 'cart/get', { id: 9999 })).message, 'Shopping cart not found');
    assert.equal((await app.refusal(admin, 'cart/get')).message, 'Shopping cart ID is missing');
  });

  it('expires carts that were made more than seven calendar days ago', async () => {
    const [old, kept] = [shopper(app), shopper(app)];
    await old.add(await buildProduct(app));
    app.clock.advance(DAY);
    await kept.cart();

    app.clock.advance(7 * DAY);
    await app.call(admin, 'cart/batch_expire');

    const left = await Promise.all(['cart', 'cart_product'].map((table) => app.system().db(table)));
    assert.deepEqual(
      left.map((rows) => rows.length),
      [1, 0],
    );
  });

  it('expires many carts, a chunk at a time', async () => {
    const now = app.clock.now();
    const rows = Array.from({ length: 450 }, (_, at) => ({
      session_id: `cart-${at}`,
      currency: 'USD',
      created_at: new Date(now.getTime() - 9 * DAY),
      updated_at: now,
    }));
    for (let at = 0; at < rows.length; at += 150)
      await app
        .system()
        .db('cart')
        .insert(rows.slice(at, at + 150));

    await app.call(admin, 'cart/batch_expire');

    assert.equal((await app.system().db('cart')).length, 0);
  });
});
