import assert from 'node:assert/strict';
import { admin, guest } from '../../support/app.ts';
import { buildAddon, buildProduct } from '../../support/build/product.ts';
import { useShop } from './shop.ts';

interface Shown {
  id: number;
  title: string | null;
  description: string | null;
  price_starting_from: number;
  type: string | null;
  products: { id: number; status?: string }[];
  addons: { id: number; plugin?: string | null }[];
  upgrades: Record<string, string>;
  priority: number | null;
}

const once = (price: number) => ({ pricing: { type: 'once', once: { price } } });

describe('product categories', () => {
  const app = useShop();
  const make = (title: string) =>
    app.call<number>(admin, 'product/category_create', { title, description: 'All plans' });

  it('begin with one', async () => {
    assert.deepEqual(await app.call(guest, 'product/category_get_pairs'), { '1': 'Default category' });
  });

  it('show what is for sale in them, by priority', async () => {
    const id = await make('Hosting ☁');
    const late = await buildProduct(app, { categoryId: id, fields: once(8) });
    const early = await buildProduct(app, { categoryId: id, type: 'license', fields: once(9) });
    await buildProduct(app, { categoryId: id, fields: { hidden: true } });
    await buildProduct(app, { categoryId: id, fields: { status: 'disabled' } });
    await app.call(admin, 'product/update_priority', { priority: { [early]: 5, [late]: 6 } });

    const shown = await app.call<Shown>(admin, 'product/category_get', { id });

    assert.deepEqual(
      shown.products.map((product) => product.id),
      [early, late],
    );
    assert.equal(shown.products[0]?.status, 'enabled');
    assert.deepEqual([shown.type, shown.price_starting_from], ['license', 8]);
  });

  it('start from the next price after a free product', async () => {
    const id = await make('Mixed');
    await buildProduct(app, { categoryId: id });
    await buildProduct(app, { categoryId: id, fields: once(7) });

    assert.equal((await app.call<Shown>(admin, 'product/category_get', { id })).price_starting_from, 7);
  });

  it('are listed to visitors when something is for sale in them', async () => {
    const full = await make('Full');
    await make('Empty');
    await buildProduct(app, { categoryId: full });
    await app.call(admin, 'product/update_priority', { priority: { 1: 100 } });

    const page = await app.call<{ total: number; pages: number; list: Shown[] }>(guest, 'product/category_get_list', {
      per_page: 1,
    });

    assert.deepEqual([page.total, page.pages], [2, 2]);
    assert.deepEqual(
      page.list.map(({ id }) => id),
      [full],
    );
    assert.equal(page.list[0]?.products[0]?.status, undefined);
  });

  it('forget what an update leaves out', async () => {
    const id = await make('Before');

    await app.call(admin, 'product/category_update', { id, title: 'After' });

    const { title, description } = await app.call<Shown>(admin, 'product/category_get', { id });
    assert.deepEqual([title, description], ['After', null]);
  });

  it('are deleted once they are empty', async () => {
    const id = await make('Short-lived');
    const product = await buildProduct(app, { categoryId: id });

    const error = await app.refusal(admin, 'product/category_delete', { id });
    await app.call(admin, 'product/update', { id: product, product_category_id: 1 });
    await app.call(admin, 'product/category_delete', { id });

    assert.equal(error.message, 'Cannot remove product category with products');
    assert.equal((await app.refusal(admin, 'product/category_get', { id })).message, 'Category not found');
  });

  it('never lose a product that is put into them while they are deleted', async () => {
    const id = await make('Contested');

    await Promise.allSettled([
      app.call(admin, 'product/category_delete', { id }),
      app.call(admin, 'product/prepare', { title: 'Late', type: 'custom', product_category_id: id }),
    ]);

    const { knex } = app.app.database;
    const categories = await knex('product_category').where({ id });
    const products = await knex('product').where({ product_category_id: id });
    assert.ok(categories.length === 1 || products.length === 0);
  });

  it('ask for title and id', async () => {
    assert.equal((await app.refusal(admin, 'product/category_create')).message, 'Category title is required');
    for (const method of ['get', 'update', 'delete'])
      assert.equal((await app.refusal(admin, `product/category_${method}`)).message, 'Category ID was not passed');
  });
});

describe('product add-ons', () => {
  const app = useShop();

  it('are products of their own list', async () => {
    const id = await buildAddon(app, 'Backup', { setup: 'after_order', icon_url: '/b.png' });

    const addon = await app.call<Shown>(admin, 'product/addon_get', { id });
    assert.equal(addon.priority, null);
    assert.deepEqual(await app.call(admin, 'product/addon_get_pairs'), { [id]: 'Backup' });
    assert.ok(!(String(id) in (await app.call<object>(admin, 'product/get_pairs'))));
    assert.ok(String(id) in (await app.call<object>(admin, 'product/get_pairs', { products_only: false })));
    assert.equal((await app.refusal(guest, 'product/get', { id })).message, 'Product not found');
  });

  it('are shown with the products they are assigned to; visitors see enabled ones', async () => {
    const enabled = await buildAddon(app, 'Backup');
    const disabled = await buildAddon(app, 'Support', { status: 'disabled' });
    const id = await buildProduct(app, { fields: { addons: [disabled, 0, '', String(enabled), 999] } });

    const forStaff = await app.call<Shown>(admin, 'product/get', { id });
    const seen = await app.call<Shown>(guest, 'product/get', { id });

    assert.deepEqual(
      forStaff.addons.map((addon) => addon.id),
      [enabled, disabled],
    );
    assert.deepEqual(
      seen.addons.map((addon) => addon.id),
      [enabled],
    );
    assert.equal(forStaff.addons[0]?.plugin, null);
    assert.equal(seen.addons[0] && 'plugin' in seen.addons[0], false);
  });

  it('are changed and deleted as such', async () => {
    const id = await buildAddon(app);
    await app.call(admin, 'product/addon_update', { id, title: 'Backup plus', ...once(3.5) });
    assert.equal((await app.call<Shown>(admin, 'product/addon_get', { id })).title, 'Backup plus');

    await app.call(admin, 'product/addon_delete', { id });

    assert.equal((await app.refusal(admin, 'product/addon_get', { id })).message, 'Product not found');
  });

  it('are told from products', async () => {
    const id = await buildProduct(app);

    assert.equal((await app.refusal(admin, 'product/addon_get', { id })).message, 'Addon not found');
    assert.equal((await app.refusal(admin, 'product/addon_update', { id, title: 'x' })).message, 'Addon not found');
    assert.equal((await app.refusal(admin, 'product/addon_get')).message, 'Addon ID was not passed');
  });
});

describe('product upgrades', () => {
  const app = useShop();

  it('are titles by id, without the product itself and what is gone', async () => {
    const better = await buildProduct(app, { title: 'Better' });
    const id = await buildProduct(app, { title: 'Good' });

    await app.call(admin, 'product/update', { id, upgrades: [better, id, 999, null, '0'] });

    assert.deepEqual((await app.call<Shown>(admin, 'product/get', { id })).upgrades, { [better]: 'Better' });
  });
});
