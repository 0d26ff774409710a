import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ADMIN } from '../support/app.ts';
import { unique } from '../support/build/sale.ts';
import { checkAccess, launchChromium, openTab, type Tab } from '../support/chromium.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { untranslated } from '../support/staff-forms.ts';

/** Where pictures of each page go, for eyes. */
const PICTURES = process.env['PICTURES'];

const ways: readonly (readonly [string, BrowserContextOptions])[] = [
  ['', {}],
  [' without JavaScript', { javaScriptEnabled: false, colorScheme: 'dark' }],
];

describe('staff who sell', function () {
  this.timeout(240_000);
  let shop: Shop;
  let browser: Browser;
  let tab: Tab;
  before(async () => {
    browser = await launchChromium();
    shop = await openShop();
  });
  afterEach(async () => {
    const { complaints } = tab;
    await tab.close();
    assert.deepEqual(complaints, []);
  });
  after(() => browser.close());
  after(() => shop.end());

  for (const [how, options] of ways) {
    it(`put a product with a price into the shop${how}`, async () => {
      const page = await enter(options);
      const title = `Gold key ${unique()}`;

      await page.goto('/admin/product');
      await page.click('a[href="/admin/product/new"]');
      await page.fill('[name="title"]', title);
      await page.selectOption('[name="type"]', 'apikey');
      await page.click('form[action="/admin/product/new"] button');
      await page.waitForURL('**/admin/product/manage/*');
      await page.check('[name="type"][value="once"]');
      await page.fill('[name="once[price]"]', '49.90');
      await page.click('form[action$="/price"] button');
      await page.waitForSelector('.alert-success');
      await page.selectOption('[name="status"]', 'enabled');
      await page.click('form:has([name="slug"]) button');
      await page.waitForSelector('a[href^="/order/gold-key"]');
      await look(page, 'en');
      await page.click('a[href^="/order/gold-key"]');
      await page.waitForURL('**/order/gold-key*');

      assert.match((await page.textContent('h1')) ?? '', new RegExp(title));
      assert.match((await page.textContent('.price')) ?? '', /49\.90/);
    });

    it(`refund a part of a paid invoice through its gateway${how}`, async () => {
      const { id, hash } = await invoice();
      const page = await enter(options);
      await payThroughSandbox(page, hash);
      page.on('dialog', (dialog) => void dialog.accept());

      await page.goto(`/admin/invoice/manage/${id}`);
      await look(page, 'en');
      await page.fill('#refund-amount', '3.50');
      await page.check('[name="at_gateway"]');
      await page.click('form[action$="/refund"] button');
      await page.waitForSelector('.alert-success');
      await look(page, 'en');

      assert.equal(await page.inputValue('#refund-amount'), '6.50');
      const { list } = await shop.call<{ list: { type: string; status: string; amount: number }[] }>(
        'invoice/transaction_get_list',
        { invoice_id: id },
      );
      assert.deepEqual(list.map(({ type, status, amount }) => [type, status, amount]), [['refund', 'processed', 3.5], ['payment', 'processed', 10]]); // prettier-ignore
    });

    it(`see what is wrong with a form beside it${how}`, async () => {
      const page = await enter(options);

      await page.goto('/admin/invoice/new');
      await page.fill('[name="client"]', 'Nobody at all');
      await page.fill('[name="items[0][title]"]', 'Work');
      await page.click('form[action="/admin/invoice/new"] button');
      await page.waitForSelector('[role="alert"]');
      await look(page, 'en');

      assert.equal(await page.inputValue('[name="client"]'), 'Nobody at all');
      assert.equal(await page.inputValue('[name="items[0][title]"]'), 'Work');
    });
  }

  for (const [language, tag, options] of [
    ['en', 'en', {}],
    ['zh_CN', 'zh-CN', { colorScheme: 'dark', viewport: { width: 375, height: 740 } }],
  ] as const) {
    it(`find every page of money and of the catalogue open to everyone, in ${tag}`, async () => {
      const paths = await pages();
      const page = await enter(options);

      for (const path of paths) {
        await page.goto(`${path}?lang=${language}`);
        await look(page, tag);
      }
    });
  }

  async function enter(options: BrowserContextOptions): Promise<Page> {
    tab = await openTab(browser, shop.url, options);
    const { page } = tab;
    await page.goto('/admin/login');
    await page.fill('[name="email"]', ADMIN.email);
    await page.fill('[name="password"]', ADMIN.password);
    await page.click('form[action="/admin/login"] button');
    await page.waitForURL((url) => url.pathname === '/admin');
    return page;
  }

  async function invoice(): Promise<{ id: number; hash: string }> {
    const client_id = await shop.call<number>('client/create', {
      email: `kay-${unique()}@example.com`,
      first_name: 'Kay',
      password: 'Correct-Horse-7',
      currency: 'USD',
    });
    const items = [{ title: 'Work', price: 10 }];
    const id = Number(await shop.call('invoice/prepare', { client_id, items, approve: 1 }));
    return { id, hash: (await shop.call<{ hash: string }>('invoice/get', { id })).hash };
  }

  async function payThroughSandbox(page: Page, hash: string): Promise<void> {
    await page.goto(`/invoice/${hash}`);
    await page.click('a[href^="/invoice/banklink/"]:has-text("Sandbox")');
    await page.waitForURL('**/sandbox/pay/*');
    await page.click('button[value="pay"]');
    await page.click('a.btn-primary[href^="/invoice/"]');
    await page.waitForSelector('.alert-success');
  }

  /** Every page there is, with something on it. */
  async function pages(): Promise<string[]> {
    const { id, hash } = await invoice();
    const paid = await invoice();
    await shop.call('invoice/mark_as_paid', { id: paid.id, gateway_id: 2 });
    const transaction = await shop.call<number>('invoice/transaction_create', { invoice_id: id, gateway_id: 1, txn_id: hash });
    const { client_id } = await shop.call<{ client_id: number }>('invoice/get', { id });
    const subscription = await shop.call<number>('invoice/subscription_create', { client_id, gateway_id: 1, currency: 'USD', sid: hash, period: '1M', amount: 3 });
    const { list: gateways } = await shop.call<{ list: { id: number }[] }>('invoice/gateway_get_list');
    const tax = await shop.call<number>('invoice/tax_create', { name: 'VAT', taxrate: '19', country: 'DE' });
    const addon = await shop.call<number>('product/addon_create', { title: `Extra ${unique()}` });
    const promo = await shop.call<number>('product/promo_create', { code: unique(), type: 'percentage', value: 5, active: 1 });
    const licence = await shop.call<number>('product/prepare', { title: `Licence ${unique()}`, type: 'license' });
    await shop.call('currency/create', { code: 'EUR', conversion_rate: '0.9' }).catch(() => undefined);
    return [
      '/admin/invoice', '/admin/invoice/new', `/admin/invoice/manage/${id}`, `/admin/invoice/manage/${paid.id}`, `/admin/invoice/edit/${id}`,
      '/admin/invoice/transactions', '/admin/invoice/transactions/new', `/admin/invoice/transactions/${transaction}`,
      '/admin/invoice/subscriptions', `/admin/invoice/subscriptions/${subscription}`,
      '/admin/invoice/gateways', ...gateways.map((one) => `/admin/invoice/gateways/${one.id}`),
      '/admin/invoice/tax', '/admin/invoice/tax/new', `/admin/invoice/tax/${tax}`,
      '/admin/product', '/admin/product/new', '/admin/product/order', '/admin/product/manage/1', `/admin/product/manage/${licence}`,
      '/admin/product/addons', '/admin/product/addons/new', `/admin/product/manage/${addon}`,
      '/admin/product/categories', '/admin/product/categories/new', '/admin/product/categories/1',
      '/admin/product/promos', '/admin/product/promos/new', `/admin/product/promos/${promo}`,
      '/admin/currency', '/admin/currency/new', '/admin/currency/manage/USD', '/admin/currency/manage/EUR',
    ];
  } // prettier-ignore
});

let pictures = 0;

/** In the language asked for, every word of it, no wider than the screen, and open to everyone. */
async function look(page: Page, language: string): Promise<void> {
  await page.waitForLoadState('load');
  await page.mouse.move(0, 0); // what the pointer lies on by chance has other colours
  if (PICTURES !== undefined)
    await page.screenshot({
      path: `${PICTURES}/${String(++pictures).padStart(2, '0')}-${language}.png`,
      fullPage: true,
    });
  assert.equal(await page.getAttribute('html', 'lang'), language, page.url());
  assert.deepEqual(untranslated(await page.content()), [], page.url());
  const width = page.viewportSize()?.width ?? 0;
  const wide = (await page.locator('body').boundingBox())?.width ?? 0;
  assert.ok(wide <= width + 1, `${page.url()} is ${wide} wide on ${width}`);
  // Axe is a script of the page's world, which has none where they are switched off.
  if (await page.evaluate(() => 'htmx' in globalThis)) await checkAccess(page);
}
