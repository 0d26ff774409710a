import assert from 'node:assert/strict';
import supertest from 'supertest';
import { admin, useApp } from '../../support/app.ts';
import { once, shopper } from '../../support/build/cart.ts';
import { buildClient, signUp } from '../../support/build/client.ts';
import { buildProduct } from '../../support/build/product.ts';

describe('whose cart it is', () => {
  const app = useApp();
  const titlesIn = async (visitor: ReturnType<typeof shopper>) =>
    (await visitor.cart()).items.map(({ title }) => title);

  it('is empty and in the default currency for somebody who comes for the first time', async () => {
    const visitor = shopper(app);

    const { currency, ...cart } = await visitor.cart();

    assert.deepEqual(cart, { promocode: null, discount: 0, subtotal: 0, total: 0, items: [], subscribable: false });
    assert.equal(currency.code, 'USD');
  });

  it('stays with the browser', async () => {
    const visitor = shopper(app);
    await visitor.add(await buildProduct(app, { title: 'Plan' }));

    const [own, others] = [await titlesIn(visitor), await titlesIn(shopper(app))];

    assert.deepEqual([own, others], [['Plan'], []]);
  });

  it('comes along when its visitor signs in, with its promo and currency', async () => {
    const visitor = shopper(app);
    const { email } = await buildClient(app);
    await app.call(admin, 'product/promo_create', { code: 'TEN', type: 'percentage', value: 10, active: 1 });
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.5 });
    await visitor.add(await buildProduct(app, { title: 'Plan', fields: once(10) }));
    await visitor.call('guest/cart/apply_promo', { promocode: 'TEN' });
    await visitor.call('guest/cart/set_currency', { currency: 'EUR' });

    await visitor.signIn(email);

    const { items, promocode, currency } = await visitor.cart();
    assert.deepEqual([items.length, promocode, currency.code], [1, 'TEN', 'EUR']);
  });

  it('comes along when its visitor signs up', async () => {
    const visitor = shopper(app);
    await visitor.add(await buildProduct(app, { title: 'Plan' }));

    await visitor.call('guest/client/create', signUp());

    assert.deepEqual(await titlesIn(visitor), ['Plan']);
  });

  it('is not shared with who knew the session before the sign-in', async () => {
    const visitor = shopper(app);
    const { email } = await buildClient(app);
    await visitor.add(await buildProduct(app, { title: 'Plan' }));
    const planted = visitor.cookies();

    await visitor.signIn(email);
    const { body } = await supertest(app.app.server).post('/api/guest/cart/get').set('cookie', planted).send({});

    assert.deepEqual((body as { result: { items: unknown[] } }).result.items, []);
    assert.notEqual(visitor.cookies(), planted);
    assert.deepEqual(await titlesIn(visitor), ['Plan']);
  });

  it('cannot be filled through the session from before the sign-in', async () => {
    const visitor = shopper(app);
    const { email } = await buildClient(app);
    const [wanted, foisted] = [
      await buildProduct(app, { title: 'Plan' }),
      await buildProduct(app, { title: 'Foisted' }),
    ];
    await visitor.add(wanted);
    const planted = visitor.cookies();
    await visitor.signIn(email);

    const add = supertest(app.app.server).post('/api/guest/cart/add_item').set('cookie', planted);
    await add.send({ id: foisted, multiple: 1 });

    assert.deepEqual(await titlesIn(visitor), ['Plan']);
  });

  it('is lost when its client signs out', async () => {
    const visitor = shopper(app);
    const { email } = await buildClient(app);
    await visitor.signIn(email);
    await visitor.add(await buildProduct(app, { title: 'Plan' }));

    await visitor.signOut();

    assert.deepEqual(await titlesIn(visitor), []);
  });

  it('begins in the currency of a client who is signed in', async () => {
    const visitor = shopper(app);
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.5 });
    const { email } = await buildClient(app, { currency: 'EUR' });

    await visitor.signIn(email);

    assert.equal((await visitor.cart()).currency.code, 'EUR');
  });

  it('is none for a token without a session', async () => {
    const { caller } = await buildClient(app);

    const refused = await app.refusal(caller, 'cart/checkout');

    assert.equal(refused.message, 'Cannot checkout an empty cart');
  });

  it('is found by nothing that is in a cookie', async () => {
    const visitor = shopper(app);
    await visitor.cart();

    const [cart] = (await app.system().db('cart').select('session_id')) as { session_id: string }[];

    assert.match(cart?.session_id ?? '', /^[\w-]{43}$/);
    assert.ok(!visitor.cookies().includes(cart?.session_id ?? ''));
  });

  it('is one cart when a visitor calls twice at once', async () => {
    const visitor = shopper(app);
    await visitor.cart();
    await app.system().db('cart').del();

    await Promise.all([visitor.cart(), visitor.call('guest/cart/get_currency'), visitor.call('guest/cart/reset')]);

    assert.equal((await app.system().db('cart')).length, 1);
  });
});
