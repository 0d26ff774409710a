import assert from 'node:assert/strict';
import { admin, guest, staff } from '../../support/app.ts';
import { buildProduct } from '../../support/build/product.ts';
import { useShop } from './shop.ts';

interface Product {
  id: number;
  slug: string;
  status: string;
  priority: number;
  product_category_id: number | null;
  form_id: number | null;
  config: Record<string, unknown>;
  title: string;
  created_at?: string;
  category?: { id: number; title: string };
}
interface Page {
  total: number;
  pages: number;
  list: Product[];
}

describe('product', () => {
  const app = useShop();
  const get = (id: number) => app.call<Product>(admin, 'product/get', { id });

  describe('prepare', () => {
    it('makes a disabled product after all others', async () => {
      const id = await app.call<number>(admin, 'product/prepare', {
        title: 'Éclair & "Cake" 3000 — größe',
        type: 'custom',
        product_category_id: 1,
      });

      const made = await get(id);
      assert.equal(made.slug, 'clair-cake-3000-gr-e');
      assert.equal(made.status, 'disabled');
      assert.equal(made.priority, 11);
      assert.deepEqual(made.category, { id: 1, title: 'Default category' });
    });

    it('gives two products of one title two slugs', async () => {
      const first = await get(await buildProduct(app, { title: 'Priced' }));
      const second = await get(await buildProduct(app, { title: 'Priced' }));

      assert.equal(first.slug, 'priced');
      assert.match(second.slug, /^priced-\d+$/);
    });

    it('gives two products of one title two slugs when they are made at once', async () => {
      const ids = await Promise.all(
        [1, 2, 3].map(() => app.call<number>(admin, 'product/prepare', { title: 'Twin', type: 'custom' })),
      );

      const slugs = await Promise.all(ids.map(async (id) => (await get(id)).slug));
      assert.equal(new Set(slugs).size, 3);
    });

    it('finds a slug for a title without Latin letters', async () => {
      const made = await get(await buildProduct(app, { title: '产品' }));

      assert.equal(made.slug, 'product');
    });

    it('takes every type that get_types tells of', async () => {
      const types = await app.call<Record<string, string>>(admin, 'product/get_types');

      assert.deepEqual(types, {
        custom: 'Custom',
        license: 'License',
        downloadable: 'Downloadable',
        hosting: 'Hosting',
        domain: 'Domain',
        apikey: 'Apikey',
      });
      assert.ok(await buildProduct(app, { type: 'apikey' }));
    });

    it('refuses a type that nobody registered', async () => {
      for (const type of ['spaceship', 'constructor', '__proto__']) {
        const error = await app.refusal(admin, 'product/prepare', { title: 'Odd', type });

        assert.equal(error.message, `Product type ${type} is not registered.`);
        assert.equal(error.code, 413);
      }
    });

    it('refuses a second domain product', async () => {
      const error = await app.refusal(admin, 'product/prepare', { title: 'Second', type: 'domain' });

      assert.deepEqual([error.message, error.code], ['You have already created domain product.', 413]);
    });

    it('asks for title and type, in this order', async () => {
      const first = await app.refusal(admin, 'product/prepare', { title: '   ', type: 'custom' });
      const second = await app.refusal(admin, 'product/prepare', { title: 'No type' });

      assert.equal(first.message, 'You must specify a title');
      assert.equal(second.message, 'Type was not passed');
    });

    it('refuses a category that is not there', async () => {
      const error = await app.refusal(admin, 'product/prepare', {
        title: 'Lost',
        type: 'custom',
        product_category_id: 99,
      });

      assert.equal(error.message, 'Category not found');
    });
  });

  describe('update', () => {
    it('merges the configuration', async () => {
      const id = await buildProduct(app, { fields: { config: { colour: 'grün', nested: { a: [1, 2], b: null } } } });

      await app.call(admin, 'product/update', { id, config: { colour: 'rot', extra: '' } });

      assert.deepEqual((await get(id)).config, { colour: 'rot', nested: { a: [1, 2], b: null }, extra: '' });
    });

    it('leaves alone what is not sent', async () => {
      const id = await buildProduct(app, { fields: { description: 'Here', form_id: 3, product_category_id: 1 } });

      await app.call(admin, 'product/update', { id, title: 'Renamed', description: null });

      const { title, form_id, product_category_id } = await get(id);
      assert.deepEqual([title, form_id, product_category_id], ['Renamed', 3, 1]);
    });

    it('takes category and form away when they are sent empty', async () => {
      const id = await buildProduct(app, { fields: { form_id: 3, product_category_id: 1 } });

      await app.call(admin, 'product/update', { id, form_id: '', product_category_id: '' });

      const { form_id, product_category_id, category } = await get(id);
      assert.deepEqual([form_id, product_category_id, category], [null, null, undefined]);
    });

    it('refuses the slug of another product', async () => {
      const taken = await get(await buildProduct(app, { title: 'First' }));
      const id = await buildProduct(app, { title: 'Second' });

      const error = await app.refusal(admin, 'product/update', { id, slug: taken.slug, title: 'Changed' });

      assert.equal(error.message, 'Another product has this slug already.');
      assert.equal((await get(id)).title, 'Second');
    });

    it('changes nothing when one of the fields is refused', async () => {
      const id = await buildProduct(app);

      const error = await app.refusal(admin, 'product/update', {
        id,
        pricing: { type: 'once', once: { price: 5 } },
        product_category_id: 99,
      });

      assert.equal(error.message, 'Category not found');
      assert.equal((await app.call<{ pricing: { type: string } }>(admin, 'product/get', { id })).pricing.type, 'free');
    });

    it('takes whole days of grace only', async () => {
      const id = await buildProduct(app, { fields: { suspension_grace_days: '7' } });

      for (const suspension_grace_days of [null, '', -1, 1.5, '07', 'x', true, []]) {
        const error = await app.refusal(admin, 'product/update', { id, suspension_grace_days });
        assert.equal(error.message, 'Suspension grace days must be a non-negative integer.');
      }
      const { suspension_grace_days } = await app.call<{ suspension_grace_days: number }>(admin, 'product/get', { id });
      assert.equal(suspension_grace_days, 7);
    });

    it('reads a missing id as product 0', async () => {
      const error = await app.refusal(admin, 'product/update', {});

      assert.deepEqual([error.message, error.code, error.status], ['Product not found', 9999, 200]);
    });

    it('refuses numbers that no column holds', async () => {
      const id = await buildProduct(app);

      const error = await app.refusal(admin, 'product/update', { id, quantity_in_stock: 1e15 });

      assert.equal(error.code, 9999);
    });
  });

  describe('update_config', () => {
    it('replaces the configuration by what is not empty', async () => {
      const id = await buildProduct(app, { fields: { config: { old: 1 } } });

      await app.call(admin, 'product/update_config', {
        id,
        config: { colour: '', server_id: 0, plan: 'gold', limit: '0', empty: [], none: null },
        new_config_name: 'added',
        new_config_value: 'yes',
      });

      assert.deepEqual((await get(id)).config, { server_id: 0, plan: 'gold', limit: '0', added: 'yes' });
    });

    it('adds one pair to what there is', async () => {
      const id = await buildProduct(app, { fields: { config: { old: 1 } } });

      await app.call(admin, 'product/update_config', { id, new_config_name: 'second', new_config_value: 'x' });
      await app.call(admin, 'product/update_config', { id, new_config_name: 'only', new_config_value: '' });

      assert.deepEqual((await get(id)).config, { old: 1, second: 'x' });
    });
  });

  describe('get_list', () => {
    it('sorts by priority and pages', async () => {
      const late = await buildProduct(app, { title: 'Late' });
      const early = await buildProduct(app, { title: 'Early' });
      await app.call(admin, 'product/update_priority', { priority: { [late]: 500, [early]: 2, 999: 1 } });

      const page = await app.call<Page>(admin, 'product/get_list', { per_page: 2 });

      assert.deepEqual([page.total, page.pages], [3, 2]);
      assert.deepEqual(
        page.list.map(({ id }) => id),
        [1, early],
      );
    });

    it('filters by type, status, text and visibility', async () => {
      const id = await buildProduct(app, { title: 'Beta plan', type: 'license', fields: { hidden: true } });
      const ids = async (filter: object) =>
        (await app.call<Page>(admin, 'product/get_list', filter)).list.map((product) => product.id);

      assert.deepEqual(await ids({ type: 'license' }), [id]);
      assert.deepEqual(await ids({ search: 'BETA' }), [id]);
      assert.deepEqual(await ids({ status: 'disabled' }), []);
      assert.deepEqual(await ids({ show_hidden: false, search: 'plan' }), []);
    });

    it('makes as many queries for twenty products as for two', async () => {
      const count = async () => {
        let queries = 0;
        const add = () => void queries++;
        app.app.database.knex.on('query', add);
        await app.call(admin, 'product/get_list');
        app.app.database.knex.off('query', add);
        return queries;
      };
      await buildProduct(app, { fields: { addons: [1], upgrades: [1] } });
      const few = await count();
      for (let made = 0; made < 18; made++) await buildProduct(app, { fields: { addons: [1], upgrades: [1] } });

      const many = await count();

      assert.equal(many, few);
    });

    it('asks for a map of priorities', async () => {
      const error = await app.refusal(admin, 'product/update_priority', {});

      assert.equal(error.message, 'priority params is missing');
    });
  });

  describe('delete', () => {
    it('removes the product and its prices', async () => {
      const id = await buildProduct(app, { fields: { pricing: { type: 'recurrent', recurrent: {} } } });

      await app.call(admin, 'product/delete', { id });

      assert.equal((await app.refusal(admin, 'product/get', { id })).message, 'Product not found');
      assert.equal((await app.app.database.knex('product_payment_period')).length, 0);
    });

    it('refuses when somebody still has orders of it', async () => {
      const id = await buildProduct(app, { title: 'Ordered' });

      const error = await app.refusal(admin, 'product/delete', { id });

      assert.equal(error.message, 'Cannot remove product which has active orders.');
      assert.equal((await get(id)).title, 'Ordered');
    });
  });

  describe('to a visitor', () => {
    it('shows no stock, no dates and only the public part of the configuration', async () => {
      const id = await buildProduct(app, { fields: { config: { secret: 1, allow_subdomain: 0 } } });

      const seen = await app.call<Product>(guest, 'product/get', { id });

      assert.deepEqual(seen.config, { allow_subdomain: 0 });
      for (const key of ['created_at', 'updated_at', 'stock_control', 'quantity_in_stock', 'status', 'category'])
        assert.ok(!(key in seen), key);
    });

    it('shows a hidden product to who knows it, but lists it nowhere', async () => {
      const id = await buildProduct(app, { title: 'Secret', categoryId: 1, fields: { hidden: true } });

      assert.equal((await app.call<Product>(guest, 'product/get', { slug: 'secret' })).id, id);
      assert.equal((await app.call<Page>(guest, 'product/get_list', { show_hidden: true })).total, 1);
      assert.deepEqual(Object.keys(await app.call<object>(guest, 'product/get_pairs')), ['1']);
      const [category] = (await app.call<{ list: { products: Product[] }[] }>(guest, 'product/category_get_list')).list;
      assert.deepEqual(
        category?.products.map((product) => product.id),
        [1],
      );
    });

    it('shows nothing of a disabled product', async () => {
      const id = await buildProduct(app, { title: 'Draft', fields: { status: 'disabled' } });

      assert.equal((await app.refusal(guest, 'product/get', { id })).message, 'Product not found');
      assert.equal((await app.refusal(guest, 'product/get', { slug: 'draft' })).message, 'Product not found');
      assert.deepEqual(Object.keys(await app.call<object>(guest, 'product/get_pairs')), ['1']);
      assert.ok(String(id) in (await app.call<object>(admin, 'product/get_pairs')));
    });

    it('asks for an id or a slug', async () => {
      const error = await app.refusal(guest, 'product/get', {});

      assert.equal(error.message, 'Product ID or slug is missing');
    });

    it('takes hostile text for text', async () => {
      for (const slug of ["' OR 1=1 --", 'a'.repeat(60_000), '\0'])
        assert.equal((await app.refusal(guest, 'product/get', { slug })).message, 'Product not found');
      assert.equal((await app.call<Page>(guest, 'product/get_list', { search: "%' OR '1'='1" })).total, 0);
    });
  });

  describe('is closed', () => {
    it('to who is not signed in', async () => {
      const error = await app.refusal(staff('nobody'), 'product/get_list');

      assert.equal(error.status, 401);
    });

    it('to staff without access to it', async () => {
      const error = await app.refusal(staff('outsider'), 'product/get_list');

      assert.equal(error.code, 725);
    });

    it('to changes by staff who may only look', async () => {
      assert.ok(await app.call(staff('viewer'), 'product/get_list'));

      const wanted = { 'product/update': 'manage_products', 'product/category_get': 'manage_categories' };
      for (const [path, key] of Object.entries({ ...wanted, 'product/promo_delete': 'manage_promos' })) {
        const error = await app.refusal(staff('viewer'), path, { id: 1 });
        assert.equal(error.message, `You need the "product.${key}" permission to perform this action`);
        assert.equal(error.status, 403);
      }
    });
  });

  it('tells the activity log what staff did', async () => {
    const id = await buildProduct(app);

    const lines = (await app.app.database.knex('activity_system').orderBy('id')) as { message: string }[];
    assert.deepEqual(
      lines.map(({ message }) => message),
      [`Created new product #${id}`, `Updated product #${id} configuration`],
    );
  });
});
