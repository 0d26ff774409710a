import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ADMIN } from '../support/app.ts';
import { checkAccess, launchChromium, openTab, told, type Tab } from '../support/chromium.ts';
import { openFresh, overhear, type Fresh } from '../support/fresh.ts';

const KNOWN = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, ADMIN_API_TOKEN: ADMIN.token };
const WITHOUT_SCRIPTS = { javaScriptEnabled: false } as const;
const WAYS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['', {}],
  [' without JavaScript', WITHOUT_SCRIPTS],
];
const LANGUAGES = [
  ['en', 'en'],
  ['zh_CN', 'zh-CN'],
] as const;

/** Every page of the panel that is about the installation itself. */
const PAGES = [
  '/admin/system',
  '/admin/system/company',
  '/admin/extension',
  '/admin/extension/remove/notification',
  '/admin/extension/settings/email',
  '/admin/extension/settings/antispam',
  '/admin/extension/settings/system',
  '/admin/staff',
  '/admin/staff/new',
  '/admin/staff/manage/1',
  '/admin/staff/groups',
  '/admin/staff/groups/2',
  '/admin/staff/logins',
  '/admin/profile',
  '/admin/activity',
  '/admin/cron',
  '/admin/email/templates',
  '/admin/email/templates/new',
  '/admin/email/templates/1',
  '/admin/email/outbox',
  '/admin/email/log',
  '/admin/email/log/1',
  '/admin/email/transport',
  '/admin/notification',
  '/admin/formbuilder',
  '/admin/formbuilder/1',
  '/admin/formbuilder/1/field/1',
  '/admin/antispam',
  '/admin/security',
];

describe('staff', function () {
  this.timeout(120_000);
  let browser: Browser;
  let engine: Fresh;
  let tab: Tab;
  before(async () => {
    browser = await launchChromium();
    engine = await openFresh(KNOWN);
    await fill(engine.url);
  });
  afterEach(async () => {
    const { complaints } = tab;
    await tab.close();
    assert.deepEqual(complaints, []);
  });
  after(() => browser.close());
  after(() => engine.end());

  for (const [how, options] of WAYS) {
    it(`uninstalls a module after reading what goes, and installs it again${how}`, async () => {
      const page = await open(options);
      await page.goto('/admin/extension');
      await page.click('a[href="/admin/extension/remove/notification"]');
      await page.waitForURL('**/remove/notification');

      assert.match(await main(page), /notification\s*1/);
      assert.match(await main(page), /backups.*notification-/s);
      await told(page, () => page.click('form[action$="/deactivate"] >> nth=0 >> button'));
      await page.click('a[href="/admin/extension/remove/notification"]');
      await told(page, () => page.click('form[action$="/uninstall"] button'));
      await told(page, () => page.click('form[action="/admin/extension/activate/notification"] button'));
      await page.goto('/admin/notification');
      await page.fill('[name="message"]', 'Tea at four');
      await told(page, () => page.click('form[action="/admin/notification"] button.btn-primary'));

      assert.match(await main(page), /Tea at four/);
    });

    it(`previews a template, changes it and takes it back${how}`, async () => {
      const page = await open(options);
      await page.goto('/admin/email/templates?search=password_reset_approve');
      await page.click('td a');
      await page.waitForSelector('[name="content"]');
      const original = await page.inputValue('[name="content"]');
      await page.fill('[name="content"]', '<p>Dear {{ staff.name }}, all is <b>new</b></p>');
      await page.click('button[formaction]');
      await page.waitForSelector('iframe[srcdoc]');

      const preview = page.frameLocator('iframe');
      assert.match((await preview.locator('body').textContent()) ?? '', /Dear .*, all is new/);
      assert.equal(await page.inputValue('[name="content"]'), '<p>Dear {{ staff.name }}, all is <b>new</b></p>');
      await told(page, () => page.click('.card-footer .btn-primary'));
      await told(page, () => confirmed(page, 'form[action$="/reset"] button'));
      assert.equal(await page.inputValue('[name="content"]'), original);
    });
  }

  for (const [code, tag] of LANGUAGES)
    it(`reaches everybody with the pages of the system, in ${tag}`, async () => {
      const page = await open({});
      for (const path of PAGES) {
        const answer = await page.goto(`${path}?lang=${code}`);
        assert.equal(answer?.status(), 200, path);
        await look(page, tag);
      }
    });

  it('sees no page wider than a phone', async () => {
    const page = await open({ viewport: { width: 375, height: 740 } });
    for (const path of PAGES) {
      await page.goto(path);
      const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
      assert.ok(wide <= 376, `${path} is ${wide} wide`);
    }
  });

  async function open(options: BrowserContextOptions): Promise<Page> {
    tab = await openTab(browser, engine.url, options);
    await signIn(tab.page, ADMIN.email, ADMIN.password);
    return tab.page;
  }
});

describe('whoever starts a new installation', function () {
  this.timeout(120_000);
  let browser: Browser;
  let engine: Fresh;
  let tab: Tab;
  before(async () => void (browser = await launchChromium()));
  beforeEach(async () => void (engine = await openFresh()));
  afterEach(async () => {
    const { complaints } = tab;
    await tab.close();
    await engine.end();
    assert.deepEqual(complaints, []);
  });
  after(() => browser.close());

  for (const [how, options] of WAYS)
    for (const [, tag] of LANGUAGES)
      it(`is led through the wizard${how}, in ${tag}`, async () => {
        const [email, password] = printedBy(engine);
        tab = await openTab(browser, engine.url, { locale: tag, ...options });
        const { page } = tab;

        await page.goto('/');
        await page.waitForURL('**/admin/login?next=*');
        await page.fill('[name="email"]', email);
        await page.fill('[name="password"]', password);
        await page.click('main form button');
        await page.waitForURL('**/admin/setup');
        await look(page, tag);
        await page.fill('[name="company_name"]', 'Keys and Locks');
        await page.click('.card-footer .btn-primary');
        await page.waitForURL('**/setup/currency');
        await look(page, tag);
        await page.selectOption('[name="code"]', 'NOK');
        await page.click('.card-footer .btn-primary');
        await page.waitForURL('**/setup/administrator');
        await look(page, tag);
        await page.fill('[name="email"]', 'ada@example.com');
        await page.fill('[name="current_password"]', password);
        await page.fill('[name="new_password"]', 'Own-Word-12');
        await page.fill('[name="confirm_password"]', 'Own-Word-12');
        await page.click('.card-footer .btn-primary');
        await page.waitForURL('**/setup/mail');
        await look(page, tag);
        await page.click('.card-footer a.btn');
        await page.waitForURL('**/setup/product');
        await look(page, tag);
        await page.fill('[name="title"]', 'A key');
        await page.selectOption('[name="type"]', 'custom');
        await page.click('.card-footer .btn-primary');
        await page.waitForURL('**/admin/product/manage/*');
        await page.goto('/admin/setup');

        assert.equal(await page.locator('form[action^="/admin/setup"]').count(), 0);
        await page.goto('/');
        assert.match(await main(page), /Keys and Locks/);
      });

  it('shows the key of the start where there is no administrator', async () => {
    await engine.end();
    engine = await openFresh(KNOWN);
    await engine.app.database.knex('admin').whereNull('system_name').update({ status: 'inactive' });
    const key = /Key: {2}(\w+)/.exec(await overhear(() => engine.app.migrate()))?.[1] ?? '';
    tab = await openTab(browser, engine.url);
    const { page } = tab;

    await page.goto('/setup');
    await look(page, 'en');
    await page.fill('[name="key"]', key);
    await page.fill('[name="name"]', 'Ada');
    await page.fill('[name="email"]', 'ada@example.com');
    await page.fill('[name="password"]', 'Own-Word-12');
    await page.fill('[name="password_confirm"]', 'Own-Word-12');
    await page.click('main form button');

    await page.waitForURL('**/admin/setup');
  });
});

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto('/admin/login');
  await page.fill('[name="email"]', email);
  await page.fill('[name="password"]', password);
  await page.click('main form button');
  await page.waitForURL('**/admin');
}

const main = async (page: Page): Promise<string> => (await page.textContent('#main')) ?? '';

/** With scripts a question comes first. */
async function confirmed(page: Page, selector: string): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.click(selector);
}

/** What the engine printed for whoever started it. */
function printedBy({ printed }: Fresh): [email: string, password: string] {
  const [email, password] = [/E-mail: +(\S+)/, /Password: +(\S+)/].map((line) => line.exec(printed)?.[1] ?? '');
  return [email ?? '', password ?? ''];
}

/** In the language asked for, and open to everyone. Axe needs a page with scripts. */
async function look(page: Page, tag: string): Promise<void> {
  await page.waitForLoadState('load');
  assert.equal(await page.getAttribute('html', 'lang'), tag, page.url());
  if (await page.evaluate(() => 'htmx' in globalThis)) await checkAccess(page);
}

/** One of everything the pages show. */
async function fill(url: string): Promise<void> {
  const call = async (path: string, params: object): Promise<void> => {
    const response = await fetch(`${url}/api/admin/${path}`, {
      method: 'POST',
      body: JSON.stringify(params),
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`admin:${ADMIN.token}`).toString('base64')}`,
      },
    });
    const { error } = (await response.json()) as { error: { message: string } | null };
    assert.equal(error, null, path);
  };
  await call('extension/activate', { id: 'notification', type: 'mod' });
  await call('notification/add', { message: 'The first one' });
  await call('formbuilder/create_form', { name: 'Servers' });
  await call('formbuilder/add_field', { form_id: 1, type: 'select', label: 'Size' });
  await call('activity/log_email', { subject: 'Hello', recipients: 'kay@example.com', content_html: '<p>Hello</p>' });
  await call('antispam/block_ip', { ip: '203.0.113.9' });
}
