import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { ADMIN } from '../support/app.ts';
import { checkAccess, launchChromium, openTab, type Tab } from '../support/chromium.ts';
import { openShop, type Shop } from '../support/shop.ts';

/** Where pictures of each page go, for eyes. */
const PICTURES = process.env['PICTURES'];
const LANGUAGES = [
  ['en', 'en'],
  ['zh_CN', 'zh-CN'],
] as const;

describe('a staff member', function () {
  this.timeout(120_000);
  let shop: Shop;
  let browser: Browser;
  let tab: Tab;
  let clientId: number;
  let productId: string;
  let orderId: number;
  before(async () => {
    browser = await launchChromium();
    shop = await openShop();
    const person = {
      email: 'kay@example.com',
      first_name: 'Kay',
      last_name: 'Example',
      currency: 'USD',
      country: 'GB',
    };
    clientId = Number(await shop.call('client/create', { ...person, password: 'Correct-Horse-7' }));
    await shop.call('client/balance_add_funds', { id: clientId, amount: '25', description: 'A gift' });
    const products = Object.entries(await shop.call<Record<string, string>>('product/get_pairs'));
    productId = products.find(([, title]) => title === 'Starter key')?.[0] ?? '';
    orderId = await shop.call('order/create', {
      client_id: clientId,
      product_id: productId,
      period: '1M',
      activate: 1,
    });
  });
  afterEach(async () => {
    const { complaints } = tab;
    await tab.close();
    assert.deepEqual(complaints, []);
  });
  after(() => browser.close());
  after(() => shop.end());

  const ways = [
    ['finds a client, suspends an order and sees why in its time line', {}],
    ['does so without JavaScript, on a phone', { javaScriptEnabled: false, viewport: { width: 375, height: 740 } }],
  ] as const;
  for (const [what, options] of ways) {
    it(what, async () => {
      tab = await openTab(browser, shop.url, options);
      const { page } = tab;
      await signIn(page);

      await page.fill('.panel-search [name="q"]', 'exam');
      await page.click('.panel-search button');
      await page.click(`.widget-list a[href="/admin/client/manage/${clientId}"]`);
      await page.click(`.widget-list a[href="/admin/order/manage/${orderId}"]`);
      await page.click('.step:has([action$="/suspend"]) summary');
      await page.fill('[action$="/suspend"] [name="reason"]', 'The card was stolen');
      await page.click('[action$="/suspend"] button');
      await page.waitForSelector('.alert-success');

      assert.match((await page.textContent('.timeline-list li')) ?? '', /Order suspended for The card was stolen/);
      assert.match((await page.textContent('.facts')) ?? '', /The card was stolen/);
      assert.equal(await page.getAttribute('.panel-menu a[href="/admin/order"]', 'aria-current'), 'page');
      await page.click('.step:has([action$="/unsuspend"]) summary');
      await page.click('[action$="/unsuspend"] button');
      await page.waitForSelector('[action$="/suspend"]', { state: 'attached' });
    });
  }

  it('opens the menu of a phone without JavaScript', async () => {
    tab = await openTab(browser, shop.url, { javaScriptEnabled: false, viewport: { width: 375, height: 740 } });
    const { page } = tab;
    await signIn(page);
    const entry = page.locator('.panel-menu a[href="/admin/order"]');

    assert.equal(await entry.isVisible(), false);
    await page.click('.panel-opener');
    await entry.click();

    await page.waitForURL('**/admin/order');
  });

  it('finds every page open to everyone, in either language and on a phone', async () => {
    tab = await openTab(browser, shop.url);
    const { page } = tab;
    await signIn(page);
    const [client, order] = [`/admin/client/manage/${clientId}`, `/admin/order/manage/${orderId}`];

    for (const path of [
      '/admin',
      '/admin/search',
      '/admin/search?q=kay',
      '/admin/client',
      '/admin/client/new',
      '/admin/client/groups',
      client,
      `${client}/edit`,
      `${client}/balance`,
      `${client}/logins`,
      `${client}/story`,
      '/admin/order',
      '/admin/order/new',
      `/admin/order/new/${clientId}/${productId}`,
      order,
      `${order}/edit`,
      `${order}/story`,
    ])
      // prettier-ignore
      for (const [code, tag] of LANGUAGES) {
        await page.setViewportSize(code === 'en' ? { width: 1280, height: 800 } : { width: 375, height: 740 });
        await page.goto(`${path}${path.includes('?') ? '&' : '?'}lang=${code}`);
        await look(page, tag);
      }
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto('/admin');
    await page.fill('[name="email"]', ADMIN.email);
    await page.fill('[name="password"]', ADMIN.password);
    await page.click('form[action="/admin/login"] button');
    await page.waitForURL('**/admin');
  }
});

let pictures = 0;

/** In the language asked for, in words and not in their keys, no wider than its screen, and open to everyone. */
async function look(page: Page, language: string): Promise<void> {
  if (PICTURES !== undefined)
    await page.screenshot({
      path: `${PICTURES}/${String(++pictures).padStart(2, '0')}-${language}.png`,
      fullPage: true,
    });
  assert.equal(await page.getAttribute('html', 'lang'), language, page.url());
  const text = (await page.locator('body').innerText()).match(
    /\b(panel|orders|clients|services|story|label|menu|dashboard)\.[a-z]\w*/gi,
  );
  assert.equal(text, null, `${page.url()} shows ${String(text)}`);
  const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  assert.ok(wide <= (page.viewportSize()?.width ?? 0) + 1, `${page.url()} is ${wide} wide`);
  await checkAccess(page);
}
