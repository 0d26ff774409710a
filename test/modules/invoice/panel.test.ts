import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, balanceOf, buildInvoice, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';
import { enterPanel, enterPanelAs, fillIn, untranslated } from '../../support/staff-forms.ts';

const HOSTILE = '<script>alert(1)</script>';
const pageOf = (id: number): string => `/admin/invoice/manage/${id}`;

describe('invoices in the panel', () => {
  const app = useApp();

  it('are listed with their clients, narrowed and in the order asked for', async () => {
    const clientId = await buildPayer(app, { first_name: 'Maya', last_name: 'Stone' });
    const [first, second] = [await buildInvoice(app, { clientId }), await buildInvoice(app, { clientId })];
    await pay(app, first);
    const visitor = await enterPanel(app);

    const all = await visitor.get('/admin/invoice');
    const up = await visitor.get('/admin/invoice?sort=id');
    const paid = await visitor.get('/admin/invoice?status=paid');
    const named = await visitor.get('/admin/invoice?client=Nobody');

    assert.equal(all.status, 200);
    assert.match(all.text, /Maya Stone/);
    assert.match(all.text, new RegExp(`manage/${second}"[\\s\\S]*manage/${first}"`));
    assert.match(up.text, new RegExp(`manage/${first}"[\\s\\S]*manage/${second}"`));
    assert.ok(paid.text.includes(pageOf(first)) && !paid.text.includes(pageOf(second)));
    assert.match(named.text, /There is nothing here/);
    assert.deepEqual(untranslated(all.text), []);
  });

  it('are listed a page at a time, and links keep what was asked for', async () => {
    const clientId = await buildPayer(app);
    for (let count = 0; count < 26; count++) await buildInvoice(app, { clientId });
    const visitor = await enterPanel(app);

    const first = await visitor.get('/admin/invoice?status=unpaid&sort=id');
    const second = await visitor.get('/admin/invoice?status=unpaid&sort=id&page=2');

    assert.equal(first.text.match(/href="\/admin\/invoice\/manage\/\d+"/g)?.length, 25);
    assert.equal(second.text.match(/href="\/admin\/invoice\/manage\/\d+"/g)?.length, 1);
    assert.match(first.text, /rel="next" href="\/admin\/invoice\?status=unpaid&amp;sort=id&amp;page=2"/);
  });

  it('come as a file, filtered as the list is, and no cell is a formula', async () => {
    const clientId = await buildPayer(app, { first_name: '=1+1', last_name: '' });
    const paid = await buildInvoice(app, { clientId });
    await pay(app, paid);
    await buildInvoice(app, { clientId });
    const visitor = await enterPanel(app);

    const { text, headers } = await visitor.get('/admin/invoice/csv?status=paid');

    assert.match(headers['content-type'] ?? '', /text\/csv/);
    assert.equal(text.trim().split('\n').length, 2);
    assert.match(text, new RegExp(`^${paid},\\d+,${clientId},'=1\\+1,`, 'm'));
  });

  it('are made for the client who is meant, without the lines left empty', async () => {
    const clientId = await buildPayer(app, { email: 'maya@example.com' });
    const visitor = await enterPanel(app);
    const form = '/admin/invoice/new';

    const answer = await fillIn(visitor, form, form, {
      client: 'maya@example.com',
      'items[0][title]': 'Work',
      'items[0][price]': '12.50',
      'items[0][quantity]': '2',
      approve: '1',
    });

    const id = Number(answer.headers['location']?.split('/').at(-1));
    const made = await app.call<{ client_id: number; approved: boolean }>(admin, 'invoice/get', { id });
    assert.equal(made.client_id, clientId);
    assert.equal(made.approved, true);
    assert.deepEqual((await invoiceOf(app, id)).lines.map(({ title, price, quantity }) => ({ title, price, quantity })), [
      { title: 'Work', price: 12.5, quantity: 2 },
    ]); // prettier-ignore
  });

  it('show the form for a new one again when nobody is meant or a price is none', async () => {
    await buildPayer(app, { email: 'maya@example.com' });
    const visitor = await enterPanel(app);
    const form = '/admin/invoice/new';

    const nobody = await fillIn(visitor, form, form, { client: HOSTILE, 'items[0][title]': HOSTILE });
    const unpriced = await fillIn(visitor, form, form, {
      client: 'maya@example.com',
      'items[0][title]': 'Work',
      'items[0][price]': 'ten',
    });

    assert.equal(nobody.status, 422);
    assert.match(nobody.text, /No client is called that/);
    assert.match(nobody.text, /name="items\[0\]\[title\]"[^>]*value="&lt;script&gt;/);
    assert.ok(!nobody.text.includes(HOSTILE));
    assert.equal(unpriced.status, 422);
    assert.match(unpriced.text, /Price must be a valid number/);
    assert.match(unpriced.text, /value="ten"/);
  });

  it('have lines changed, added and removed while they are open', async () => {
    const id = await buildInvoice(app, { items: [{ title: 'One', price: 10 }, { title: 'Two', price: 20 }] }); // prettier-ignore
    const [one, two] = (await invoiceOf(app, id)).lines;
    const visitor = await enterPanel(app);

    const answer = await fillIn(visitor, pageOf(id), `${pageOf(id)}/lines`, {
      [`items[${one?.id}][price]`]: '15',
      'removes[0]': String(two?.id),
      'new_item[title]': 'Three',
      'new_item[price]': '5',
    });

    const { lines, total } = await invoiceOf(app, id);
    assert.equal(answer.status, 303);
    assert.deepEqual(lines.map(({ title, price }) => [title, price]), [['One', 15], ['Three', 5]]); // prettier-ignore
    assert.equal(total, 20);
  });

  it('keep their lines once they are paid, though the form was loaded before', async () => {
    const id = await buildInvoice(app);
    const [line] = (await invoiceOf(app, id)).lines;
    const visitor = await enterPanel(app);
    await visitor.get(pageOf(id));
    await pay(app, id);

    const answer = await visitor.submit(pageOf(id), `${pageOf(id)}/lines`, {
      [`items[${line?.id}][price]`]: '1',
      'new_item[title]': '',
    });

    assert.equal(answer.status, 409);
    assert.match(answer.text, /not open any more/);
    assert.equal((await invoiceOf(app, id)).total, 10);
  });

  it('let nobody remove the line of another invoice', async () => {
    const [id, other] = [await buildInvoice(app), await buildInvoice(app)];
    const [foreign] = (await invoiceOf(app, other)).lines;
    const visitor = await enterPanel(app);

    const answer = await fillIn(visitor, pageOf(id), `${pageOf(id)}/lines`, { 'removes[0]': String(foreign?.id) });

    assert.equal(answer.status, 404);
    assert.equal((await invoiceOf(app, other)).lines.length, 1);
  });

  it('have their details changed', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanel(app);
    const form = `/admin/invoice/edit/${id}`;

    const answer = await fillIn(visitor, form, form, {
      due_at: '2031-05-06',
      text_1: 'Thank you',
      buyer_company: HOSTILE,
    });
    const { text } = await visitor.get(pageOf(id));

    const { due_at } = await invoiceOf(app, id);
    assert.equal(answer.status, 303);
    assert.match(due_at ?? '', /^2031-05-06/);
    assert.ok(!text.includes(HOSTILE));
    assert.match(text, /&lt;script&gt;/);
  });

  it('show a detail that is not right again', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanel(app);
    const form = `/admin/invoice/edit/${id}`;

    const { status, text } = await fillIn(visitor, form, form, { due_at: 'some day', notes: 'Kept' });

    assert.equal(status, 422);
    assert.match(text, /Invalid date format/);
    assert.match(text, />Kept<\/textarea>/);
  });

  it('are approved, paid and refunded in part, and say at each step what is not possible', async () => {
    const id = await buildInvoice(app, { approve: 0 });
    const visitor = await enterPanel(app);
    const before = await visitor.get(pageOf(id));

    await fillIn(visitor, pageOf(id), `${pageOf(id)}/approve`);
    const approved = await visitor.get(pageOf(id));
    await fillIn(visitor, pageOf(id), `${pageOf(id)}/pay`, { gateway_id: '2' });
    const paid = await visitor.get(pageOf(id));
    await fillIn(visitor, pageOf(id), `${pageOf(id)}/refund`, { amount: '4' });
    const refunded = await visitor.get(pageOf(id));

    assert.match(before.text, /approve it first/);
    assert.doesNotMatch(approved.text, /manage\/\d+\/approve/);
    assert.match(approved.text, /manage\/\d+\/remind/);
    assert.doesNotMatch(paid.text, /manage\/\d+\/(pay|cancel|credit)"/);
    assert.match(paid.text, /It is paid\./);
    assert.match(paid.text, /Entered by staff/);
    assert.match(refunded.text, /name="amount" inputmode="decimal" required value="6(\.00)?"/);
    assert.match(refunded.text, /-\$4\.00/);
    assert.deepEqual(untranslated(refunded.text), []);
  });

  it('refuse a refund of more than was paid, beside the form', async () => {
    const id = await buildInvoice(app);
    await pay(app, id);
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, pageOf(id), `${pageOf(id)}/refund`, { amount: '11', note: 'Too much' });

    assert.equal(status, 422);
    assert.match(text, /at most what was not refunded yet/);
    assert.match(text, /name="amount" inputmode="decimal" required value="11"/);
    assert.match(text, /value="Too much"/);
  }); // prettier-ignore

  it('ask for the transaction number where staff confirm payments', async () => {
    await app.call(admin, 'invoice/gateway_update', { id: 1, enabled: 1, config: { single: 'Pay' } });
    const id = await buildInvoice(app);
    const visitor = await enterPanel(app);

    const { status, text } = await fillIn(visitor, pageOf(id), `${pageOf(id)}/pay`, { gateway_id: '1' });

    assert.equal(status, 422);
    assert.match(text, /Transaction ID is required/);
    assert.equal((await invoiceOf(app, id)).status, 'unpaid');
  });

  it('are paid from the balance in parts', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 30);
    const id = await buildInvoice(app, { clientId });
    const visitor = await enterPanel(app);

    const first = await fillIn(visitor, pageOf(id), `${pageOf(id)}/credit`, { amount: '4' });
    const { text } = await visitor.get(pageOf(id));
    const tooMuch = await fillIn(visitor, pageOf(id), `${pageOf(id)}/credit`, { amount: '7' });
    const nothing = await fillIn(visitor, pageOf(id), `${pageOf(id)}/credit`, { amount: 'all' });
    await fillIn(visitor, pageOf(id), `${pageOf(id)}/credit`);

    assert.equal(first.status, 303);
    assert.match(text, /id="credit-amount"[^>]*value="6\.00"/);
    assert.deepEqual([tooMuch.status, nothing.status], [422, 422]);
    assert.match(nothing.text, /must be a number above zero/);
    assert.equal((await invoiceOf(app, id)).status, 'paid');
    assert.equal(await balanceOf(app, clientId), 20);
  });

  it('give back what was paid from the balance when they are canceled', async () => {
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 30);
    const id = await buildInvoice(app, { clientId });
    const visitor = await enterPanel(app);
    await fillIn(visitor, pageOf(id), `${pageOf(id)}/credit`, { amount: '4' });

    await fillIn(visitor, pageOf(id), `${pageOf(id)}/cancel`);

    assert.equal((await invoiceOf(app, id)).status, 'canceled');
    assert.equal(await balanceOf(app, clientId), 30);
  });

  it('are not canceled once they are paid, though the form was loaded before', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanel(app);
    await pay(app, id);

    const answer = await visitor.submit(pageOf(id), `${pageOf(id)}/cancel`);

    assert.equal(answer.status, 409);
    assert.equal((await invoiceOf(app, id)).status, 'paid');
  });

  it('send a reminder, and go', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanel(app);

    await fillIn(visitor, pageOf(id), `${pageOf(id)}/remind`);
    await app.settle();
    const mails = await app.mails();
    const answer = await fillIn(visitor, pageOf(id), `${pageOf(id)}/delete`);

    assert.equal(mails.filter((mail) => /reminder/i.test(mail)).length, 1);
    assert.equal(answer.headers['location'], '/admin/invoice');
    assert.match((await app.refusal(admin, 'invoice/get', { id })).message, /not found/);
  });

  it('show nothing that clients wrote as markup', async () => {
    const clientId = await buildPayer(app, { first_name: HOSTILE, last_name: HOSTILE, company: HOSTILE });
    const id = await buildInvoice(app, { clientId, items: [{ title: HOSTILE, price: 1 }], text_1: HOSTILE });
    const visitor = await enterPanel(app);

    const texts = await Promise.all(
      ['/admin/invoice', pageOf(id), `/admin/invoice/edit/${id}`].map(async (path) => (await visitor.get(path)).text),
    );

    for (const text of texts) {
      assert.match(text, /&lt;script&gt;/);
      assert.ok(!text.includes(HOSTILE));
    }
  });

  it('are shown in Chinese', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanel(app);

    const { text } = await visitor.get(`${pageOf(id)}?lang=zh_CN`);

    assert.match(text, /<html lang="zh-CN"/);
    assert.match(text, /标记为已付/);
    assert.deepEqual(untranslated(text), []);
  });

  it('are nothing for staff without the permission, who do not see the way there', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanelAs(app, { invoice: { access: true } });

    const answers = await Promise.all(
      ['/admin/invoice', '/admin/invoice/csv', '/admin/invoice/new', pageOf(id)].map((path) => visitor.get(path)),
    );
    const home = await visitor.get('/admin');

    assert.deepEqual(answers.map(({ status }) => status), [403, 403, 403, 403]); // prettier-ignore
    assert.doesNotMatch(home.text, /href="\/admin\/invoice/);
  });

  it('show staff who may only look no form, and refuse theirs', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanelAs(app, { invoice: { access: true, view: true } });

    const { text } = await visitor.get(pageOf(id));
    const answers = await Promise.all(
      ['lines', 'approve', 'pay', 'credit', 'remind', 'refund', 'cancel', 'delete'].map((what) =>
        visitor.submit(pageOf(id), `${pageOf(id)}/${what}`, { 'new_item[title]': 'x', 'items[0][title]': 'x' }),
      ),
    );

    assert.doesNotMatch(text, /action="\/admin\/invoice/);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [403]);
    assert.equal((await invoiceOf(app, id)).status, 'unpaid');
  });

  it('refuse a form without the token of the session', async () => {
    const id = await buildInvoice(app);
    const visitor = await enterPanel(app);

    const answer = await visitor.post(`${pageOf(id)}/pay`, { gateway_id: '2' });

    assert.equal(answer.status, 403);
    assert.equal((await invoiceOf(app, id)).status, 'unpaid');
  });
});
