import assert from 'node:assert/strict';
import { later, SECOND } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { buildClient, PASSWORD, see } from '../../support/build/client.ts';
import { order } from '../../support/build/order.ts';
import { buildProduct } from '../../support/build/sale.ts';
import { switchOn } from '../../support/build/two-factor.ts';
import { enterPanel, enterPanelAs, fillIn } from '../../support/staff-forms.ts';

const HOSTILE = '<script>alert(1)</script>';
const MAY_SEE = { client: { access: true, view: true } };

describe('clients in the panel', () => {
  const app = useApp();

  it('are listed, sorted and narrowed', async () => {
    await buildClient(app, { first_name: 'Ann', last_name: 'Zimmer' });
    await buildClient(app, { first_name: 'Zoe', last_name: 'Adams', status: 'suspended', send_welcome_email: false });
    const visitor = await enterPanel(app);

    const up = await visitor.get('/admin/client?sort=last_name');
    const down = await visitor.get('/admin/client?sort=-last_name');
    const narrow = await visitor.get('/admin/client?status=suspended');
    const found = await visitor.get('/admin/client?search=zimm');

    assert.match(up.text, /Zoe Adams[^]*Ann Zimmer/);
    assert.match(down.text, /Ann Zimmer[^]*Zoe Adams/);
    assert.match(narrow.text, /Zoe Adams/);
    assert.doesNotMatch(narrow.text, /Ann Zimmer/);
    assert.match(found.text, /Ann Zimmer/);
    assert.doesNotMatch(found.text, /Zoe Adams/);
  });

  it('come as a file to who may export them', async () => {
    const { email } = await buildClient(app);

    const { text, headers } = await (await enterPanel(app)).get('/admin/client/csv');

    assert.match(headers['content-type'] ?? '', /text\/csv/);
    assert.match(text, new RegExp(email));
    assert.equal((await (await enterPanelAs(app, MAY_SEE)).get('/admin/client/csv')).status, 403);
  });

  it('are added, and what is wrong is said beside the form', async () => {
    const visitor = await enterPanel(app);
    const sent = { first_name: 'Eve', email: 'eve@example.com', group_id: '1', currency: 'USD', country: 'GB' };

    const wrong = await fillIn(visitor, '/admin/client/new', '/admin/client/new', { ...sent, country: 'Nowhere' });
    const made = await fillIn(visitor, '/admin/client/new', '/admin/client/new', sent);

    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /role="alert"[^]*value="eve@example\.com"/);
    assert.match(made.headers['location'] ?? '', /^\/admin\/client\/manage\/\d+$/);
    assert.match((await visitor.get(made.headers['location'] ?? '')).text, /The client was added[^]*eve@example\.com/);
  });

  it('are changed as far as the form was changed', async () => {
    const { id, email } = await buildClient(app, { company: 'Acme', country: 'GB' });
    const visitor = await enterPanel(app);
    const path = `/admin/client/manage/${id}/edit`;

    const saved = await fillIn(visitor, path, path, { last_name: HOSTILE });
    const { text } = await visitor.get(`/admin/client/manage/${id}`);

    assert.equal(saved.headers['location'], `/admin/client/manage/${id}`);
    const after = await see(app, id);
    assert.deepEqual([after['last_name'], after['company'], after['country'], after.email], [HOSTILE, 'Acme', 'GB', email]); // prettier-ignore
    assert.match(text, /Kay &lt;script&gt;/);
    assert.doesNotMatch(text, /<script>alert/);
  });

  it('have groups that are added, renamed and removed', async () => {
    const visitor = await enterPanel(app);
    const at = '/admin/client/groups';

    await fillIn(visitor, at, at, { title: 'Friends' });
    const groups = await app.call<Record<string, string>>(admin, 'client/group_get_pairs');
    const [id = ''] = Object.entries(groups).find(([, title]) => title === 'Friends') ?? [];
    await fillIn(visitor, at, `${at}/${id}`, { title: 'Family' });
    assert.match((await visitor.get(at)).text, /value="Family"/);
    await fillIn(visitor, at, `${at}/${id}/delete`);

    assert.doesNotMatch((await visitor.get(at)).text, /Family|Friends/);
  });

  it('are found by the beginning of a name, an address or a company, and by number', async () => {
    const { id, email } = await buildClient(app, { first_name: 'Anna', last_name: 'Weber', company: 'Acme' });
    const visitor = await enterPanel(app);

    for (const text of ['ann', 'WEB', 'Anna We', email.slice(0, 7), 'acm', String(id), `#${id}`]) {
      const page = await visitor.get(`/admin/search?q=${encodeURIComponent(text)}`);
      assert.match(page.text, new RegExp(`href="/admin/client/manage/${id}">Anna Weber<`), text);
    }
    assert.doesNotMatch((await visitor.get('/admin/search?q=%25')).text, /Anna/);
    assert.doesNotMatch((await visitor.get('/admin/search?q=nna')).text, /Anna/);
  });
});

describe('a client in the panel', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const tick = () => app.clock.set(later(app.clock.now(), SECOND));

  it('is there with what it has, and what happened', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });
    tick();
    await app.call(admin, 'client/balance_add_funds', { id, amount: '25', description: 'A gift' });
    tick();
    const orderId = await order(app, { client_id: id, product_id: await buildProduct(app), activate: 1 });

    const { text } = await (await enterPanel(app)).get(`/admin/client/manage/${id}`);

    assert.match(text, /\$25\.00/);
    assert.match(text, new RegExp(`href="/admin/order/manage/${orderId}"`));
    assert.match(text, /What happened[^]*Order activated[^]*\$25\.00 added to the balance[^]*Became a client/);
  });

  it('gets money, and a line of the balance is taken back', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });
    const visitor = await enterPanel(app);
    const at = `/admin/client/manage/${id}`;

    const wrong = await fillIn(visitor, at, `${at}/funds`, { amount: 'much', description: 'A gift' });
    await fillIn(visitor, at, `${at}/funds`, { amount: '12.50', description: 'A gift' });
    assert.equal((await see(app, id)).balance, 12.5);
    const { text } = await visitor.get(`${at}/balance`);
    const action = /action="(\/admin\/client\/balance\/\d+\/delete)"/.exec(text)?.[1] ?? '';
    const back = await fillIn(visitor, `${at}/balance`, action);

    assert.equal(wrong.status, 422);
    assert.equal(back.headers['location'], `${at}/balance`);
    assert.equal((await see(app, id)).balance, 0);
  });

  it('can be acted as, while the panel stays open', async () => {
    const { id, email } = await buildClient(app);
    const visitor = await enterPanel(app);
    const at = `/admin/client/manage/${id}`;

    const answer = await fillIn(visitor, at, `${at}/login`);

    assert.equal(answer.headers['location'], '/');
    assert.match((await visitor.get('/')).text, new RegExp(email));
    assert.equal((await visitor.get(at)).status, 200);
  });

  it('gets another password', async () => {
    const { id, email } = await buildClient(app);
    const visitor = await enterPanel(app);
    const at = `/admin/client/manage/${id}`;

    const wrong = await fillIn(visitor, at, `${at}/password`, { password: 'Rainy-Day-43', password_confirm: 'other' });
    await fillIn(visitor, at, `${at}/password`, { password: 'Rainy-Day-43', password_confirm: 'Rainy-Day-43' });

    assert.equal(wrong.status, 422);
    await app.call({ role: 'guest' }, 'client/login', { email, password: 'Rainy-Day-43' });
  });

  it('loses its two-factor login to who may change passwords', async () => {
    const { id, caller } = await buildClient(app);
    const [visitor, reader] = [await enterPanel(app), await enterPanelAs(app, MAY_SEE)];
    const at = `/admin/client/manage/${id}`;
    const before = await visitor.get(at);
    await switchOn(app, caller);

    const shown = await visitor.get(at);
    const refused = await reader.submit(at, `${at}/two-factor`);
    const { headers } = await visitor.submit(at, `${at}/two-factor`);
    const again = await visitor.submit(at, `${at}/two-factor`);

    assert.ok(shown.text.includes(`action="${at}/two-factor"`) && !before.text.includes('/two-factor"'));
    assert.deepEqual([refused.status, headers['location'], again.status], [403, at, 409]);
    assert.equal((await app.call<{ is_on: boolean }>(caller, 'profile/two_factor_get')).is_on, false);
  });

  it('is removed', async () => {
    const { id } = await buildClient(app);
    const visitor = await enterPanel(app);
    const at = `/admin/client/manage/${id}`;

    const answer = await fillIn(visitor, at, `${at}/delete`);

    assert.equal(answer.headers['location'], '/admin/client');
    assert.equal((await visitor.get(at)).status, 404);
  });

  it('tells when and from where it signed in', async () => {
    const { id, email } = await buildClient(app);
    await app.call({ role: 'guest' }, 'client/login', { email, password: PASSWORD });
    const visitor = await enterPanel(app);

    assert.match((await visitor.get(`/admin/client/manage/${id}/logins`)).text, /127\.0\.0\.1/);
    assert.match((await visitor.get(`/admin/client/manage/${id}/story`)).text, /Signed in/);
  });

  it('tells its story page by page, and each thing once', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });
    for (let day = 0; day < 30; day++) {
      tick();
      await app.call(admin, 'client/balance_add_funds', { id, amount: '1', description: `Gift ${day}.` });
    }
    const visitor = await enterPanel(app);

    const told: string[] = [];
    for (let path: string | undefined = `/admin/client/manage/${id}/story`; path !== undefined;) {
      const { text } = await visitor.get(path);
      told.push(...(text.match(/Gift \d+\./g) ?? []));
      path = /class="btn" href="([^"]*story\?before[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }

    assert.deepEqual(
      told,
      Array.from({ length: 30 }, (_, at) => `Gift ${29 - at}.`),
    );
  });

  it('shows who may see clients only nothing of what belongs to others', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });
    await app.call(admin, 'client/balance_add_funds', { id, amount: '25', description: 'A gift' });
    const orderId = await order(app, { client_id: id, product_id: await buildProduct(app), activate: 1 });
    const visitor = await enterPanelAs(app, MAY_SEE);
    const at = `/admin/client/manage/${id}`;

    const { status, text } = await visitor.get(at);
    const found = await visitor.get(`/admin/search?q=${orderId}`);
    const dashboard = await visitor.get('/admin');

    assert.equal(status, 200);
    assert.doesNotMatch(text, /A gift|Order activated|\/admin\/order|\/funds|\/login"|\/delete"|\/edit"|Set another/);
    assert.doesNotMatch(found.text, /\/admin\/(order|invoice|product)/);
    assert.doesNotMatch(dashboard.text, /Income|Newest orders|Failed/);
    for (const path of [`${at}/edit`, `${at}/balance`, `${at}/logins`, '/admin/client/new', '/admin/client/groups'])
      assert.equal((await visitor.get(path)).status, 403, path);
    const sent = { amount: '1', description: 'x', password: 'Rainy-Day-43', password_confirm: 'Rainy-Day-43' };
    for (const step of ['funds', 'delete', 'login', 'password', 'edit'])
      assert.equal((await visitor.submit('/admin', `${at}/${step}`, sent)).status, 403, step);
  });

  it('is nobody of whom there is none, and nothing for guests', async () => {
    const visitor = await enterPanel(app);

    assert.equal((await visitor.get('/admin/client/manage/999')).status, 404);
    assert.equal((await visitor.get('/admin/client/manage/x')).status, 404);
    assert.equal((await app.browser().get('/admin/client/manage/1')).status, 303);
  });
});
