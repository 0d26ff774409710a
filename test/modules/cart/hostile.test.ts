import assert from 'node:assert/strict';
import { useApp } from '../../support/app.ts';
import { once, shopper } from '../../support/build/cart.ts';
import { buildProduct } from '../../support/build/product.ts';

describe('hostile carts', () => {
  const app = useApp();

  async function put(fields: object) {
    const visitor = shopper(app);
    await visitor.add(await buildProduct(app, { fields: once(10) }), fields);
    const [item] = (await visitor.cart()).items;
    return item ?? assert.fail();
  }

  it('set no prototypes', async () => {
    const sent = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"deep":{"__proto__":{"polluted":1},"prototype":1,"kept":1}}',
    ) as object;

    const item = await put(sent);

    assert.equal(Reflect.get({}, 'polluted'), undefined);
    assert.deepEqual([Object.hasOwn(item, '__proto__'), Object.hasOwn(item, 'constructor')], [false, false]);
    assert.deepEqual(item['deep'], { kept: 1 });
  });

  it('keep text as it is, in any alphabet and template language', async () => {
    const texts = {
      emoji: '🦜𝒳'.repeat(20),
      liquid: "{{ 7 | times: 7 }}{% include 'x' %}",
      php: '<?= 1 ?>',
      html: '<script>',
    };

    const item = await put(texts);

    assert.deepEqual({ ...texts }, Object.fromEntries(Object.keys(texts).map((key) => [key, item[key]])));
  });

  it('nest no deeper than a person would', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app);
    const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) });

    const refused = await visitor.refusal('guest/cart/add_item', { id, deep: nested(20) });
    const tooDeep = await visitor.refusal('guest/cart/add_item', { id, deep: nested(500) });
    await visitor.add(id, { deep: nested(5) });

    assert.equal(refused.message, 'The configuration of this item is too complex.');
    assert.equal(tooDeep.message, 'The configuration of this item is too complex.');
  });

  it('are small', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app);

    const large = await visitor.refusal('guest/cart/add_item', { id, notes: '🦜'.repeat(2048) });
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`key${at}`, at]));
    const broad = await visitor.refusal('guest/cart/add_item', { id, ...wide });
    for (let at = 0; at < 8; at++) await visitor.add(id, { notes: 'x'.repeat(8000), multiple: 1 });
    const full = await visitor.refusal('guest/cart/add_item', { id, notes: 'x'.repeat(8000), multiple: 1 });

    assert.deepEqual(
      [large.message, broad.message, full.message],
      [
        'The configuration of this item is too large.',
        'The configuration of this item is too large.',
        'Your shopping cart is full.',
      ],
    );
  });

  it('do not take the shop down by what they send where something else is expected', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { fields: once(10) });

    for (const addons of ['x', 7, true, null, [], [[]], { x: 1 }, { 1: null }, [{ selected: 1 }]])
      assert.equal((await visitor.send('guest/cart/add_item', { id, addons })).status, 200);
    for (const value of [[], {}, null, true, 0.5, -1, 1e308, '1e400', 'NaN', '\u0000', '\ud800'])
      await visitor.send('guest/cart/add_item', { id, quantity: value, period: value, notes: value, parent_id: value });
    for (const path of ['remove_item', 'apply_promo', 'set_currency'])
      for (const value of [[1], { a: 1 }, 1e308, '\u0000', "' or 1=1 --", '🦜'])
        await visitor.send(`guest/cart/${path}`, { id: value, promocode: value, currency: value });

    await visitor.add(id);
    assert.equal((await visitor.cart()).total, 10);
  });
});
