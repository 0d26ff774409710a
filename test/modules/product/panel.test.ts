import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildProduct } from '../../support/build/sale.ts';
import { enterPanel, enterPanelAs, fillIn, untranslated } from '../../support/staff-forms.ts';

const HOSTILE = '<script>alert(1)</script>';
const pageOf = (id: number): string => `/admin/product/manage/${id}`;

interface Shown {
  readonly title: string;
  readonly status: string;
  readonly hidden: boolean;
  readonly stock_control: boolean;
  readonly priority: number;
  readonly product_category_id: number | null;
  readonly addons: readonly { id: number }[];
  readonly upgrades: Record<string, string>;
  readonly config: Record<string, unknown>;
  readonly pricing: {
    type: string;
    once: { price: number; setup: number };
    recurrent: Record<string, { price: number; setup: number; enabled: boolean }>;
  };
}

describe('products in the panel', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const see = (id: number): Promise<Shown> => app.call(admin, 'product/get', { id });

  it('are listed, narrowed and in the order asked for', async () => {
    const zebra = await buildProduct(app, { title: 'Zebra' });
    const ant = await buildProduct(app, { title: 'Ant', status: 'disabled' });
    const visitor = await enterPanel(app);

    const up = await visitor.get('/admin/product?sort=title');
    const down = await visitor.get('/admin/product?sort=-title');
    const off = await visitor.get('/admin/product?status=disabled');

    assert.match(up.text, new RegExp(`manage/${ant}"[\\s\\S]*manage/${zebra}"`));
    assert.match(down.text, new RegExp(`manage/${zebra}"[\\s\\S]*manage/${ant}"`));
    assert.ok(off.text.includes(pageOf(ant)) && !off.text.includes(pageOf(zebra)));
    assert.deepEqual(untranslated(up.text), []);
  });

  it('come as a file', async () => {
    await buildProduct(app, { title: '=1+1' });
    const visitor = await enterPanel(app);

    const { text, headers } = await visitor.get('/admin/product/csv');

    assert.match(headers['content-type'] ?? '', /text\/csv/);
    assert.match(text, /^\d+,'=1\+1,[^,]+,apikey,/m);
  });

  it('are made of every type there is', async () => {
    const visitor = await enterPanel(app);
    const types = Object.keys(await app.call<Record<string, string>>(admin, 'product/get_types'));

    const made = [];
    for (const type of types) {
      const form = '/admin/product/new';
      const { headers } = await fillIn(visitor, form, form, { title: `A ${type}`, type });
      const page = await visitor.get(headers['location'] ?? '');
      made.push([type, page.status, untranslated(page.text)]);
    }

    assert.deepEqual(made, types.map((type) => [type, 200, []])); // prettier-ignore
  });

  it('show the form for a new one again without a title', async () => {
    const visitor = await enterPanel(app);
    const form = '/admin/product/new';

    const { status, text } = await fillIn(visitor, form, form, { title: ' ', type: 'apikey' });

    assert.equal(status, 422);
    assert.match(text, /You must specify a title/);
    assert.match(text, /value="apikey" selected/);
  });

  it('have everything about them changed', async () => {
    const id = await buildProduct(app);
    const other = await buildProduct(app);
    const addon = await app.call<number>(admin, 'product/addon_create', { title: 'Extra' });
    const visitor = await enterPanel(app);

    const answer = await fillIn(visitor, pageOf(id), pageOf(id), {
      title: 'Better key',
      status: 'enabled',
      hidden: '1',
      stock_control: '1',
      quantity_in_stock: '7',
      product_category_id: '1',
      'addons[0]': String(addon),
      'upgrades[0]': String(other),
    });

    const shown = await see(id);
    assert.equal(answer.status, 303);
    assert.deepEqual(
      [shown.title, shown.hidden, shown.stock_control, shown.product_category_id],
      ['Better key', true, true, 1],
    );
    assert.deepEqual(shown.addons.map((one) => one.id), [addon]); // prettier-ignore
    assert.deepEqual(Object.keys(shown.upgrades), [String(other)]);
  });

  it('lose what is no longer ticked', async () => {
    const addon = await app.call<number>(admin, 'product/addon_create', { title: 'Extra' });
    const id = await buildProduct(app, { hidden: 1, addons: [addon], product_category_id: 1 });
    const visitor = await enterPanel(app);

    await visitor.submit(pageOf(id), pageOf(id), {
      title: 'Key',
      hidden: '0',
      'addons[]': '',
      product_category_id: '',
    });

    const shown = await see(id);
    assert.equal(shown.hidden, false);
    assert.deepEqual(shown.addons, []);
    assert.equal(shown.product_category_id, null);
  });

  it('show what is not right again, with what was typed', async () => {
    const id = await buildProduct(app);
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, pageOf(id), pageOf(id), {
      title: HOSTILE,
      suspension_grace_days: '-1',
    });

    assert.equal(status, 422);
    assert.match(text, /must be a non-negative integer/);
    assert.match(text, /name="title"[^>]*value="&lt;script&gt;/);
    assert.ok(!text.includes(HOSTILE));
  });

  it('cost once, or each period, another one too', async () => {
    const id = await buildProduct(app);
    const visitor = await enterPanel(app);
    const price = `${pageOf(id)}/price`;

    await fillIn(visitor, pageOf(id), price, { type: 'once', 'once[price]': '12.50', 'once[setup]': '3' });
    const once = await see(id);
    await fillIn(visitor, pageOf(id), price, {
      type: 'recurrent',
      'recurrent[1M][enabled]': '1',
      'recurrent[1M][price]': '9',
      new_code: '2m',
      'new_period[price]': '17',
    });
    const recurrent = await see(id);

    assert.equal(once.pricing.type, 'once');
    assert.deepEqual(once.pricing.once, { price: 12.5, setup: 3 });
    assert.equal(recurrent.pricing.type, 'recurrent');
    assert.equal(recurrent.pricing.recurrent['1M']?.price, 9);
    assert.equal(recurrent.pricing.recurrent['2M']?.price, 17);
    assert.equal(recurrent.pricing.recurrent['2M']?.enabled, true);
  });

  it('show a price that is none again', async () => {
    const id = await buildProduct(app);
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, pageOf(id), `${pageOf(id)}/price`, {
      type: 'recurrent',
      'recurrent[1M][price]': 'much',
      'once[price]': '5.55',
    });

    assert.equal(status, 422);
    assert.match(text, /Price must be a valid number/);
    assert.match(text, /name="recurrent\[1M\]\[price\]"[^>]*value="much"/);
    assert.match(text, /name="once\[price\]"[^>]*value="5\.55"/);
  });

  it('are configured by the schema of their type, and with parameters of their own', async () => {
    const id = await buildProduct(app);
    const visitor = await enterPanel(app);
    const config = `${pageOf(id)}/config`;

    await fillIn(visitor, pageOf(id), config, {
      'config[length]': '20',
      'config[case]': 'lower',
      new_name: 'custom_plan',
      new_value: HOSTILE,
    });
    const first = await see(id);
    const { text } = await visitor.get(pageOf(id));
    await fillIn(visitor, pageOf(id), config, { 'config[custom_plan]': '' });
    const second = await see(id);

    assert.deepEqual(first.config, {
      length: 20,
      split: true,
      split_interval: 8,
      case: 'lower',
      custom_plan: HOSTILE,
    });
    assert.ok(!text.includes(HOSTILE));
    assert.match(text, /name="config\[custom_plan\]" value="&lt;script&gt;/);
    assert.deepEqual(second.config, { length: 20, split: true, split_interval: 8, case: 'lower' });
  });

  it('show a configuration that cannot be again', async () => {
    const id = await buildProduct(app);
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, pageOf(id), `${pageOf(id)}/config`, { 'config[length]': '-5' });

    assert.equal(status, 422);
    assert.match(text, /role="alert"/);
    assert.match(text, /name="config\[length\]"[^>]*value="-5"/);
  });

  it('are put into another order', async () => {
    const [first, second] = [await buildProduct(app), await buildProduct(app)];
    const visitor = await enterPanel(app);

    await fillIn(visitor, '/admin/product/order', '/admin/product/order', {
      [`priority[${first}]`]: '20',
      [`priority[${second}]`]: '5',
    });

    assert.deepEqual([(await see(first)).priority, (await see(second)).priority], [20, 5]);
  });

  it('go when nobody ordered them', async () => {
    const id = await buildProduct(app);
    const visitor = await enterPanel(app);

    const answer = await fillIn(visitor, pageOf(id), `${pageOf(id)}/delete`);

    assert.equal(answer.headers['location'], '/admin/product');
    assert.match((await app.refusal(admin, 'product/get', { id })).message, /not found/);
  });

  it('are add-ons as well, with a list of their own', async () => {
    const visitor = await enterPanel(app);
    const form = '/admin/product/addons/new';

    const { headers } = await fillIn(visitor, form, form, { title: 'Extra room' });
    const addons = await visitor.get('/admin/product/addons');
    const products = await visitor.get('/admin/product');
    const page = await visitor.get(headers['location'] ?? '');

    assert.match(addons.text, /Extra room/);
    assert.doesNotMatch(products.text, /Extra room/);
    assert.equal(page.status, 200);
    assert.deepEqual(untranslated(page.text), []);
  });

  it('are only looked at by staff who may not change them', async () => {
    const id = await buildProduct(app);
    const visitor = await enterPanelAs(app, { product: { access: true, view: true } });

    const { text } = await visitor.get(pageOf(id));
    const list = await visitor.get('/admin/product');
    const answers = await Promise.all(
      [pageOf(id), `${pageOf(id)}/delete`, '/admin/product/new', '/admin/product/order'].map((path) =>
        visitor.submit(pageOf(id), path, { title: 'Mine', type: 'apikey' }),
      ),
    );

    assert.doesNotMatch(text, /action="\/admin\/product/);
    assert.doesNotMatch(list.text, /href="\/admin\/product\/(new|order|categories)"/);
    assert.deepEqual(answers.map(({ status }) => status), [403, 403, 403, 403]); // prettier-ignore
  });

  it('are nothing for staff without the permission, who do not see the way there', async () => {
    const visitor = await enterPanelAs(app, { invoice: { access: true, view: true } });

    const answers = await Promise.all(
      ['/admin/product', '/admin/product/addons', '/admin/product/csv'].map((path) => visitor.get(path)),
    );
    const home = await visitor.get('/admin/invoice');

    assert.deepEqual(answers.map(({ status }) => status), [403, 403, 403]); // prettier-ignore
    assert.doesNotMatch(home.text, /href="\/admin\/product/);
  });
});
