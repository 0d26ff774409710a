import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { unique } from '../support/build/sale.ts';
import { checkAccess, launchChromium, openTab, type Tab } from '../support/chromium.ts';
import { openShop, type Shop } from '../support/shop.ts';

/** A key as the shop makes them. */
const KEY = /^[0-9A-F]{8}(-[0-9A-F]{8}){3}$/;
/** Where pictures of each page go, for eyes. */
const PICTURES = process.env['PICTURES'];

describe('a visitor', function () {
  this.timeout(60_000);
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

  const ways: readonly (readonly [string, BrowserContextOptions, string])[] = [
    ['buys a key and sees it', { colorScheme: 'light' }, 'en'],
    ['buys a key without JavaScript', { javaScriptEnabled: false, colorScheme: 'dark' }, 'en'],
    ['buys a key in Chinese on a phone', { locale: 'zh-CN', viewport: { width: 375, height: 740 } }, 'zh-CN'],
  ];
  for (const [what, options, language] of ways) {
    it(what, async () => {
      tab = await openTab(browser, shop.url, options);
      const { page } = tab;

      await page.goto('/');
      await look(page, language);
      await page.click('.top-links a[href="/order"]');
      await look(page, language);
      await page.click('.offer a.btn[href="/order/starter-key"]');
      await look(page, language);
      await page.check('input[name="period"][value="1Y"]');
      await page.click('form[action="/order/starter-key"] button');
      await page.waitForURL('**/cart');
      await look(page, language);
      await page.click('a[href="/checkout"]');
      await look(page, language);
      await signUp(page, language);
      await page.waitForURL('**/checkout');
      await look(page, language);
      await page.getByLabel('Sandbox').check();
      await page.click('form[action="/checkout"] button');
      await page.waitForURL('**/sandbox/pay/*');
      await look(page, language);
      await page.click('button[value="pay"]');
      await page.click('a.btn-primary[href^="/invoice/"]');
      await page.waitForSelector('.alert-success');
      await look(page, language);
      await page.click('a[href="/order/service"].btn');
      await look(page, language);
      await page.click('td a[href^="/order/service/manage/"]');
      await look(page, language);
      await page.click('a.btn-primary[href^="/apikeys/"]');
      await page.waitForSelector('#copy-api-key');
      await look(page, language);

      assert.match(await page.inputValue('#copy-api-key'), KEY);
      assert.equal(await page.locator('.badge.bg-green-lt').count(), 1);
    });
  }

  it('finds everything of the client area, in either language', async () => {
    tab = await openTab(browser, shop.url);
    const { page } = tab;
    await page.goto('/signup');
    await signUp(page, 'en', false);

    for (const path of ['/order/service', '/invoice', '/balance', '/email', '/client/profile', '/client/security'])
      for (const [code, tag] of [
        ['en', 'en'],
        ['zh_CN', 'zh-CN'],
      ] as const) {
        await page.goto(`${path}?lang=${code}`);
        await look(page, tag);
      }
  });

  it('sees the payment arrive without doing anything', async () => {
    tab = await openTab(browser, shop.url);
    const { page } = tab;
    await page.goto('/order/starter-key');
    await page.click('form[action="/order/starter-key"] button');
    await page.waitForURL('**/cart');
    await page.goto('/signup?next=/checkout');
    await signUp(page, 'en', false);
    await page.waitForURL('**/checkout');
    await look(page, 'en');
    await page.getByLabel('Sandbox').check();
    await page.click('form[action="/checkout"] button');
    await page.waitForURL('**/sandbox/pay/*');
    const reference = page.url().split('/').at(-1) ?? '';
    await page.click('button[value="pend"]');
    await page.waitForSelector('button[value="fail"]');
    await page.click('button[value="pay"]', { trial: true });

    const invoice = await page.context().newPage();
    const [latest] = (await shop.call<{ list: { hash: string }[] }>('invoice/get_list')).list;
    await invoice.goto(`/invoice/${latest?.hash}?status=ok`);
    await invoice.waitForSelector('.alert-info');
    await page.goto(`/sandbox/pay/${reference}`);
    await page.click('button[value="pay"]');

    await invoice.waitForSelector('.alert-success', { timeout: 10_000 });
  });

  async function signUp(page: Page, language: string, isOnTheWay = true): Promise<void> {
    if (isOnTheWay) await page.click('a[href^="/signup"]');
    await look(page, language);
    await page.fill('[name="first_name"]', 'Kay');
    await page.fill('[name="email"]', `kay-${unique()}@example.com`);
    await page.fill('[name="password"]', 'Correct-Horse-7');
    await page.fill('[name="password_confirm"]', 'Correct-Horse-7');
    await page.click('form[action="/signup"] button');
  }
});

const hasScripts = (page: Page): Promise<boolean> => page.evaluate(() => 'htmx' in globalThis);

let pictures = 0;

/** Every page on the way is in the language asked for, no wider than its screen, and open to everyone. */
async function look(page: Page, language: string): Promise<void> {
  await page.waitForLoadState('load');
  if (PICTURES !== undefined)
    await page.screenshot({
      path: `${PICTURES}/${String(++pictures).padStart(2, '0')}-${language}.png`,
      fullPage: true,
    });
  assert.equal(await page.getAttribute('html', 'lang'), language, page.url());
  const width = page.viewportSize()?.width ?? 0;
  const wide = (await page.locator('body').boundingBox())?.width ?? 0;
  assert.ok(wide <= width + 1, `${page.url()} is ${wide} wide on ${width}`);
  // Axe is a script of the page's world, which has none where they are switched off.
  if (await hasScripts(page)) await checkAccess(page);
}
