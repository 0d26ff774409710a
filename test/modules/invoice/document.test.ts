import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractText, getDocumentProxy } from 'unpdf';
import { money } from '#core/money';
import type { Invoice } from '#modules/invoice/contract';
import { documentOf, type Manner } from '#modules/invoice/document';
import { readLogo } from '#modules/invoice/logo-file';
import { plainMarkdown } from '#modules/invoice/markdown';
import { rulesFrom } from '#modules/invoice/rules';
import { admin, guest, useApp, type TestApp } from '../../support/app.ts';
import { buildShopper, once } from '../../support/build/cart.ts';
import { addFunds, buildInvoice, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';
import { buildProduct } from '../../support/build/product.ts';

const line = {
  id: 1,
  invoiceId: 1,
  type: 'custom',
  relId: undefined,
  task: 'void',
  status: 'pending_payment',
  title: 'Work',
  period: undefined,
  quantity: 2,
  unit: undefined,
  price: money(1000, 'EUR'),
  isTaxed: true,
  isCharged: false,
  attempts: 0,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const nobody = {
  company: undefined,
  vat: undefined,
  number: undefined,
  address: undefined,
  phone: undefined,
  email: undefined,
};

function buildInvoiceRow(changes: Partial<Invoice> = {}): Invoice {
  return {
    id: 1,
    clientId: 1,
    serie: 'INV-',
    nr: '7',
    hash: 'a'.repeat(40),
    hashExpiresAt: undefined,
    currency: 'EUR',
    currencyRate: undefined,
    status: 'unpaid',
    isApproved: true,
    refundOf: undefined,
    gatewayId: undefined,
    taxName: 'VAT',
    taxRate: '21',
    notes: undefined,
    text1: undefined,
    text2: undefined,
    seller: { ...nobody, company: 'Seller Ltd', address: 'Old Street 1' },
    buyer: {
      ...nobody,
      firstName: 'Kay',
      lastName: 'Berg',
      city: 'Turku',
      state: undefined,
      country: 'FI',
      zip: '20100',
      phoneCc: undefined,
    },
    credit: money(0, 'EUR'),
    refund: money(0, 'EUR'),
    baseIncome: undefined,
    baseRefund: undefined,
    dueAt: new Date('2030-03-10T08:00:00Z'),
    remindedAt: undefined,
    paidAt: undefined,
    createdAt: new Date('2030-03-05T08:00:00Z'),
    updatedAt: new Date('2030-03-05T08:00:00Z'),
    lines: [line],
    ...changes,
  };
}

const manner: Manner = {
  locale: 'en_US',
  timeZone: 'UTC',
  now: new Date('2030-03-06T00:00:00Z'),
  website: 'https://shop.example',
  logo: undefined,
  write: ({ amount }) => `€${(amount / 100).toFixed(2)}`,
};
const documentWith = (
  changes: Partial<Invoice> = {},
  params: Record<string, string> = {},
  more: Partial<Manner> = {},
) => documentOf(buildInvoiceRow(changes), rulesFrom(params), { ...manner, ...more });

describe('the document of an invoice', () => {
  it('adds up in rows: subtotal, tax, total and what is due', () => {
    const { totals, columns } = documentWith({ credit: money(420, 'EUR') });

    assert.equal(columns.tax, 'Tax');
    assert.deepEqual(
      totals.map(({ label, amount }) => `${label} ${amount}`),
      ['Subtotal €20.00', 'VAT 21% €4.20', 'Total €24.20', 'Paid from balance €-4.20', 'Amount due €20.00'],
    );
  });

  it('has no column and no row of taxes when there are none', () => {
    const { totals, columns, lines } = documentWith({ taxRate: '0', status: 'paid' });

    assert.equal(columns.tax, undefined);
    assert.deepEqual(
      lines.map(({ tax }) => tax),
      [undefined],
    );
    assert.deepEqual(
      totals.map(({ label }) => label),
      ['Subtotal', 'Total'],
    );
  });

  for (const [name, invoice, params, title] of [
    ['an unpaid one', {}, {}, 'Invoice'],
    [
      'an unpaid one where paid ones have another series',
      {},
      { invoice_series_paid: 'PAID-', invoice_series: 'INV-' },
      'Proforma invoice',
    ],
    ['a paid one where paid ones have another series', { status: 'paid' }, { invoice_series_paid: 'PAID-' }, 'Invoice'],
    [
      'money that goes back',
      { status: 'refunded', lines: [{ ...line, price: money(-1000, 'EUR') }] },
      {},
      'Credit note',
    ],
  ] as const) {
    it(`calls ${name} ${title.toLowerCase()}`, () => {
      const document = documentWith(invoice, params);

      assert.equal(document.title, title);
    });
  }

  it('says how it stands', () => {
    const late = documentWith({}, {}, { now: new Date('2030-04-01') });

    assert.deepEqual(documentWith().status, { text: 'Unpaid', tone: 'neutral' });
    assert.deepEqual(late.status, { text: 'Overdue', tone: 'bad' });
    assert.deepEqual(documentWith({ status: 'paid' }).status, { text: 'Paid', tone: 'good' });
    assert.equal(documentWith({ status: 'on_hold' }).status?.text, 'On hold');
  });

  it('prints the seller of its time, in the lines staff wrote while the address is the same', () => {
    const moved = documentWith({}, { company_address_1: 'New Street 2', company_address_2: 'Helsinki' });
    const same = documentWith({}, { company_address_1: 'Old', company_address_2: 'Street', company_address_3: '1' });

    assert.deepEqual(moved.seller.lines, ['Old Street 1']);
    assert.deepEqual(same.seller.lines, ['Old', 'Street', '1']);
  });

  it('prints the bank only where staff want it', () => {
    const bank = { company_bank_name: 'Bank', company_account_number: 'FI21' };

    assert.equal(documentWith({}, bank).bank, undefined);
    assert.deepEqual(
      documentWith({}, { ...bank, company_display_bank_info: '1' }).bank?.facts.map(({ value }) => value),
      ['Bank', 'FI21', 'INV-00007'],
    );
  });

  it('is in Chinese for Chinese readers, and in English with their own dates for all others', () => {
    const chinese = documentWith(
      { buyer: { ...buildInvoiceRow().buyer, firstName: '伟', lastName: '张' } },
      {},
      { locale: 'zh_CN' },
    );
    const german = documentWith({}, {}, { locale: 'de_DE' });

    assert.deepEqual([chinese.title, chinese.facts[0]?.value, chinese.buyer.name], ['账单', '2030年3月5日', '张伟']);
    assert.deepEqual([german.title, german.facts[0]?.value], ['Invoice', '5. März 2030']);
    assert.equal(german.buyer.lines.at(-1), 'Finnland');
  });

  it('runs from right to left for who reads so, and survives a locale that is none', () => {
    assert.equal(documentWith({}, {}, { locale: 'ar_EG' }).direction, 'rtl');
    assert.equal(documentWith({}, {}, { locale: 'not a locale' }).language, 'en-US');
  });

  it('takes a letter of paper unless staff chose A4', () => {
    assert.equal(documentWith().paper, 'Letter');
    assert.equal(documentWith({}, { invoice_document_format: 'A4' }).paper, 'A4');
  });
});

describe('Markdown in the texts of an invoice', () => {
  for (const [markdown, text] of [
    ['Thank **you** for _this_ `order`', 'Thank you for this order'],
    ['# Terms\n\n1. Pay\n2. Smile', 'Terms\n1. Pay\n2. Smile'],
    ['* a\n* b', '• a\n• b'],
    ['[site](https://a.example) <https://b.example>', 'site (https://a.example) https://b.example'],
    ['one\ntwo<br>three <b>four</b>', 'one\ntwo\nthree four'],
    ['<script>alert(1)</script>', 'alert(1)'],
    ['5 * 3 and {{ 7 }}', '5 * 3 and {{ 7 }}'],
    ['', ''],
  ] as const) {
    it(`reads ${JSON.stringify(markdown)}`, () => {
      assert.equal(plainMarkdown(markdown), text);
    });
  }

  for (const [name, text] of [
    ['brackets', '['.repeat(20_000)],
    ['stars', '*a '.repeat(6000)],
    ['quotes', '>'.repeat(19_000)],
    ['numbers', '1. '.repeat(6000)],
    ['nested brackets', '[a]('.repeat(4900)],
    ['emphasis', '**a _b '.repeat(2500)],
    ['pipes', `|a`.repeat(4000) + '\n' + '|-'.repeat(4000)],
    ['nested lists', Array.from({ length: 190 }, (_, depth) => `${' '.repeat(depth)}- x`).join('\n')],
  ] as const) {
    it(`is done soon with many ${name}`, () => {
      const begin = performance.now();

      plainMarkdown(text);

      assert.ok(performance.now() - begin < 1500, `${performance.now() - begin} ms`);
    });
  }
});

describe('the logo of an invoice', () => {
  const app = useApp();
  const folder = () => join(app.app.config.dataDir, 'public');
  beforeEach(() => {
    mkdirSync(join(folder(), 'branding'), { recursive: true });
    writeFileSync(join(folder(), 'branding', 'logo.png'), 'picture');
    writeFileSync(join(app.app.config.dataDir, 'secret.png'), 'secret');
    symlinkSync(join(app.app.config.dataDir, 'secret.png'), join(folder(), 'link.png'));
  });

  it('is a picture below the public folder', async () => {
    const picture = await readLogo('public/branding/logo.png', folder());

    assert.deepEqual(picture, Buffer.from('picture'));
  });

  for (const elsewhere of [
    'public/../secret.png',
    'public/branding/../../secret.png',
    'public/link.png',
    'public/branding/logo.svg',
    'public/nothing.png',
    'https://elsewhere.example/logo.png',
    'file:///etc/passwd.png',
    '/etc/logo.png',
    'public/branding',
    '',
  ]) {
    it(`is nothing at ${elsewhere || 'no path'}`, async () => {
      assert.equal(await readLogo(elsewhere, folder()), undefined);
    });
  }

  it('does not keep the PDF back when it is no picture', async () => {
    await app.call(admin, 'system/update_params', {
      company_logo: 'public/branding/logo.png',
      invoice_accessible_from_hash: '1',
    });
    const { hash } = await invoiceOf(app, await buildInvoice(app));

    assert.match(await textOfPdf(app, hash), /Amount due/);
  });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly body: Buffer;
}

async function download(app: TestApp, path: string, browser = app.browser()): Promise<Answer> {
  const answer = await browser
    .get(path)
    .buffer(true)
    .parse((res, done) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => done(null, Buffer.concat(chunks)));
    });
  return { status: answer.status, headers: answer.headers as Answer['headers'], body: answer.body as Buffer };
}

async function textOfPdf(app: TestApp, hash: string, browser = app.browser()): Promise<string> {
  const { body } = await download(app, `/api/guest/invoice/pdf?hash=${hash}`, browser);
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(body)), { mergePages: true });
  return text.replace(/\s+/g, ' ');
}

describe('guest/invoice/pdf', () => {
  const app = useApp();
  const open = (params: object = {}) =>
    app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1', ...params });

  it('is a PDF to be read in the browser, named after the invoice', async () => {
    await open({ invoice_series: 'IN/V "ü' });
    const { hash } = await invoiceOf(app, await buildInvoice(app));

    const { status, headers, body } = await download(app, `/api/guest/invoice/pdf?hash=${hash}`);

    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/pdf');
    assert.match(headers['content-disposition'] ?? '', /^inline; filename="IN-V---00001\.pdf"/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(body.subarray(0, 5).toString(), '%PDF-');
  });

  it('has the total of the cart and of the invoice', async () => {
    await open({ tax_enabled: '1' });
    await app.call(admin, 'invoice/tax_create', { name: 'VAT', taxrate: '21' });
    const buyer = await buildShopper(app);
    await buyer.add(await buildProduct(app, { fields: once(19.99) }), { quantity: 3 });
    const { total } = await buyer.cart();

    const { invoice_hash } = await buyer.checkout();

    const hash = invoice_hash ?? '';
    const invoice = await app.call<{ total: number; subtotal: number }>(guest, 'invoice/get', { hash });
    const printed = await textOfPdf(app, hash);
    assert.equal(invoice.subtotal, total);
    for (const amount of [invoice.subtotal, invoice.total])
      assert.ok(printed.includes(`$${amount.toFixed(2)}`), `${amount} is not in ${printed}`);
  });

  it('prints what was paid from the balance and what is left', async () => {
    app.plantsFaults();
    await open();
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 4);
    const id = await buildInvoice(app, { clientId, items: [{ title: 'Work', price: 10 }] });
    await app.app.database.knex('invoice').where({ id }).update({ credit_amount: 400 });

    const printed = await textOfPdf(app, (await invoiceOf(app, id)).hash);

    assert.match(printed, /Total \$10\.00 Paid from balance -\$4\.00 Amount due \$6\.00/);
  });

  it('prints a refund as a credit note', async () => {
    await open();
    const id = await buildInvoice(app);
    await pay(app, id);
    const refundId = await app.call<number>(admin, 'invoice/refund', { id });

    const printed = await textOfPdf(app, (await invoiceOf(app, refundId)).hash);

    assert.match(printed, /Credit note CN-00001 Refunded/);
    assert.match(printed, /Total -\$10\.00/);
  });

  it('prints 500 lines', async () => {
    await open();
    const items = Array.from({ length: 500 }, (_, index) => ({ title: `Line ${index + 1}`, price: 0.01 }));
    const { hash } = await invoiceOf(app, await buildInvoice(app, { items }));

    const printed = await textOfPdf(app, hash);

    assert.match(printed, /Line 500 1 \$0\.01 \$0\.01 Subtotal \$5\.00/);
  }).timeout(20_000);

  it('prints names whatever they hold', async () => {
    await open();
    const clientId = await buildPayer(app, {
      first_name: '{{ 7 | times: 7 }}\u202e<b>𝒦ay😀',
      company: '<script>{% raw %}',
    });
    const { hash } = await invoiceOf(app, await buildInvoice(app, { clientId }));

    const printed = await textOfPdf(app, hash);

    assert.match(printed, /\{\{ 7 \| times: 7 \}\}/i);
    assert.match(printed, /<script>\{% raw %\}/);
    assert.doesNotMatch(printed, /\u202e/);
  });

  it('is refused like the invoice itself', async () => {
    const { hash } = await invoiceOf(app, await buildInvoice(app));
    const ask = (params: object) => app.refusal(guest, 'invoice/pdf', params);

    assert.deepEqual(await ask({}), { message: 'Invoice hash was not passed', code: 9999, status: 200 });
    assert.deepEqual(await ask({ hash: 'zzz' }), { message: 'Invalid invoice hash', code: 4001, status: 200 });
    assert.deepEqual(await ask({ hash: 'a'.repeat(40) }), { message: 'Invoice not found', code: 9999, status: 200 });
    assert.deepEqual(await ask({ hash }), {
      message: 'You do not have permission to perform this action',
      code: 403,
      status: 403,
    });
  });

  it('is for its owner also when the link expired, and for nobody else', async () => {
    await open();
    const clientId = await buildPayer(app, { password: 'Sunny-Day-42' });
    const { hash } = await invoiceOf(app, await buildInvoice(app, { clientId }));
    app.clock.advance(91 * 86_400_000);

    const refused = await app.refusal(guest, 'invoice/pdf', { hash });
    const browser = await signedIn(app, clientId);

    assert.equal(refused.message, 'This invoice link has expired');
    assert.match(await textOfPdf(app, hash, browser), /Amount due/);
  });

  it('is not for another client', async () => {
    const { hash } = await invoiceOf(app, await buildInvoice(app));
    const stranger = await signedIn(app, await buildPayer(app, { password: 'Sunny-Day-42' }));

    const { body } = await download(app, `/api/guest/invoice/pdf?hash=${hash}`, stranger);

    assert.match(body.toString(), /You do not have permission/);
  });
});

async function signedIn(app: TestApp, id: number) {
  const { email } = await app.call<{ email: string }>(admin, 'client/get', { id });
  const browser = app.browser();
  const answer = await browser.post('/api/guest/client/login').send({ email, password: 'Sunny-Day-42' });
  assert.equal((answer.body as { error: unknown }).error, null);
  return browser;
}

describe('guest/invoice/pdf with limits', () => {
  const app = useApp({ environment: { RATE_LIMITS: 'on' } });

  it('is printed for strangers ten times an hour', async () => {
    await app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
    const { hash } = await invoiceOf(app, await buildInvoice(app));
    for (let time = 0; time < 10; time++) assert.equal((await download(app, `/invoice/pdf/${hash}`)).status, 200);

    const { status } = await app.refusal(guest, 'invoice/pdf', { hash });

    assert.equal(status, 429);
  });

  it('is printed for its owner as often as wanted', async () => {
    const clientId = await buildPayer(app, { password: 'Sunny-Day-42' });
    const { hash } = await invoiceOf(app, await buildInvoice(app, { clientId }));
    const browser = await signedIn(app, clientId);

    for (let time = 0; time < 11; time++)
      assert.equal((await download(app, `/invoice/pdf/${hash}`, browser)).status, 200);
  });

  it('is read through the API for strangers ten times an hour, for its owner as often as wanted', async () => {
    await app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
    const clientId = await buildPayer(app, { password: 'Sunny-Day-42' });
    const { hash } = await invoiceOf(app, await buildInvoice(app, { clientId }));
    const browser = await signedIn(app, clientId);
    for (let time = 0; time < 10; time++) await app.call(guest, 'invoice/get', { hash });

    const { status } = await app.refusal(guest, 'invoice/get', { hash });

    assert.equal(status, 429);
    assert.equal((await browser.post('/api/guest/invoice/get').send({ hash })).status, 200);
  });
});
