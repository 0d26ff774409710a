import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { defineEvent } from '#core/event';
import { gateway, type PaymentPage } from '#core/gateway';
import { on } from '#core/listener';
import { defineModule } from '#core/module';
import { shippedModules } from '#modules/index';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';
import { visit, type Visitor } from '../../support/visitor.ts';

const PASSWORD = 'Sunny-Day-42';
let page: PaymentPage = { kind: 'html', html: '' };
let heard: unknown[] = [];

/** Takes money in whatever way the test says. */
const till = defineModule({
  name: 'till',
  title: 'Till',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    gateways: [
      gateway({
        code: 'Till',
        title: 'Till',
        takesOneTimePayments: true,
        takesSubscriptions: false,
        createPayment: () => Promise.resolve(page),
      }),
    ],
    listeners: [
      on(defineEvent('onTillOpened', Type.Object({ drawer: Type.Integer() })), 'hear', (_ctx, payload) =>
        Promise.resolve(void heard.push(payload)),
      ),
    ],
  }),
});

describe('the pages of invoices', () => {
  const app = useApp({ modules: [...shippedModules, till] });
  const open = () => app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
  const hashOf = async (fields: Record<string, unknown> = {}): Promise<string> =>
    (await invoiceOf(app, await buildInvoice(app, fields))).hash;
  beforeEach(() => {
    heard = [];
  });

  async function owner(fields: object = {}): Promise<{ clientId: number; visitor: Visitor }> {
    const clientId = await buildPayer(app, { password: PASSWORD, ...fields });
    const { email } = await app.call<{ email: string }>(admin, 'client/get', { id: clientId });
    const visitor = visit(app);
    await visitor.signIn('client', { email, password: PASSWORD });
    return { clientId, visitor };
  }

  async function addTill(): Promise<number> {
    await app.call(admin, 'invoice/gateway_install', { code: 'Till' });
    const { list } = await app.call<{ list: { id: number; code: string }[] }>(admin, 'invoice/gateway_get_list');
    const id = list.find(({ code }) => code === 'Till')?.id ?? 0;
    await app.call(admin, 'invoice/gateway_update', { id, enabled: 1, allow_single: 1 });
    return id;
  }

  it('list the own invoices, a page at a time', async () => {
    const { clientId, visitor } = await owner();
    for (let count = 0; count < 21; count++) await buildInvoice(app, { clientId });
    await buildInvoice(app, { clientId, approve: 0 });
    const foreign = await hashOf();

    const [first, second] = [await visitor.get('/invoice'), await visitor.get('/invoice?page=2')];

    assert.equal(first.status, 200);
    assert.equal(first.text.match(/href="\/invoice\/[0-9a-f]+">FOSS/g)?.length, 20);
    assert.equal(second.text.match(/href="\/invoice\/[0-9a-f]+">FOSS/g)?.length, 1);
    assert.match(first.text, /10\.00/);
    assert.ok(!first.text.includes(foreign));
  });

  it('send who is not signed in to the door', async () => {
    const { status, headers } = await visit(app).get('/invoice');

    assert.equal(status, 303);
    assert.match(headers['location'] ?? '', /^\/login/);
  });

  it('show an invoice with its amounts and the ways to pay, without a script of its own', async () => {
    const { clientId, visitor } = await owner();
    const hash = await hashOf({ clientId, items: [{ title: 'Work', price: 12.5, quantity: 2 }] });
    const id = await addTill();

    const { status, text, headers } = await visitor.get(`/invoice/${hash}`);

    assert.equal(status, 200);
    for (const part of ['$12.50', '$25.00', 'Amount due', `/invoice/pdf/${hash}`, `/invoice/banklink/${hash}/${id}`])
      assert.ok(text.includes(part), part);
    assert.doesNotMatch(text, /<script(?![^>]*src=)|\son\w+=|style="/);
    assert.match(headers['content-security-policy'] ?? '', /default-src 'self'.*form-action 'self'; /);
  });

  it('offer no payment for what is paid', async () => {
    const { clientId, visitor } = await owner();
    const id = await buildInvoice(app, { clientId });
    await pay(app, id);

    const { text } = await visitor.get(`/invoice/${(await invoiceOf(app, id)).hash}`);

    assert.doesNotMatch(text, /banklink|Amount due/);
  });

  it('offer no gateway that does not take the currency', async () => {
    const { clientId, visitor } = await owner();
    const hash = await hashOf({ clientId });
    const id = await addTill();
    await app.call(admin, 'invoice/gateway_update', { id, accepted_currencies: ['EUR'] });

    const { text } = await visitor.get(`/invoice/${hash}`);

    assert.ok(!text.includes(`/banklink/${hash}/${id}"`));
  });

  for (const path of ['', 'print/', 'pdf/', 'thank-you/']) {
    it(`send who may not see /invoice/${path} to the own ones`, async () => {
      const { visitor } = await owner();
      const hash = await hashOf();

      const [stranger, other] = [
        await visit(app).get(`/invoice/${path}${hash}`),
        await visitor.get(`/invoice/${path}${hash}`),
      ];

      for (const { status, headers } of [stranger, other])
        assert.deepEqual([status, headers['location']], [303, '/invoice']);
    });
  }

  it('know no invoice by what is no hash', async () => {
    const answers = await Promise.all(
      ['1', 'a'.repeat(40), '..%2f..', '%00', "'or'1'='1"].map((hash) => visit(app).get(`/invoice/${hash}`)),
    );

    assert.deepEqual(
      answers.map(({ status }) => status),
      [422, 404, 422, 422, 422],
    );
  });

  it('are open to who holds the link where staff allow it, until it expires', async () => {
    await open();
    const hash = await hashOf();

    const seen = await visit(app).get(`/invoice/${hash}`);
    app.clock.advance(91 * 86_400_000);
    const late = await visit(app).get(`/invoice/${hash}`);

    assert.equal(seen.status, 200);
    assert.equal(late.status, 303);
  });

  it('speak Chinese with Chinese clients, also around the invoice', async () => {
    const { clientId, visitor } = await owner({ lang: 'zh_CN' });
    const hash = await hashOf({ clientId });

    const [list, shown] = [await visitor.get('/invoice?lang=zh_CN'), await visitor.get(`/invoice/${hash}`)];

    assert.match(list.text, /编号/);
    assert.match(shown.text, /应付金额[^]*US\$10\.00/);
    assert.match(shown.text, /lang="zh-CN"/);
  });

  it('print without buttons', async () => {
    await open();

    const { text } = await visit(app).get(`/invoice/print/${await hashOf()}`);

    assert.doesNotMatch(text, /invoice-tools|banklink/);
    assert.match(text, /Amount due/);
  });

  it('say a hostile name as it is', async () => {
    const name = '<img src=x onerror=alert(1)>{{ 7 | times: 7 }}\u202e😀';
    const { clientId, visitor } = await owner({ first_name: name, company: `"><script>${name}` });
    const items = [{ title: '</bdi><script>alert(2)</script>', price: 1 }];
    const hash = await hashOf({ clientId, items, text_1: '<script>x</script> {{ 8 | times: 8 }}' });

    for (const path of [`/invoice/${hash}`, `/invoice/print/${hash}`, '/invoice']) {
      const { status, text } = await visitor.get(path);

      assert.equal(status, 200);
      assert.doesNotMatch(text, /<img src=x|<script>|>49|>64/i);
    }
  });

  it('lead on to a gateway elsewhere', async () => {
    await open();
    const [hash, id] = [await hashOf(), await addTill()];
    page = { kind: 'redirect', url: 'https://pay.example/x?a=1&b=2' };

    const { status, headers } = await visit(app).get(`/invoice/banklink/${hash}/${id}`);

    assert.deepEqual([status, headers['location']], [303, 'https://pay.example/x?a=1&b=2']);
  });

  it('allow the form of a gateway to be sent there and nowhere else', async () => {
    await open();
    const [hash, id] = [await hashOf(), await addTill()];
    page = { kind: 'form', url: 'https://pay.example/go', fields: { amount: '"><script>' } };

    const { text, headers } = await visit(app).get(`/invoice/banklink/${hash}/${id}`);

    assert.match(headers['content-security-policy'] ?? '', /form-action 'self' https:\/\/pay\.example;/);
    assert.match(text, /<form method="post" action="https:\/\/pay\.example\/go"/);
    assert.match(text, /name="amount" value="&#34;&gt;&lt;script&gt;"/);
  });

  it('show what a gateway wants to say', async () => {
    await open();
    const [hash, id] = [await hashOf(), await addTill()];
    page = { kind: 'html', html: '<p>Bring <b>cash</b>.</p>' };

    const { text } = await visit(app).get(`/invoice/banklink/${hash}/${id}`);

    assert.match(text, /<p>Bring <b>cash<\/b>\.<\/p>/);
  });

  it('say on the way back whether the payment is there', async () => {
    await open();
    const id = await buildInvoice(app);
    const { hash } = await invoiceOf(app, id);

    const before = await visit(app).get(`/invoice/thank-you/${hash}`);
    const canceled = await visit(app).get(`/invoice/${hash}?status=cancel`);
    await pay(app, id);
    const after = await visit(app).get(`/invoice/thank-you/${hash}`);

    assert.match(before.text, /We have not heard of your payment yet/);
    assert.match(canceled.text, /The payment was not made/);
    assert.match(after.text, /We have received your payment/);
  });

  it('are named in the menu of clients', async () => {
    const { visitor } = await owner();

    assert.match((await visitor.get('/')).text, /<a href="\/invoice">Invoices<\/a>/);
  });

  it('raise the event that was bought, in the words of the contract alone', async () => {
    const items = [
      { title: 'Open', price: 1, type: 'hook_call', task: 'onTillOpened', rel_id: '{"drawer":7}' },
      { title: 'Wrong', price: 1, type: 'hook_call', task: 'onTillOpened', rel_id: '{"drawer":"x"}' },
      { title: 'Broken', price: 1, type: 'hook_call', task: 'onTillOpened', rel_id: '{' },
      { title: 'Ours', price: 1, type: 'hook_call', task: 'invoice.paid', rel_id: '{"invoiceId":1}' },
    ];
    const id = await buildInvoice(app, { items });
    await pay(app, id, { execute: 1 });
    await app.settle();

    assert.deepEqual(heard, [{ drawer: 7 }]);
    assert.deepEqual(await app.app.database.knex('outbox').select('event'), []);
  });
});
