import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, buildPayer, invoiceOf } from '../../support/build/invoice.ts';
import { enterPanel, enterPanelAs, fillIn, untranslated } from '../../support/staff-forms.ts';

const HOSTILE = '<script>alert(1)</script>';
const SECRET = 'a secret of the sandbox';

describe('payment gateways in the panel', () => {
  const app = useApp({ install: ['gateway-sandbox'] });
  const LIST = '/admin/invoice/gateways';
  const see = (id: number) =>
    app.call<{ title: string; enabled: number; test_mode: number; config: Record<string, unknown>; accepted_currencies: string[] }>(admin, 'invoice/gateway_get', { id }); // prettier-ignore

  async function addSandbox(): Promise<{ id: number; page: string }> {
    await app.call(admin, 'invoice/gateway_install', { code: 'Sandbox' });
    const { list } = await app.call<{ list: { id: number; code: string }[] }>(admin, 'invoice/gateway_get_list');
    const id = list.find(({ code }) => code === 'Sandbox')?.id ?? 0;
    return { id, page: `${LIST}/${id}` };
  }

  it('are installed from those that can be', async () => {
    const visitor = await enterPanel(app);
    const before = await visitor.get(LIST);

    await visitor.submit(LIST, `${LIST}/install`, { code: 'Sandbox' });
    const after = await visitor.get(LIST);

    assert.match(before.text, /name="code" value="Sandbox"/);
    assert.doesNotMatch(after.text, /name="code" value="Sandbox"/);
    assert.match(after.text, /href="\/admin\/invoice\/gateways\/\d+">Sandbox</);
    assert.deepEqual(untranslated(after.text), []);
  });

  it('are listed in the order asked for, and narrowed', async () => {
    const { page } = await addSandbox();
    const visitor = await enterPanel(app);

    const down = await visitor.get(`${LIST}?sort=-code`);
    const off = await visitor.get(`${LIST}?search=Sand`);

    assert.ok(down.text.indexOf(`${page}"`) < down.text.indexOf(`${LIST}/1"`));
    assert.ok(off.text.includes(`${page}"`) && !off.text.includes(`${LIST}/1"`));
  });

  it('are set up by the form of their adapter', async () => {
    const { id, page } = await addSandbox();
    const visitor = await enterPanel(app);

    const answer = await fillIn(visitor, page, page, {
      title: 'Play money',
      enabled: '1',
      test_mode: '1',
      'config[secret]': SECRET,
    });
    const { text } = await visitor.get(page);

    const shown = await see(id);
    assert.equal(answer.status, 303);
    assert.deepEqual([shown.title, shown.enabled, shown.test_mode, shown.accepted_currencies], ['Play money', 1, 1, ['USD']]); // prettier-ignore
    assert.match(text, /ipn\.php\?gateway_id=/);
    assert.match(text, /Leave it empty to keep it/);
    assert.ok(!text.includes(SECRET));
    assert.deepEqual(untranslated(text), []);
  });

  it('keep a secret that is left empty', async () => {
    const { id, page } = await addSandbox();
    const visitor = await enterPanel(app);
    await fillIn(visitor, page, page, { enabled: '1', 'config[secret]': SECRET });

    const answer = await fillIn(visitor, page, page, { title: 'Renamed' });

    const shown = await see(id);
    assert.equal(answer.status, 303);
    assert.deepEqual([shown.title, shown.enabled, shown.config['secret']], ['Renamed', 1, '********']);
  });

  it('are not switched on as long as they cannot work, and show neither their secret nor markup', async () => {
    const { id, page } = await addSandbox();
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, page, page, {
      title: HOSTILE,
      enabled: '1',
      'config[secret]': 'too short',
    });

    assert.equal(status, 422);
    assert.match(text, /not fully configured/);
    assert.match(text, /name="title"[^>]*value="&lt;script&gt;/);
    assert.match(text, /name="enabled" type="checkbox" value="1" checked/);
    assert.ok(!text.includes(HOSTILE) && !text.includes('too short'));
    assert.equal((await see(id)).enabled, 0);
  });

  it('take no currency once none is ticked', async () => {
    const { id, page } = await addSandbox();
    const visitor = await enterPanel(app);

    await visitor.submit(page, page, { title: 'Sandbox', 'accepted_currencies[]': '' });

    assert.deepEqual((await see(id)).accepted_currencies, []);
  });

  it('are copied, switched off, and go', async () => {
    const { page } = await addSandbox();
    const visitor = await enterPanel(app);

    const copied = await fillIn(visitor, page, `${page}/copy`);
    const copy = copied.headers['location'] ?? '';
    const { text } = await visitor.get(copy);
    const gone = await fillIn(visitor, copy, `${copy}/delete`);

    assert.match(text, /Sandbox \(Copy\)/);
    assert.equal(gone.headers['location'], LIST);
    assert.equal((await visitor.get(copy)).status, 404);
  });

  it('are nothing for staff without the permission, who do not see the way there', async () => {
    const { id, page } = await addSandbox();
    const visitor = await enterPanelAs(app, { invoice: { access: true, view: true } });

    const answers = [await visitor.get(LIST), await visitor.get(page)];
    const change = await visitor.submit('/admin/profile', page, { enabled: '1', 'config[secret]': SECRET });
    const home = await visitor.get('/admin/invoice');

    assert.deepEqual(answers.map(({ status }) => status), [403, 403]); // prettier-ignore
    assert.equal(change.status, 403);
    assert.equal((await see(id)).enabled, 0);
    assert.doesNotMatch(home.text, /href="\/admin\/invoice\/(gateways|transactions|subscriptions|tax)"/);
  });
});

describe('transactions in the panel', () => {
  const app = useApp();
  const LIST = '/admin/invoice/transactions';
  const FRESH = `${LIST}/new`;

  async function enterOne(fields: object = {}): Promise<{ id: number; invoice: number; page: string }> {
    const invoice = await buildInvoice(app);
    const id = await app.call<number>(admin, 'invoice/transaction_create', {
      invoice_id: invoice,
      gateway_id: 1,
      txn_id: `T-${invoice}`,
      ...fields,
    });
    return { id, invoice, page: `${LIST}/${id}` };
  }

  it('are listed, narrowed and in the order asked for, and come as a file', async () => {
    const [first, second] = [await enterOne(), await enterOne({ note: '=1+1' })];
    const visitor = await enterPanel(app);

    const up = await visitor.get(`${LIST}?sort=id`);
    const one = await visitor.get(`${LIST}?invoice_id=${second.invoice}`);
    const csv = await visitor.get(`${LIST}/csv?invoice_id=${second.invoice}`);

    assert.ok(up.text.indexOf(`${first.page}"`) < up.text.indexOf(`${second.page}"`));
    assert.ok(one.text.includes(`${second.page}"`) && !one.text.includes(`${first.page}"`));
    assert.equal(csv.text.trim().split('\n').length, 2);
    assert.match(csv.text, /,'=1\+1,/);
    assert.deepEqual(untranslated(up.text), []);
  });

  it('are entered, and pay their invoice once they are processed', async () => {
    await app.call(admin, 'invoice/gateway_update', { id: 1, enabled: 1, config: { single: 'Pay' } });
    const invoice = await buildInvoice(app);
    const visitor = await enterPanel(app);

    const entered = await fillIn(visitor, FRESH, FRESH, {
      invoice_id: String(invoice),
      gateway_id: '1',
      txn_id: 'BANK-1',
    });
    const page = entered.headers['location'] ?? '';
    const before = (await invoiceOf(app, invoice)).status;
    await fillIn(visitor, page, `${page}/process`);
    const { text } = await visitor.get(page);

    assert.match(page, /^\/admin\/invoice\/transactions\/\d+$/);
    assert.equal(before, 'unpaid');
    assert.equal((await invoiceOf(app, invoice)).status, 'paid');
    assert.match(text, /BANK-1/);
    assert.deepEqual(untranslated(text), []);
  });

  it('show the form again when the invoice is none', async () => {
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, FRESH, FRESH, { invoice_id: '', gateway_id: '1', note: HOSTILE });

    assert.equal(status, 422);
    assert.match(text, /invoice ID is missing/);
    assert.match(text, /&lt;script&gt;/);
    assert.ok(!text.includes(HOSTILE));
  });

  it('show the call they came with as it is, and no markup of it', async () => {
    const { page } = await enterOne({ post: { payer: HOSTILE }, note: HOSTILE });
    const visitor = await enterPanel(app);

    const { text } = await visitor.get(page);

    assert.match(text, /&lt;script&gt;/);
    assert.ok(!text.includes(HOSTILE));
  });

  it('are put right, where what is left empty stays', async () => {
    const { id, page } = await enterOne();
    const visitor = await enterPanel(app);

    const answer = await fillIn(visitor, page, page, { txn_id: 'RIGHT', note: 'Corrected', invoice_id: '' });

    const shown = await app.call<Record<string, unknown>>(admin, 'invoice/transaction_get', { id });
    assert.equal(answer.status, 303);
    assert.deepEqual([shown['txn_id'], shown['note'], shown['gateway_id']], ['RIGHT', 'Corrected', 1]);
    assert.notEqual(shown['invoice_id'], null);
  });

  it('go', async () => {
    const { page } = await enterOne();
    const visitor = await enterPanel(app);

    const answer = await fillIn(visitor, page, `${page}/delete`);

    assert.equal(answer.headers['location'], LIST);
    assert.equal((await visitor.get(page)).status, 404);
  });

  it('are nothing for staff without the permission, on the page of their invoice neither', async () => {
    const { page, invoice } = await enterOne();
    const visitor = await enterPanelAs(app, { invoice: { access: true, view: true } });

    const answers = await Promise.all([LIST, `${LIST}/csv`, FRESH, page].map((path) => visitor.get(path)));
    const seen = await visitor.get(`/admin/invoice/manage/${invoice}`);

    assert.deepEqual(answers.map(({ status }) => status), [403, 403, 403, 403]); // prettier-ignore
    assert.doesNotMatch(seen.text, /invoice\/transactions/);
  });
});

describe('subscriptions in the panel', () => {
  const app = useApp();
  const LIST = '/admin/invoice/subscriptions';
  const build = async (sid: string): Promise<string> => {
    const client_id = await buildPayer(app, { first_name: HOSTILE });
    const fields = { client_id, gateway_id: 1, currency: 'USD', sid, period: '1M', amount: 9, status: 'active' };
    return `${LIST}/${await app.call<number>(admin, 'invoice/subscription_create', fields)}`;
  };

  it('are listed, narrowed and in the order asked for, and come as a file', async () => {
    const [first, second] = [await build('S-1'), await build('S-2')];
    const visitor = await enterPanel(app);

    const up = await visitor.get(`${LIST}?sort=id`);
    const one = await visitor.get(`${LIST}?search=S-2`);
    const csv = await visitor.get(`${LIST}/csv?search=S-2`);

    assert.ok(up.text.indexOf(`${first}"`) < up.text.indexOf(`${second}"`));
    assert.ok(one.text.includes(`${second}"`) && !one.text.includes(`${first}"`));
    assert.ok(!up.text.includes(HOSTILE));
    assert.equal(csv.text.trim().split('\n').length, 2);
    assert.deepEqual(untranslated(up.text), []);
  });

  it('are ended, and go', async () => {
    const page = await build('S-1');
    const visitor = await enterPanel(app);

    await fillIn(visitor, page, page);
    const ended = await visitor.get(page);
    const gone = await fillIn(visitor, page, `${page}/delete`);

    assert.match(ended.text, /Canceled/);
    assert.doesNotMatch(ended.text, /name="status" value="canceled"/);
    assert.equal(gone.headers['location'], LIST);
    assert.equal((await visitor.get(page)).status, 404);
    assert.deepEqual(untranslated(ended.text), []);
  });

  it('are nothing for staff without the permission', async () => {
    const page = await build('S-1');
    const visitor = await enterPanelAs(app, { invoice: { access: true, view: true } });

    const answers = [await visitor.get(LIST), await visitor.get(page)];

    assert.deepEqual(answers.map(({ status }) => status), [403, 403]); // prettier-ignore
  });
});

describe('tax rules in the panel', () => {
  const app = useApp();
  const LIST = '/admin/invoice/tax';
  const FRESH = `${LIST}/new`;

  it('are made, changed, and go', async () => {
    const visitor = await enterPanel(app);

    await fillIn(visitor, FRESH, FRESH, { name: HOSTILE, taxrate: '19', country: 'DE' });
    const list = await visitor.get(LIST);
    const page = /href="(\/admin\/invoice\/tax\/\d+)"/.exec(list.text)?.[1] ?? '';
    await fillIn(visitor, page, page, { name: 'VAT', taxrate: '7', country: '' });
    const changed = await visitor.get(LIST);
    await fillIn(visitor, page, `${page}/delete`);

    assert.match(list.text, /&lt;script&gt;/);
    assert.ok(!list.text.includes(HOSTILE));
    assert.match(changed.text, />VAT</);
    assert.doesNotMatch((await visitor.get(LIST)).text, />VAT</);
    assert.deepEqual(untranslated(changed.text), []);
  });

  it('show the form again when the rate is none', async () => {
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, FRESH, FRESH, { name: 'VAT', taxrate: 'a lot', country: 'DE' });

    assert.equal(status, 422);
    assert.match(text, /Tax rate is missing or is invalid/);
    assert.match(text, /value="a lot"/);
    assert.match(text, /name="country"[^>]*value="DE"/);
  });

  it('become those of the European Union, sorted as asked for and a page at a time', async () => {
    const visitor = await enterPanel(app);

    await fillIn(visitor, LIST, `${LIST}/eu`);
    const first = await visitor.get(`${LIST}?sort=country`);
    const second = await visitor.get(`${LIST}?sort=country&page=2`);

    assert.ok(first.text.indexOf('<td>AT</td>') < first.text.indexOf('<td>BE</td>'));
    assert.match(second.text, /<td>S[EIK]<\/td>/);
  });

  it('are nothing for staff without the permission', async () => {
    const visitor = await enterPanelAs(app, { invoice: { access: true, view: true } });

    const answers = await Promise.all([LIST, FRESH].map((path) => visitor.get(path)));

    assert.deepEqual(answers.map(({ status }) => status), [403, 403]); // prettier-ignore
  });
});
