import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { monthly, once, shopper } from '../../support/build/cart.ts';
import { buildAddon, buildProduct } from '../../support/build/product.ts';

describe('guest/cart/add_item and remove_item', () => {
  const app = useApp();
  const setAddon = (id: number, fields: object) => app.call(admin, 'product/addon_update', { id, ...fields });
  const messageOf = async (visitor: ReturnType<typeof shopper>, params: object, path = 'add_item') =>
    (await visitor.refusal(`guest/cart/${path}`, params)).message;

  it('shows what was put in, with what it costs', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { title: 'Box', fields: monthly(10, 5) });

    await visitor.add(id, { period: '1M', quantity: '2', notes: 'Grüße <b>&amp;</b> "quotes"' });

    const { items, subtotal, discount, total, subscribable } = await visitor.cart();
    const [item] = items;
    assert.deepEqual(items, [
      {
        period: '1M',
        quantity: 2,
        notes: 'Grüße <b>&amp;</b> "quotes"',
        id: item?.id,
        product_id: id,
        form_id: null,
        title: 'Box',
        type: 'custom',
        unit: 'product',
        price: 10,
        setup_price: 5,
        discount: 0,
        discount_price: 0,
        discount_setup: 0,
        total: 20,
      },
    ]);
    assert.deepEqual([subtotal, discount, total, subscribable], [25, 0, 25, false]);
  });

  it('charges the set-up once, whatever the quantity', async () => {
    const visitor = shopper(app);

    await visitor.add(await buildProduct(app, { fields: once(10, 5) }), { quantity: 3 });

    assert.equal((await visitor.cart()).subtotal, 35);
  });

  it('replaces what is there unless more than one thing is asked for', async () => {
    const visitor = shopper(app);
    const [one, two] = [await buildProduct(app, { title: 'One' }), await buildProduct(app, { title: 'Two' })];

    await visitor.add(one);
    await visitor.add(two);
    await visitor.add(one, { multiple: 'false' });

    assert.deepEqual(
      (await visitor.cart()).items.map(({ title, multiple }) => [title, multiple]),
      [
        ['Two', undefined],
        ['One', 'false'],
      ],
    );
  });

  it('is empty after a refusal that comes later than the product', async () => {
    const visitor = shopper(app);
    const product = await buildProduct(app, { fields: monthly(10) });
    await visitor.add(product, { period: '1M' });

    const messages = [await messageOf(visitor, { id: product, period: '9W' }), (await visitor.cart()).items.length];

    assert.deepEqual(messages, ['Selected billing period is invalid', 0]);
  });

  it('is as it was after a refusal of the product itself', async () => {
    const visitor = shopper(app);
    await visitor.add(await buildProduct(app));

    const messages = [
      await messageOf(visitor, {}),
      await messageOf(visitor, { id: 9999 }),
      await messageOf(visitor, { id: 'Plan' }),
      await messageOf(visitor, { id: await buildAddon(app) }),
      await messageOf(visitor, { id: await buildProduct(app, { fields: { status: 'disabled' } }) }),
    ];

    assert.deepEqual(messages, ['Product ID was not passed', ...Array<string>(4).fill('Product not found')]);
    assert.equal((await visitor.cart()).items.length, 1);
  });

  it('refuses what no module delivers', async () => {
    const visitor = shopper(app);
    const [domain] = (await app.system().db('product').where({ type: 'domain' }).select('id')) as { id: number }[];
    await app.call(admin, 'product/update', { id: domain?.id, status: 'enabled' });

    assert.equal(await messageOf(visitor, { id: domain?.id }), 'Product type domain is not registered.');
  });

  it('wants a period that is offered, to the letter, for what is paid by periods', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { fields: monthly(10) });
    await app.call(admin, 'product/update', {
      id,
      pricing: { type: 'recurrent', recurrent: { '1Y': { price: 1, setup: 0, enabled: 0 } } },
    });

    const messages = [];
    for (const period of [undefined, '', '1m', '1Y', '7W', ['1M'], { a: 1 }, 1])
      messages.push(await messageOf(visitor, { id, period }));

    const missing = 'Period parameter not passed';
    const invalid = 'Selected billing period is invalid';
    assert.deepEqual(messages, [missing, missing, invalid, invalid, invalid, missing, missing, invalid]);
  });

  it('refuses a period that staff have taken back, also of what is in the cart', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { fields: monthly(10) });
    await visitor.add(id, { period: '1M' });

    await app.call(admin, 'product/update', {
      id,
      pricing: { type: 'recurrent', recurrent: { '1M': { price: 10, setup: 0, enabled: 0 } } },
    });

    const expected = 'Selected billing period is not available for this product';
    assert.equal((await visitor.refusal('guest/cart/get')).message, expected);
  });

  it('takes at least one, and whole pieces', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { fields: once(10) });

    const quantities = [];
    for (const quantity of [-4, 0, 2.9, '2.9', 'many', '3 boxes', '', null, true, [5], { a: 5 }, 1_000_000]) {
      await visitor.add(id, { quantity });
      quantities.push((await visitor.cart()).items[0]?.quantity);
    }

    assert.deepEqual(quantities, [1, 1, 2, 2, 1, 3, 1, 1, 1, 1, 1, 1_000_000]);
  });

  it('refuses quantities nobody means', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { fields: once(10) });

    const messages = [];
    for (const quantity of [1e9, '1e9', '99999999999999999999', 1e308])
      messages.push(await messageOf(visitor, { id, quantity }));

    assert.deepEqual(messages, Array<string>(4).fill('The quantity must not be above 1000000.'));
  });

  it('lets nobody say what it costs', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { title: 'Box', fields: once(10) });

    const sent = {
      price: 0.001,
      setup_price: -5,
      discount: 9,
      total: 1,
      title: 'Free',
      type: 'x',
      product_id: 7,
      unit: 'u',
    };
    await visitor.add(id, sent);

    const { items, total } = await visitor.cart();
    const [item] = items;
    assert.deepEqual(
      [item?.price, item?.setup_price, item?.discount, item?.total, item?.title, item?.type, item?.product_id, total],
      [10, 0, 0, 10, 'Box', 'custom', id, 10],
    );
  });

  it('takes add-ons along as lines of their own', async () => {
    const visitor = shopper(app);
    const [wrap, care, unselected] = [
      await buildAddon(app, 'Wrap'),
      await buildAddon(app, 'Care'),
      await buildAddon(app),
    ];
    await setAddon(wrap, once(2.5));
    await setAddon(care, monthly(4, 1));
    const id = await buildProduct(app, { fields: { ...once(10), addons: [wrap, care, unselected] } });

    const addons = {
      [wrap]: { selected: '1', quantity: 3 },
      [care]: { selected: 1, period: '1M' },
      [unselected]: { selected: 0 },
    };
    await visitor.add(id, { addons });

    const { items, total } = await visitor.cart();
    assert.deepEqual(
      items.map(({ title, quantity, total: sum, parent_id }) => [title, quantity, sum, parent_id]),
      [
        ['Plan', 1, 10, undefined],
        ['Wrap', 3, 7.5, id],
        ['Care', 1, 4, id],
      ],
    );
    assert.equal(total, 22.5);
    assert.equal(items[0]?.['addons'], undefined);
  });

  it('refuses add-ons that are not offered with the product', async () => {
    const visitor = shopper(app);
    const [care, disabled, stray] = [await buildAddon(app), await buildAddon(app), await buildAddon(app)];
    await setAddon(care, monthly(4));
    await setAddon(disabled, { status: 'disabled' });
    const id = await buildProduct(app, { fields: { addons: [care, disabled] } });
    const other = await buildProduct(app);

    const messages = [];
    for (const addon of [9999, disabled, stray, other, 'x'])
      messages.push(await messageOf(visitor, { id, addons: { [addon]: { selected: 1 } } }));
    messages.push(await messageOf(visitor, { id, addons: { [care]: { selected: 1 } } }));
    messages.push(await messageOf(visitor, { id, addons: { [care]: { selected: 1, period: '9W' } } }));

    const unsuitable = 'One or more of your selected add-ons are invalid for the associated product.';
    assert.deepEqual(messages.slice(0, 5), Array<string>(5).fill(unsuitable));
    assert.deepEqual(messages.slice(5), [
      'Addon period parameter not passed',
      'Selected billing period is invalid for the selected add-on',
    ]);
  });

  it('counts stock over all lines of the product', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { fields: { ...once(8), stock_control: 1, quantity_in_stock: 3 } });
    const out = 'This item is currently out of stock';

    assert.equal(await messageOf(visitor, { id, quantity: 4 }), out);
    await visitor.add(id, { quantity: 2 });
    assert.equal(await messageOf(visitor, { id, quantity: 2, multiple: 1 }), out);
    await visitor.add(id, { quantity: 1, multiple: 1 });

    assert.equal((await visitor.cart()).total, 24);
  });

  it('asks a custom product for the answers of its form', async () => {
    const visitor = shopper(app);
    const form = await app.call<number>(admin, 'formbuilder/create_form', { name: 'Questions' });
    const field = await app.call<number>(admin, 'formbuilder/add_field', {
      form_id: form,
      type: 'text',
      label: 'Host',
      required: 1,
    });
    await app.call(admin, 'formbuilder/update_field', {
      id: field,
      name: 'host',
      label: 'Host',
      required: 1,
      type: 'text',
    });
    const id = await buildProduct(app, { fields: { form_id: form } });

    const refused = await visitor.refusal('guest/cart/add_item', { id, host: '0' });
    await visitor.add(id, { host: 'www' });

    assert.deepEqual(refused, { message: 'You must fill in all required fields. Host is missing', code: 9684 });
    const { items } = await visitor.cart();
    assert.deepEqual([items[0]?.['host'], items[0]?.['form_id']], ['www', form]);
  });

  it('keeps no more of other types than a client may set', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app, { type: 'license', fields: { ...monthly(5), config: { plugin: 'Simple' } } });

    await visitor.add(id, { period: '1M', plugin: 'Other', length: 1, extra: 'x' });

    const [item] = (await visitor.cart()).items;
    assert.deepEqual([item?.['plugin'], item?.['length'], item?.['extra']], ['Simple', undefined, undefined]);
  });

  it('is subscribable when the same period pays for everything', async () => {
    const visitor = shopper(app);
    const [plan, other, single] = [
      await buildProduct(app, { fields: monthly(10) }),
      await buildProduct(app, { fields: monthly(5) }),
      await buildProduct(app, { fields: once(3) }),
    ];
    const free = await buildProduct(app);

    const seen = [];
    await visitor.add(plan, { period: '1M' });
    seen.push((await visitor.cart()).subscribable);
    await visitor.add(other, { period: '1M', multiple: 1 });
    await visitor.add(free, { multiple: 1 });
    seen.push((await visitor.cart()).subscribable);
    await visitor.add(single, { multiple: 1, period: '1' });
    seen.push((await visitor.cart()).subscribable);
    await visitor.add(free);
    seen.push((await visitor.cart()).subscribable);

    assert.deepEqual(seen, [true, true, false, false]);
  });

  it('gives up a line with its add-ons', async () => {
    const visitor = shopper(app);
    const wrap = await buildAddon(app, 'Wrap');
    const id = await buildProduct(app, { title: 'Box', fields: { addons: [wrap] } });
    await visitor.add(id, { addons: { [wrap]: { selected: 1 } } });
    await visitor.add(await buildProduct(app, { title: 'Other' }), { multiple: 1 });

    await visitor.call('guest/cart/remove_item', { id: (await visitor.cart()).items[0]?.id });

    assert.deepEqual(
      (await visitor.cart()).items.map(({ title }) => title),
      ['Other'],
    );
  });

  it('does not give up the line of somebody else', async () => {
    const [visitor, stranger] = [shopper(app), shopper(app)];
    await visitor.add(await buildProduct(app));
    const [item] = (await visitor.cart()).items;

    const refused = await messageOf(stranger, { id: item?.id }, 'remove_item');

    assert.equal(refused, 'Product not found');
    assert.equal((await visitor.cart()).items.length, 1);
    assert.equal(await messageOf(stranger, {}, 'remove_item'), 'Cart item ID was not passed');
  });

  it('loses what is no longer in the catalogue', async () => {
    const visitor = shopper(app);
    const id = await buildProduct(app);
    await visitor.add(id);

    await app.call(admin, 'product/delete', { id });

    assert.deepEqual((await visitor.cart()).items, []);
  });

  it('holds fifty lines, no more', async () => {
    const visitor = shopper(app);
    const addons = [];
    for (let at = 0; at < 24; at++) addons.push(await buildAddon(app));
    const id = await buildProduct(app, { fields: { addons } });
    const all = { addons: Object.fromEntries(addons.map((addon) => [addon, { selected: 1 }])) };
    await visitor.add(id, all);
    await visitor.add(id, { ...all, multiple: 1 });

    const refused = await messageOf(visitor, { id, multiple: 1 });

    assert.deepEqual([refused, (await visitor.cart()).items.length], ['Your shopping cart is full.', 50]);
  });
});
