import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { admin, useApp } from '../support/app.ts';
import { buildClient, send } from '../support/build/orbit.ts';
import { buildProduct } from '../support/build/sale.ts';
import { codeOf } from '../support/build/two-factor.ts';
import { checkAccess, launchChromium, openTab, type Tab } from '../support/chromium.ts';

const password = 'Correct-Horse-7';
const KEY = /^[0-9A-F]{8}(-[0-9A-F]{8}){3}$/;

describe('a client with a two-factor login', function () {
  this.timeout(120_000);
  const app = useApp({ install: ['orbit-customer', 'serviceapikey'] });
  let browser: Browser | undefined;
  let tab: Tab;
  before(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    const { complaints } = tab;
    await tab.close();
    assert.deepEqual(complaints, []);
  });
  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    it(`approves a device, buys a key and resets it ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      assert.ok(browser);
      const email = 'kay@example.com';
      await buildClient(app, { email, currency: 'USD' });
      await buildProduct(app, { slug: 'free-key' });
      const { port } = app.app.server.address() as AddressInfo;
      tab = await openTab(browser, `http://127.0.0.1:${port}`, { javaScriptEnabled });
      const { page } = tab;
      page.setDefaultTimeout(25_000); // a busy machine takes its time to verify a password

      await signIn(page, email);
      await page.goto('/client/security/two-factor');
      await look(page);
      await page.click('form[action$="/begin"] button');
      await page.waitForSelector('img.qr');
      assert.ok((await page.locator('img.qr').boundingBox())?.width);
      await look(page);
      const secret = await page.inputValue('#copy-secret');
      await page.fill('[name="code"]', codeOf(app, secret));
      await page.click('form:has([name="code"]) button');
      await page.waitForSelector('.codes li');
      assert.equal(await page.locator('.codes li').count(), 10);
      const recovery = (await page.locator('.codes li').first().textContent()) ?? '';
      await look(page);
      await page.click('form[action="/logout"] button');
      app.clock.advance(60_000);

      const { body: codes } = await send(app, 'POST /auth/device/code');
      const complete = new URL(codes.data.verification_uri_complete as string);
      await page.goto(`${complete.pathname}${complete.search}`);
      await signIn(page, email, false);
      await page.waitForURL('**/login/code*');
      await look(page);
      await page.fill('[name="code"]', '000000');
      await page.click('form:has([name="code"]) button');
      await page.waitForSelector('.alert-danger');
      await page.fill('[name="code"]', codeOf(app, secret));
      await page.click('form:has([name="code"]) button');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('The device is approved').waitFor();

      await page.goto('/order/free-key');
      await page.click('form[action="/order/free-key"] button');
      await page.waitForURL('**/cart');
      await page.goto('/checkout');
      await page.click('form[action="/checkout"] button');
      await page.waitForURL('**/order/service/manage/*');
      await app.settle();
      await page.reload();
      await look(page);
      await page.click('a.btn-primary[href^="/apikeys/"]');
      await page.waitForSelector('#copy-api-key');
      const bought = await page.inputValue('#copy-api-key');
      await look(page);
      if (javaScriptEnabled) await copies(page, 'api-key', bought);
      page.once('dialog', (dialog) => void dialog.accept());
      await page.click('form[action$="/reset"] button');
      await page.waitForSelector(`#copy-api-key:not([value="${bought}"])`);
      const reset = await page.inputValue('#copy-api-key');

      assert.match(bought, KEY);
      assert.match(reset, KEY);
      assert.notEqual(reset, bought);
      await page.goto('/client/security/two-factor/off');
      await look(page);
      await page.getByLabel('Current password').fill(password);
      await page.fill('[name="code"]', recovery);
      await page.click('form:has([name="code"]) button');
      await page.getByText('The two-factor login is switched off.').waitFor();
    });
  }

  it('finds each page open to everyone, in either language', async () => {
    assert.ok(browser);
    const email = 'kay@example.com';
    const clientId = await buildClient(app, { email, currency: 'USD' });
    const productId = await buildProduct(app);
    const id = await app.call<number>(admin, 'order/create', {
      client_id: clientId,
      product_id: productId,
      activate: 1,
      period: '1M',
      price: 1,
    });
    const license = await app.call<number>(admin, 'order/create', {
      client_id: clientId,
      product_id: await buildProduct(app, { title: 'Licence' }),
      activate: 1,
    });
    const { port } = app.app.server.address() as AddressInfo;
    tab = await openTab(browser, `http://127.0.0.1:${port}`);
    const { page } = tab;
    await signIn(page, email);

    for (const path of [
      '/client/security',
      '/client/security/two-factor',
      `/order/service/manage/${id}`,
      `/order/service/manage/${id}/end`,
      `/apikeys/${license}`,
      '/order',
      '/auth/device',
      '/client/profile',
      '/email',
      '/balance',
      '/invoice',
    ])
      // prettier-ignore
      for (const [code, tag] of [
        ['en', 'en'],
        ['zh_CN', 'zh-CN'],
      ] as const) {
        const answer = await page.goto(`${path}?lang=${code}`);
        assert.equal(answer?.status(), 200, path);
        assert.equal(await page.getAttribute('html', 'lang'), tag);
        await look(page);
      }
  });

  async function signIn(page: Page, email: string, isOpen = true): Promise<void> {
    if (isOpen) await page.goto('/login');
    await page.fill('[name="email"]', email);
    await page.fill('[name="password"]', password);
    await page.click('form:has([name="password"]) button');
    await page.waitForURL((url) => url.pathname !== '/login');
  }
});

/** Axe is a script of the page's world, which has none where they are switched off. */
async function look(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  if (await page.evaluate(() => 'htmx' in globalThis)) await checkAccess(page);
}

/** Presses the button beside a field, and asks the clipboard. */
async function copies(page: Page, name: string, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click(`[data-copy="copy-${name}"]`);
  await page.getByText('Copied').waitFor();
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), text);
}
