import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, buildPayer } from '../../support/build/invoice.ts';
import { enterPanel, enterPanelAs, fillIn, untranslated } from '../../support/staff-forms.ts';

const HOSTILE = '<script>alert(1)</script>';

describe('currencies in the panel', () => {
  const app = useApp();
  const add = (code: string, rate = '0.5'): Promise<unknown> =>
    app.call(admin, 'currency/create', { code, conversion_rate: rate });
  const see = (code: string) =>
    app.call<{ conversion_rate: number; default: boolean }>(admin, 'currency/get', { code });

  it('are listed with their rates, in the order asked for', async () => {
    await add('EUR');
    const visitor = await enterPanel(app);

    const [up, down] = [
      await visitor.get('/admin/currency?sort=code'),
      await visitor.get('/admin/currency?sort=-code'),
    ];

    assert.equal(up.status, 200);
    assert.match(up.text, /href="\/admin\/currency\/manage\/EUR"[\s\S]*href="\/admin\/currency\/manage\/USD"/);
    assert.match(down.text, /href="\/admin\/currency\/manage\/USD"[\s\S]*href="\/admin\/currency\/manage\/EUR"/);
    assert.match(up.text, /0\.500000/);
    assert.deepEqual(untranslated(up.text), []);
  });

  it('are narrowed by a search', async () => {
    await add('EUR');
    const visitor = await enterPanel(app);

    const { text } = await visitor.get('/admin/currency?search=eu');

    assert.match(text, /manage\/EUR/);
    assert.doesNotMatch(text, /manage\/USD/);
  });

  it('come as a file', async () => {
    await add('EUR');
    const visitor = await enterPanel(app);

    const { text, headers } = await visitor.get('/admin/currency/csv');

    assert.match(headers['content-type'] ?? '', /text\/csv/);
    assert.equal(text.split('\n')[0], 'code,name,rate,default,manual,format_pattern,fraction_digits');
    assert.match(text, /^EUR,Euro,0\.500000,0,0,,$/m);
  });

  it('are added', async () => {
    const visitor = await enterPanel(app);

    const answer = await visitor.submit('/admin/currency/new', '/admin/currency/new', {
      code: 'EUR',
      conversion_rate: '0.9',
    });

    assert.equal(answer.headers['location'], '/admin/currency/manage/EUR');
    assert.equal((await see('EUR')).conversion_rate, 0.9);
  });

  it('show a form that is not right again, with what was typed', async () => {
    const visitor = await enterPanel(app);

    const { status, text } = await visitor.submit('/admin/currency/new', '/admin/currency/new', {
      code: 'EUR',
      conversion_rate: `-1${HOSTILE}`,
    });

    assert.equal(status, 422);
    assert.match(text, /must be a positive number/);
    assert.match(text, /value="-1&lt;script&gt;/);
    assert.match(text, /value="EUR" selected/);
    assert.ok(!text.includes(HOSTILE));
  });

  it('have their rate and format changed', async () => {
    await add('EUR');
    const visitor = await enterPanel(app);
    const page = '/admin/currency/manage/EUR';

    const answer = await fillIn(visitor, page, page, { conversion_rate: '0.25', format_pattern: '{amount} Euro' });
    const { text } = await visitor.get(page);

    assert.equal(answer.status, 303);
    assert.equal((await see('EUR')).conversion_rate, 0.25);
    assert.match(text, /1,234\.50 Euro/);
    assert.match(text, /Saved\./);
    assert.deepEqual(untranslated(text), []);
  });

  it('keep the rate that staff set by hand once the box is ticked, and no longer when it is not', async () => {
    await add('EUR');
    const visitor = await enterPanel(app);
    const page = '/admin/currency/manage/EUR';
    const isTicked = async (): Promise<boolean> =>
      /name="is_rate_manual" type="checkbox" value="1" checked/.test((await visitor.get(page)).text);

    await fillIn(visitor, page, page, { is_rate_manual: '1' });
    const ticked = await isTicked();
    await fillIn(visitor, page, page, { is_rate_manual: '0' });

    assert.equal(ticked, true);
    assert.equal(await isTicked(), false);
  });

  it('refuse a format without a place for the amount, beside the form', async () => {
    await add('EUR');
    const visitor = await enterPanel(app);
    const page = '/admin/currency/manage/EUR';

    const { status, text } = await fillIn(visitor, page, page, { format_pattern: HOSTILE });

    assert.equal(status, 422);
    assert.match(text, /placeholder/);
    assert.match(text, /value="&lt;script&gt;/);
    assert.ok(!text.includes(HOSTILE));
  });

  it('become the default, and go', async () => {
    await add('EUR');
    const visitor = await enterPanel(app);

    await fillIn(visitor, '/admin/currency/manage/EUR', '/admin/currency/manage/EUR/default');
    await fillIn(visitor, '/admin/currency/manage/USD', '/admin/currency/manage/USD/delete');

    assert.equal((await see('EUR')).default, true);
    assert.match((await app.refusal(admin, 'currency/get', { code: 'USD' })).message, /not found/);
  });

  it('stay while something is in them, and the page says why', async () => {
    await add('EUR');
    await buildInvoice(app, { clientId: await buildPayer(app, { currency: 'EUR' }) });
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, '/admin/currency/manage/EUR', '/admin/currency/manage/EUR/delete');

    assert.equal(status, 409);
    assert.match(text, /<div class="alert alert-danger" role="alert">/);
    assert.match(text, /manage\/EUR\/delete/);
  });

  it('are nothing for staff without the permission, who do not see the way there either', async () => {
    const visitor = await enterPanelAs(app, { product: { access: true, view: true } });

    const { status } = await visitor.get('/admin/currency');
    const home = await visitor.get('/admin');

    assert.equal(status, 403);
    assert.equal(home.status, 200);
    assert.doesNotMatch(home.text, /href="\/admin\/currency"/);
  });

  it('show staff who may only look no form', async () => {
    await add('EUR');
    const visitor = await enterPanelAs(app, { currency: { access: true, view: true } });

    const { text } = await visitor.get('/admin/currency/manage/EUR');
    const answer = await visitor.submit('/admin/currency/manage/EUR', '/admin/currency/manage/EUR', {
      conversion_rate: '7',
    });

    assert.doesNotMatch(text, /action="\/admin\/currency\/manage/);
    assert.equal(answer.status, 403);
    assert.equal((await see('EUR')).conversion_rate, 0.5);
  });

  it('send a visitor to the sign-in', async () => {
    const answer = await app.request('get', '/admin/currency');

    assert.equal(answer.status, 303);
    assert.equal(answer.headers['location'], '/admin/login?next=%2Fadmin%2Fcurrency');
  });
});
