import assert from 'node:assert/strict';
import { firstAdministratorMade } from '#modules/staff/contract';
import { atomic } from '#core/context';
import { ADMIN, admin, guest, useApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/client.ts';
import { openLimited, openPanel, panelModules } from '../../support/panel.ts';
import { visit } from '../../support/visitor.ts';

const WIZARD = '/admin/setup';
const STEPS = [WIZARD, ...['currency', 'administrator', 'mail', 'product'].map((step) => `${WIZARD}/${step}`)];

describe('the wizard of a new installation', () => {
  const app = useApp({ modules: panelModules });

  /** As after the first start without a password in the settings. */
  async function begin(): Promise<void> {
    await atomic(app.system(), (tx) => tx.emit(firstAdministratorMade, {}));
    await look();
  }
  /** Processes learn within a second what changed. */
  async function look(): Promise<void> {
    await app.settle();
    app.clock.advance(2000);
  }
  const placeOf = async (path: string): Promise<string | undefined> => (await visit(app).get(path)).headers['location'];
  const newestProduct = async (): Promise<number> =>
    Math.max(...Object.keys(await app.call<Record<string, string>>(admin, 'product/get_pairs')).map(Number));
  const params = () => app.call<Record<string, string | null>>(admin, 'system/get_params');

  it('is where the site leads, and nowhere else', async () => {
    await begin();

    assert.deepEqual([await placeOf('/'), await placeOf('/admin')], [WIZARD, WIZARD]);
    for (const path of ['/login', '/order', '/docs', '/healthz', '/admin/login'])
      assert.equal((await visit(app).get(path)).status, 200, path);
    assert.equal(typeof (await app.call(guest, 'system/company')), 'object');
  });

  it('is not there for an installation whose administrator came with the settings', async () => {
    const panel = await openPanel(app);

    assert.equal((await panel.get('/')).status, 200);
    for (const path of STEPS) assert.equal((await panel.get(path)).status, 404, path);
  });

  it('names the company, the currency, the sender and the first product, and is gone', async () => {
    await begin();
    const panel = await openPanel(app);

    const afterCompany = await panel.submit(WIZARD, WIZARD, {
      company_name: 'Keys <b>&</b> Locks',
      company_email: 'us@example.com',
    });
    const afterCurrency = await panel.submit(`${WIZARD}/currency`, `${WIZARD}/currency`, { code: 'NOK' });
    await panel.submit(`${WIZARD}/mail`, `${WIZARD}/mail`, { from_email: 'us@example.com', mailer: '', is_tried: '1' });
    const afterProduct = await panel.submit(`${WIZARD}/product`, `${WIZARD}/product`, {
      title: 'A key',
      type: 'custom',
    });
    await look();

    assert.deepEqual(
      [afterCompany, afterCurrency, afterProduct].map(({ headers }) => headers['location']),
      [`${WIZARD}/currency`, `${WIZARD}/administrator`, `/admin/product/manage/${await newestProduct()}`],
    );
    assert.equal((await params())['company_name'], 'Keys <b>&</b> Locks');
    assert.equal((await app.call<{ code: string }>(admin, 'currency/get_default')).code, 'NOK');
    assert.equal((await app.mails()).length, 1);
    assert.equal(
      (await app.call<{ title: string }>(admin, 'product/get', { id: await newestProduct() })).title,
      'A key',
    );
    assert.equal((await panel.get('/admin')).status, 200);
    for (const path of STEPS) assert.equal((await panel.get(path)).status, 409, path);
    assert.equal((await visit(app).get('/')).status, 200);
  });

  it('gives the administrator a password of their own, and is led to no more', async () => {
    await begin();
    const [panel, other] = [await openPanel(app), await openPanel(app)];
    const sent = {
      name: 'Ada',
      email: 'ada@example.com',
      new_password: 'Own-Word-12',
      confirm_password: 'Own-Word-12',
    };

    const wrong = await panel.submit(`${WIZARD}/administrator`, `${WIZARD}/administrator`, {
      ...sent,
      current_password: 'not it',
    });
    const right = await panel.submit(`${WIZARD}/administrator`, `${WIZARD}/administrator`, {
      ...sent,
      current_password: ADMIN.password,
    });
    await look();

    assert.equal(wrong.status, 409);
    assert.match(wrong.text, /value="ada@example\.com"/);
    assert.equal(right.headers['location'], `${WIZARD}/mail`);
    assert.ok(await app.call(guest, 'staff/login', { email: sent.email, password: sent.new_password }));
    assert.equal((await other.get('/admin/profile')).status, 303);
    assert.equal((await visit(app).get('/')).status, 200);
    assert.equal((await panel.get(`${WIZARD}/mail`)).status, 200);
  });

  it('can be skipped, step by step and altogether', async () => {
    await begin();
    const panel = await openPanel(app);

    for (const [index, path] of STEPS.entries()) {
      const following = STEPS[index + 1];
      const { status, text } = await panel.get(path);
      assert.equal(status, 200, path);
      if (following !== undefined) assert.ok(text.includes(`<a class="btn" href="${following}">`), path);
    }
    const { headers } = await panel.submit(WIZARD, `${WIZARD}/finish`);
    await look();

    assert.equal(headers['location'], '/admin');
    assert.equal((await visit(app).get('/')).status, 200);
    assert.equal((await panel.get(WIZARD)).status, 409);
  });

  it('never comes back once it is finished', async () => {
    await begin();
    await (await openPanel(app)).submit(WIZARD, `${WIZARD}/finish`);

    await begin();

    assert.equal((await visit(app).get('/')).status, 200);
  });

  it('shows a step again with what is wrong', async () => {
    await begin();
    const panel = await openPanel(app);

    const unnamed = await panel.submit(WIZARD, WIZARD, { company_name: ' ', company_tel: '<7>' });
    const currency = await panel.submit(`${WIZARD}/currency`, `${WIZARD}/currency`, { code: 'ZZZ' });
    const product = await panel.submit(`${WIZARD}/product`, `${WIZARD}/product`, { title: 'A key', type: 'nothing' });

    assert.deepEqual([unnamed.status, currency.status, product.status], [422, 422, 422]);
    assert.match(unnamed.text, /The company needs a name\..*value="&lt;7&gt;"/s);
    assert.match(currency.text, /Currency code is invalid/);
    assert.match(product.text, /value="A key"/);
  });

  it('is for administrators only', async () => {
    await begin();
    const [stranger, member] = [visit(app), await openLimitedWith({ setup: { access: true } })];

    for (const path of STEPS) {
      assert.equal((await stranger.get(path)).headers['location'], `/admin/login?next=${encodeURIComponent(path)}`);
      assert.equal((await member.get(path)).status, 403, path);
    }
    const forged = await member.submit('/admin/profile', WIZARD, { company_name: 'Theirs' });
    const ended = await member.submit('/admin/profile', `${WIZARD}/finish`);

    assert.deepEqual([forged.status, ended.status], [403, 403]);
    assert.notEqual((await params())['company_name'], 'Theirs');
  });

  it('leads nobody away from a shop that has clients', async () => {
    await begin();
    await buildClient(app);
    await look();

    assert.equal((await visit(app).get('/')).status, 200);
    assert.equal((await (await openPanel(app)).get(WIZARD)).status, 200);
  });

  const openLimitedWith = (permissions: object) => openLimited(app, permissions).finally(look);
});
