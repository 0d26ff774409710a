import assert from 'node:assert/strict';
import { DAY, later } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, buildPayer, pay } from '../../support/build/invoice.ts';
import { enterPanel, enterPanelAs } from '../../support/staff-forms.ts';

describe('the dashboard of a shop', () => {
  const app = useApp();

  it('tells what came in, today and by day', async () => {
    await pay(app, await buildInvoice(app, { items: [{ title: 'Work', price: 12.5 }] }));
    app.clock.set(later(app.clock.now(), DAY));
    await pay(app, await buildInvoice(app));

    const { text } = await (await enterPanel(app)).get('/admin');

    assert.match(text, /Today<\/dt><dd>\$10\.00<\/dd>[^]*Yesterday<\/dt><dd>\$12\.50<\/dd>/);
    assert.equal(text.match(/<rect /g)?.length, 30);
    assert.match(text, /\$12\.50<\/td><\/tr><tr><td>[^<]*<\/td><td class="text-end">\$10\.00<\/td><\/tr><\/tbody>/);
  });

  it('counts what is not paid, and shows what is overdue', async () => {
    const late = await buildInvoice(app, { due_at: '2020-01-01' });
    await app.call(admin, 'invoice/update', { id: late, due_at: '2020-01-01 00:00:00' });
    await buildInvoice(app);

    const { text } = await (await enterPanel(app)).get('/admin');

    assert.match(text, /Unpaid<\/dt><dd><a[^>]*>2<[^]*Overdue<\/dt><dd class="is-trouble">1</);
    assert.match(text, new RegExp(`Longest overdue[^]*href="/admin/invoice/manage/${late}"`));
  });

  it('tells of jobs and letters that failed', async () => {
    const time = app.clock.now();
    const { db } = app.system();
    await db('job_run').insert({ name: 'client.purge', due_at: time, started_at: time, error: 'The disk is full.' });
    await db('email_queue').insert({
      posting: 'lost', recipient: 'kay@example.com', sender: 'shop@example.com', subject: 'A lost letter', content: '',
      status: 'failed', send_at: later(time, DAY), created_at: time, updated_at: time,
    }); // prettier-ignore

    const { text } = await (await enterPanel(app)).get('/admin');

    assert.match(text, /Failed jobs[^]*client\.purge[^]*The disk is full\./);
    assert.match(text, /Failed letters[^]*A lost letter[^]*kay@example\.com/);
  });

  it('shows each staff member what their rights allow', async () => {
    const visitor = await enterPanelAs(app, { stats: { access: true, view: true } });

    const { text } = await visitor.get('/admin');

    assert.match(text, /Income of the last 30 days/);
    assert.doesNotMatch(text, /Open invoices|Newest|Failed|panel-q/);
  });

  it('asks no more questions of a large shop than of a small one', async () => {
    const visitor = await enterPanel(app);
    const count = async (): Promise<number> => {
      let queries = 0;
      const { db } = app.system();
      const listen = () => void queries++;
      db.on('query', listen);
      await visitor.get('/admin');
      db.removeListener('query', listen);
      return queries;
    };
    await buildInvoice(app, { due_at: '2020-01-01' });
    const few = await count();

    for (let more = 0; more < 4; more++) await buildInvoice(app, { due_at: '2020-01-01' });

    assert.ok((await count()) <= few);
  });
});

describe('the search of a shop', () => {
  const app = useApp();

  it('finds invoices by their number and products by their name', async () => {
    const clientId = await buildPayer(app);
    const id = await buildInvoice(app, { clientId });
    const { serie_nr: number } = await app.call<{ serie_nr: string }>(admin, 'invoice/get', { id });
    const product = await app.call<number>(admin, 'product/prepare', { title: 'Garden gnome', type: 'custom' });
    const visitor = await enterPanel(app);
    const find = async (q: string) => (await visitor.get(`/admin/search?q=${encodeURIComponent(q)}`)).text;

    assert.match(await find(number), new RegExp(`/admin/invoice/manage/${id}"`));
    assert.match(await find(String(Number(number.replace(/\D/g, '')))), new RegExp(`/admin/invoice/manage/${id}"`));
    assert.match(await find('Garden gn'), new RegExp(`/admin/product/manage/${product}">Garden gnome`));
  });
});
