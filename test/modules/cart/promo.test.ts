import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { once, shopper } from '../../support/build/cart.ts';
import { buildClient } from '../../support/build/client.ts';
import { buildAddon, buildProduct, buildPromo } from '../../support/build/product.ts';

describe('promo codes in the cart', () => {
  const app = useApp();
  type Visitor = ReturnType<typeof shopper>;
  const apply = (visitor: Visitor, promocode: string) => visitor.call('guest/cart/apply_promo', { promocode });
  const refused = async (visitor: Visitor, promocode?: unknown) =>
    (await visitor.refusal('guest/cart/apply_promo', { promocode })).message;
  const expired = 'The promo code has expired or does not exist';

  async function withProduct(fields: object = once(10)): Promise<Visitor> {
    const visitor = shopper(app);
    await visitor.add(await buildProduct(app, { fields: { ...fields } }));
    return visitor;
  }

  it('take their share off, whatever the case they are written in', async () => {
    const visitor = await withProduct();
    await buildPromo(app, { code: 'Summer' });

    await apply(visitor, 'sUMMER');

    const { promocode, discount, subtotal, total } = await visitor.cart();
    assert.deepEqual([promocode, discount, subtotal, total], ['Summer', 1, 10, 9]);
  });

  it('replace each other and can be taken off', async () => {
    const visitor = await withProduct();
    await buildPromo(app, { code: 'ONE' });
    await buildPromo(app, { code: 'TWO', value: 20 });

    await apply(visitor, 'ONE');
    await apply(visitor, 'TWO');
    const both = (await visitor.cart()).discount;
    await visitor.call('guest/cart/remove_promo');

    const { promocode, discount } = await visitor.cart();
    assert.deepEqual([both, promocode, discount], [2, null, 0]);
  });

  it('are refused when nobody may use them now', async () => {
    const visitor = await withProduct();
    await buildPromo(app, { code: 'OFF', active: false });
    await buildPromo(app, { code: 'ENDED', end_at: '2020-01-01' });
    await buildPromo(app, { code: 'LATER', start_at: '2090-01-01' });
    await app.call(admin, 'product/promo_update', { id: await buildPromo(app, { code: 'GONE', maxuses: 1 }), used: 1 });

    const messages = [];
    for (const code of ['NOPE', 'OFF', 'ENDED', 'LATER', 'GONE', '%', '🦜'])
      messages.push(await refused(visitor, code));

    assert.deepEqual(messages, Array<string>(7).fill(expired));
    assert.equal(await refused(visitor), 'Promo code was not passed');
  });

  it('are for the clients of their groups', async () => {
    const group = await app.call<number>(admin, 'client/group_create', { title: 'Members' });
    await buildPromo(app, { code: 'MEMBERS', client_groups: [group], end_at: '2020-01-01' });
    await buildPromo(app, { code: 'CLUB', client_groups: [group] });
    const { email } = await buildClient(app, { group_id: group });
    const visitor = await withProduct();
    const wrongGroup = 'Promo code cannot be applied to your account';

    const asGuest = [await refused(visitor, 'MEMBERS'), await refused(visitor, 'CLUB')];
    await visitor.signIn(email);
    await apply(visitor, 'CLUB');

    assert.deepEqual(asGuest, [wrongGroup, wrongGroup]);
    assert.deepEqual([await refused(visitor, 'MEMBERS'), (await visitor.cart()).discount], [expired, 1]);
  });

  it('want something in the cart, except the one that is there', async () => {
    const visitor = await withProduct();
    await buildPromo(app, { code: 'TEN' });
    await buildPromo(app, { code: 'OTHER' });
    await apply(visitor, 'TEN');
    await visitor.call('guest/cart/remove_item', { id: (await visitor.cart()).items[0]?.id });

    await apply(visitor, 'TEN');

    assert.equal(await refused(visitor, 'OTHER'), 'Add products to your cart before applying promo code');
  });

  it('go when the cart is emptied or filled anew', async () => {
    const visitor = await withProduct();
    await buildPromo(app, { code: 'TEN' });
    await apply(visitor, 'TEN');

    await visitor.add(await buildProduct(app));

    assert.equal((await visitor.cart()).promocode, null);
  });

  it('take nothing off lines they are not for', async () => {
    const wrap = await buildAddon(app, 'Wrap');
    await app.call(admin, 'product/addon_update', { id: wrap, ...once(2) });
    const plan = await buildProduct(app, {
      fields: {
        addons: [wrap],
        pricing: {
          type: 'recurrent',
          recurrent: { '1M': { price: 9.99, setup: 0, enabled: 1 }, '1Y': { price: 100, setup: 0, enabled: 1 } },
        },
      },
    });
    await buildPromo(app, { code: 'ONLYM', value: 33, products: [plan], periods: ['1M'] });
    const visitor = shopper(app);
    await visitor.add(plan, { period: '1M', quantity: 3, addons: { [wrap]: { selected: 1 } } });
    await visitor.add(plan, { period: '1Y', multiple: 1 });

    await apply(visitor, 'ONLYM');

    const { items, discount, subtotal, total } = await visitor.cart();
    assert.deepEqual(
      items.map((item) => item.discount),
      [9.89, 0, 0],
    );
    assert.deepEqual([discount, subtotal, total], [9.89, 131.97, 122.08]);
  });

  it('that were deleted stop the cart until they are taken off', async () => {
    const visitor = await withProduct();
    const id = await buildPromo(app, { code: 'TEN' });
    await apply(visitor, 'TEN');

    await app.call(admin, 'product/promo_delete', { id });

    assert.equal((await visitor.refusal('guest/cart/get')).message, 'Promo not found');
    await visitor.call('guest/cart/remove_promo');
    assert.equal((await visitor.cart()).total, 10);
  });
});

describe('promo codes that are tried out', () => {
  const app = useApp({ environment: { RATE_LIMITS: 'on' } });

  it('are limited for each address', async () => {
    const visitor = shopper(app);

    const codes = [];
    for (let at = 0; at < 11; at++)
      codes.push((await visitor.refusal('guest/cart/apply_promo', { promocode: 'X' })).code);

    assert.deepEqual(codes, [...Array<number>(10).fill(9999), 429]);
  });
});
