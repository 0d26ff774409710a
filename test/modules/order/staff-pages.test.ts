import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildCounter, buildLever, historyOf, order, seen } from '../../support/build/order.ts';
import { buildClient } from '../../support/build/sale.ts';
import { enterPanel, enterPanelAs, fillIn } from '../../support/staff-forms.ts';

const counter = buildCounter();
const MAY_SEE = { order: { access: true, view: true } };

describe('orders in the panel', () => {
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());

  it('are listed, sorted and narrowed', async () => {
    const clientId = await buildClient(app, { first_name: 'Ann', last_name: 'Zimmer' });
    const first = await order(app, { client_id: clientId, title: 'First lever', activate: 1 });
    const second = await order(app, { title: 'Second lever' });
    const visitor = await enterPanel(app);

    const all = await visitor.get('/admin/order');
    const up = await visitor.get('/admin/order?sort=id');
    const pending = await visitor.get('/admin/order?status=pending_setup');
    const own = await visitor.get(`/admin/order?client_id=${clientId}`);
    const found = await visitor.get('/admin/order?search=zimmer');

    assert.match(all.text, /Second lever[^]*First lever/);
    assert.match(up.text, /First lever[^]*Second lever/);
    assert.doesNotMatch(pending.text, /First lever/);
    for (const { text } of [own, found]) {
      assert.match(text, new RegExp(`href="/admin/order/manage/${first}"[^]*Ann Zimmer`));
      assert.doesNotMatch(text, new RegExp(`manage/${second}"`));
    }
  });

  it('come as a file to who may export them', async () => {
    await order(app, { title: 'First lever' });

    const { text, headers } = await (await enterPanel(app)).get('/admin/order/csv');

    assert.match(headers['content-type'] ?? '', /text\/csv/);
    assert.match(text, /First lever/);
    assert.equal((await (await enterPanelAs(app, MAY_SEE)).get('/admin/order/csv')).status, 403);
  });

  it('are made for a client, and what is wrong is said beside the form', async () => {
    const [clientId, productId] = [await buildClient(app), await buildLever(app)];
    const visitor = await enterPanel(app);
    const at = `/admin/order/new/${clientId}/${productId}`;

    const wrong = await fillIn(visitor, `/admin/order/new?client_id=${clientId}&product_id=${productId}`, at, { price: 'much' }); // prettier-ignore
    const made = await fillIn(visitor, at, at, { price: '7.50', quantity: '2', activate: '1', title: '' });

    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /role="alert"[^]*value="much"/);
    const id = Number(/manage\/(\d+)$/.exec(made.headers['location'] ?? '')?.[1]);
    const { title, price, total, status } = await seen(app, id);
    assert.deepEqual([title, price, total, status], ['Lever', 7.5, 15, 'active']);
  });

  it('say so when there is no such client', async () => {
    const visitor = await enterPanel(app);

    const { text } = await visitor.get('/admin/order/new?client_id=999&product_id=1');

    assert.doesNotMatch(text, /action="\/admin\/order\/new\/999/);
  });

  it('are found by their number', async () => {
    const id = await order(app, { title: 'First lever' });

    const { text } = await (await enterPanel(app)).get(`/admin/search?q=%23${id}`);

    assert.match(text, new RegExp(`href="/admin/order/manage/${id}">#${id}<[^]*First lever`));
  });

  it('that need somebody are counted on the dashboard', async () => {
    await order(app);
    counter.failing.add('activate');
    await order(app, { activate: 1 });

    const { text } = await (await enterPanel(app)).get('/admin');

    assert.match(text, /To set up<\/dt><dd><a href="\/admin\/order\?status=pending_setup">1</);
    assert.match(text, /Setup failed<\/dt><dd class="is-trouble"><a href="\/admin\/order\?status=failed_setup">1</);
  });
});

describe('an order in the panel', () => {
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());
  const press = async (id: number, step: string, fields: Record<string, string> = {}) => {
    const visitor = await enterPanel(app);
    const at = `/admin/order/manage/${id}`;
    const answer = await fillIn(visitor, at, `${at}/${step}`, fields);
    return { answer, page: answer.status === 303 ? await visitor.get(at) : answer };
  };

  it('goes through its life', async () => {
    const id = await order(app, { period: '1M', price: 5 });

    await press(id, 'activate');
    await press(id, 'renew');
    const { page } = await press(id, 'suspend', { reason: 'No <money>' });
    assert.match(page.text, /The order was suspended[^]*Order suspended for No &lt;money&gt;/);
    await press(id, 'unsuspend');
    await press(id, 'cancel', { reason: 'Enough' });
    await press(id, 'uncancel');

    assert.deepEqual((await historyOf(app, id)).toReversed().slice(-6), [
      'active: Order activated',
      'active: Order renewed',
      'suspended: Order suspended for No <money>',
      'active: Order unsuspended',
      'canceled: Canceled order for Enough',
      'active: Activated canceled order',
    ]);
  });

  it('says why its setup failed', async () => {
    counter.failing.add('activate');
    const id = await order(app);

    const { answer } = await press(id, 'activate');
    const { text } = await (await enterPanel(app)).get(`/admin/order/manage/${id}`);

    assert.equal(answer.status, 409);
    assert.match(answer.text, /role="alert"[^]*The lever does not activate/);
    assert.match(text, /Setup failed: The lever does not activate/);
  });

  it('shows what it delivered, and notes of staff', async () => {
    const id = await order(app, { activate: 1 });

    const { page } = await press(id, 'note', { notes: 'Asked by phone' });

    assert.match(page.text, /What was delivered[^]*<dt>Lever<\/dt>/);
    assert.match(page.text, /What happened[^]*Asked by phone/);
    assert.match((await (await enterPanel(app)).get(`/admin/order/manage/${id}/story`)).text, /Asked by phone/);
  });

  it('is changed as far as the form was changed', async () => {
    const id = await order(app, { period: '1M', price: 5, activate: 1, notes: 'By phone' });
    const before = await seen(app, id);
    const visitor = await enterPanel(app);
    const path = `/admin/order/manage/${id}/edit`;

    const saved = await fillIn(visitor, path, path, { title: 'A better lever', price: '6' });

    assert.equal(saved.headers['location'], `/admin/order/manage/${id}`);
    const after = await seen(app, id);
    assert.deepEqual([after.title, after.price, after.status], ['A better lever', 6, 'active']);
    assert.equal(after.expires_at?.slice(0, 16), before.expires_at?.slice(0, 16));
  });

  it('is deleted', async () => {
    const id = await order(app);

    const { answer, page } = await press(id, 'delete');

    assert.equal(answer.headers['location'], '/admin/order');
    assert.equal(page.status, 404);
  });

  it('offers nothing to who may only look, and refuses it', async () => {
    const id = await order(app, { activate: 1 });
    const visitor = await enterPanelAs(app, MAY_SEE);
    const at = `/admin/order/manage/${id}`;

    const { status, text } = await visitor.get(at);

    assert.equal(status, 200);
    assert.doesNotMatch(text, /manage\/\d+\/(suspend|cancel|delete|edit|note)|\/admin\/client/);
    for (const step of ['suspend', 'cancel', 'delete', 'edit', 'note', 'activate'])
      assert.equal((await visitor.submit('/admin', `${at}/${step}`, { notes: 'x' })).status, 403, step);
    assert.equal((await visitor.get('/admin/order/new')).status, 403);
  });

  it('is nothing for those who may not enter', async () => {
    const id = await order(app);
    const stranger = await enterPanelAs(app, { client: { access: true, view: true } });

    assert.equal((await stranger.get(`/admin/order/manage/${id}`)).status, 403);
    assert.doesNotMatch((await stranger.get(`/admin/search?q=${id}`)).text, /\/admin\/order/);
    assert.equal((await app.browser().get(`/admin/order/manage/${id}`)).status, 303);
    assert.equal((await (await enterPanel(app)).get('/admin/order/manage/999')).status, 404);
  });

  it('is linked to by the letters of staff', async () => {
    const id = await order(app, { activate: 1 });

    await app.call(admin, 'order/suspend', { id });
    await app.settle();

    assert.ok((await app.mails()).some((mail) => mail.includes(`/admin/order/manage/${id}`)));
  });
});
