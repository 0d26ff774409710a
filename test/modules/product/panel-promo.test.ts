import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { enterPanel, enterPanelAs, fillIn, untranslated } from '../../support/staff-forms.ts';

const HOSTILE = '<script>alert(1)</script>';
const FRESH = '/admin/product/promos/new';
const pageOf = (id: number): string => `/admin/product/promos/${id}`;

describe('promos in the panel', () => {
  const app = useApp();
  const add = (code: string, fields: object = {}): Promise<number> =>
    app.call(admin, 'product/promo_create', { code, type: 'percentage', value: 10, active: 1, ...fields });
  const see = (id: number) => app.call<Record<string, unknown>>(admin, 'product/promo_get', { id });

  it('are listed, narrowed and in the order asked for, and come as a file', async () => {
    const [autumn, zoo] = [await add('AUTUMN'), await add('ZOO', { end_at: '2001-01-01' })];
    const visitor = await enterPanel(app);

    const down = await visitor.get('/admin/product/promos?sort=-code');
    const expired = await visitor.get('/admin/product/promos?status=expired');
    const csv = await visitor.get('/admin/product/promos/csv?search=AUT');

    assert.match(down.text, new RegExp(`promos/${zoo}"[\\s\\S]*promos/${autumn}"`));
    assert.ok(expired.text.includes(pageOf(zoo)) && !expired.text.includes(pageOf(autumn)));
    assert.deepEqual(csv.text.trim().split('\n').length, 2);
    assert.deepEqual(untranslated(down.text), []);
  });

  it('are made with all their rules, and keep them', async () => {
    const product = await app.call<number>(admin, 'product/prepare', { title: 'Thing', type: 'custom' });
    const group = await app.call<number>(admin, 'client/group_create', { title: 'Friends' });
    const visitor = await enterPanel(app);

    const { headers } = await fillIn(visitor, FRESH, FRESH, {
      code: 'SPRING',
      type: 'absolute',
      value: '12.50',
      maxuses: '3',
      recurring: '1',
      once_per_client: '1',
      freesetup: '1',
      start_at: '2030-01-02T03:04',
      'products[0]': String(product),
      'periods[0]': '1M',
      'client_groups[0]': String(group),
    });
    const id = Number(headers['location']?.split('/').at(-1));
    const before = await see(id);
    await fillIn(visitor, pageOf(id), pageOf(id), {
      'products[0]': String(product),
      'periods[0]': '1M',
      'client_groups[0]': String(group),
    });

    const after = await see(id);
    const { updated_at: _, ...kept } = after;
    const { updated_at: __, ...made } = before;
    assert.deepEqual(kept, made);
    assert.deepEqual(
      [
        after['type'],
        after['value'],
        after['maxuses'],
        after['recurring'],
        after['once_per_client'],
        after['freesetup'],
      ],
      ['absolute', 12.5, 3, true, true, true],
    );
    assert.match(String(after['start_at']), /^2030-01-02 03:04/);
    assert.deepEqual([after['products'], after['periods'], after['client_groups']], [[String(product)], ['1M'], [String(group)]]); // prettier-ignore
  });

  it('are for everything again once nothing is ticked', async () => {
    const id = await add('SPRING', { periods: ['1M'] });
    const visitor = await enterPanel(app);

    await visitor.submit(pageOf(id), pageOf(id), { 'periods[]': '', active: '0' });

    const shown = await see(id);
    assert.deepEqual(shown['periods'], []);
    assert.equal(shown['active'], false);
  });

  it('show a form that is not right again', async () => {
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, FRESH, FRESH, {
      code: HOSTILE,
      value: '-3',
      recurring: '1',
      'periods[0]': '1Y',
    });

    assert.equal(status, 422);
    assert.match(text, /Promo value cannot be negative/);
    assert.match(text, /name="code"[^>]*value="&lt;script&gt;/);
    assert.match(text, /value="1Y" checked/);
    assert.match(text, /name="recurring" type="checkbox" value="1" checked/);
    assert.ok(!text.includes(HOSTILE));
  });

  it('are copied, and go', async () => {
    const id = await add('SPRING');
    const visitor = await enterPanel(app);

    const copied = await fillIn(visitor, pageOf(id), `${pageOf(id)}/copy`);
    const gone = await fillIn(visitor, pageOf(id), `${pageOf(id)}/delete`);

    assert.match(copied.headers['location'] ?? '', /^\/admin\/product\/promos\/\d+$/);
    assert.equal(gone.headers['location'], '/admin/product/promos');
    assert.match((await app.refusal(admin, 'product/promo_get', { id })).message, /not found/i);
  });

  it('are only looked at by staff who may not change them', async () => {
    const id = await add('SPRING');
    const visitor = await enterPanelAs(app, { product: { access: true, view: true } });

    const { text, status } = await visitor.get(pageOf(id));
    const answers = await Promise.all(
      [pageOf(id), `${pageOf(id)}/delete`].map((path) => visitor.submit(pageOf(id), path, { code: 'MINE' })),
    );

    assert.equal(status, 200);
    assert.doesNotMatch(text, /action="\/admin\/product/);
    assert.deepEqual(answers.map((one) => one.status), [403, 403]); // prettier-ignore
    assert.equal((await see(id))['code'], 'SPRING');
  });
});

describe('categories in the panel', () => {
  const app = useApp();
  const LIST = '/admin/product/categories';

  it('are made, listed with what is in them, changed, and go', async () => {
    const visitor = await enterPanel(app);

    await fillIn(visitor, `${LIST}/new`, `${LIST}/new`, { title: HOSTILE });
    const list = await visitor.get(`${LIST}?sort=-id&search=script`);
    const path = /href="(\/admin\/product\/categories\/\d+)"/.exec(list.text)?.[1] ?? '';
    await fillIn(visitor, path, path, { title: 'Tools' });
    const renamed = await visitor.get(LIST);
    await fillIn(visitor, path, `${path}/delete`);
    const gone = await visitor.get(LIST);

    assert.match(list.text, /&lt;script&gt;/);
    assert.ok(!list.text.includes(HOSTILE));
    assert.match(renamed.text, />Tools</);
    assert.doesNotMatch(gone.text, />Tools</);
    assert.deepEqual(untranslated(renamed.text), []);
  });

  it('stay while they have products, and say so', async () => {
    await app.call(admin, 'product/prepare', { title: 'Thing', type: 'custom', product_category_id: 1 });
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, `${LIST}/1`, `${LIST}/1/delete`);

    assert.equal(status, 409);
    assert.match(text, /Cannot remove product category with products/);
  });

  it('show the form again without a title', async () => {
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, `${LIST}/new`, `${LIST}/new`, { title: '', description: 'Kept' });

    assert.equal(status, 422);
    assert.match(text, /Category title is required/);
    assert.match(text, />Kept<\/textarea>/);
  });

  it('are nothing for staff without the permission', async () => {
    const visitor = await enterPanelAs(app, { product: { access: true, view: true } });

    const { status } = await visitor.get(LIST);

    assert.equal(status, 403);
  });
});
