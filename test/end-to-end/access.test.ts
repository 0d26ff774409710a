import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ADMIN, useApp } from '../support/app.ts';
import { buildClient, PASSWORD as CLIENT_PASSWORD } from '../support/build/client.ts';
import { buildEverything, optionalModules, OWNER } from '../support/build/everything.ts';
import { openDoors } from '../support/build/open-doors.ts';
import { buildStaff, PASSWORD } from '../support/build/staff.ts';
import { switchOn } from '../support/build/two-factor.ts';
import { checkAccess, launchChromium, openTab, type Tab } from '../support/chromium.ts';
import { addressOf, sitePages, type Filling, type SitePage } from '../support/site-map.ts';

const ROLES = ['guest', 'client', 'admin'] as const;
const DESKTOP = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const;
const PHONE = { viewport: { width: 375, height: 740 }, colorScheme: 'dark', isMobile: true } as const;
const WAYS: readonly (readonly [string, string, BrowserContextOptions])[] = [
  ['in English, by day, at a desk', 'en', DESKTOP],
  ['in Chinese, by night, on a telephone', 'zh_CN', PHONE],
];
/** What a first visit may cost, in bytes as they are sent. */
const FIRST_VISIT = 250_000;
/** Open only to a shop that nobody has yet; the tests of the wizard look at it. */
const NOBODYS = ['/setup'];

describe('every page', function () {
  this.timeout(600_000);
  const app = useApp({ install: optionalModules });
  let browser: Browser;
  let origin: string;
  let filling: Filling;
  let tab: Tab;
  before(async () => void (browser = await launchChromium()));
  beforeEach(async () => {
    origin = `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}`;
    const everything = await buildEverything(app);
    filling = { ...everything.filling, ...(await openDoors(app, everything.clientId)) };
  });
  afterEach(() => tab.close());
  after(() => browser.close());

  for (const [how, language, options] of WAYS)
    for (const role of ROLES)
      it(`for a ${role} keeps nobody out, ${how}`, async () => {
        const page = await open(options, role, language);
        const found: string[] = [];

        for (const one of pagesOf(role)) await look(page, one).catch((error: Error) => found.push(error.message));

        assert.deepEqual([...found, ...tab.complaints], []);
      });

  it('weighs little on the first visit, and asks nobody else for anything', async () => {
    tab = await openTab(browser, origin, DESKTOP);
    const session = await tab.page.context().newCDPSession(tab.page);
    await session.send('Network.enable');
    let weight = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => void (weight += encodedDataLength));

    await tab.page.goto('/', { waitUntil: 'networkidle' });

    assert.ok(weight > 10_000 && weight < FIRST_VISIT, `the first visit takes ${weight} bytes`);
    assert.deepEqual(tab.complaints, []);
  });

  const pagesOf = (role: SitePage['role']): SitePage[] =>
    sitePages(app.app).filter(
      (page) => page.method === 'GET' && page.hasView && page.role === role && !NOBODYS.includes(page.path),
    );

  async function open(options: BrowserContextOptions, role: SitePage['role'], language: string): Promise<Page> {
    tab = await openTab(browser, origin, options);
    if (role === 'client') await signIn(tab.page, '/login', OWNER.email, OWNER.password);
    if (role === 'admin') await signIn(tab.page, '/admin/login', ADMIN.email, ADMIN.password);
    await tab.page.goto(`/docs?lang=${language}`);
    return tab.page;
  }

  async function look(page: Page, { method, path }: SitePage): Promise<void> {
    await first[path]?.(page);
    const address = addressOf({ method, path }, filling);
    const answer = await page.goto(address);
    assert.equal(answer?.status(), 200, address);
    assert.equal(new URL(page.url()).pathname, new URL(address, origin).pathname);
    await checkAccess(page);
  }

  /** What some pages need to have happened at the same browser. */
  const first: Readonly<Record<string, (page: Page) => Promise<void>>> = {
    '/cart': async (page) => {
      await page.goto(addressOf({ method: 'GET', path: '/order/:product' }, filling));
      await page.click('main form[action^="/order/"] button');
      await page.waitForURL('**/cart');
    },
    '/login/code': async (page) => {
      const { email, caller } = await buildClient(app);
      await switchOn(app, caller);
      await signIn(page, '/login', email, CLIENT_PASSWORD);
    },
    '/admin/login/code': async (page) => {
      const { email, caller } = await buildStaff(app);
      await switchOn(app, caller);
      await signIn(page, '/admin/login', email, PASSWORD);
    },
  };
});

async function signIn(page: Page, at: string, email: string, password: string): Promise<void> {
  await page.goto(at);
  await page.fill('[name="email"]', email);
  await page.fill('[name="password"]', password);
  await page.click('main form button');
  await page.waitForURL((url) => url.pathname !== at);
}
