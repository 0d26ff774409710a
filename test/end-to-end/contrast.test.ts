import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { checkAccess, launchChromium } from '../support/chromium.ts';

const web = new URL('../../web/', import.meta.url);
/** The style sheets that every page has. */
const sheets = [...readFileSync(new URL('partials/head.liquid', web), 'utf8').matchAll(/href="(\/assets\/[^"]+\.css)"/g)]
  .map(([, href]) => `<link rel="stylesheet" href="${href}">`)
  .join(''); // prettier-ignore

describe('what a pointer or a group makes of a control', function () {
  this.timeout(60_000);
  let browser: Browser;
  let page: Page;
  before(async () => {
    browser = await launchChromium();
  });
  afterEach(() => page.context().close());
  after(() => browser.close());

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be read in ${colorScheme} colours when a button that destroys is pointed at`, async () => {
      await open(colorScheme, '<button class="btn btn-outline-danger">Remove</button>');

      await page.hover('button');

      await checkAccess(page);
      const [resting, pointedAt] = [await colorOf('main'), await colorOf('button')];
      assert.notEqual(pointedAt, resting);
    });

    it(`can be read in ${colorScheme} colours when a text belongs to a field`, async () => {
      const field = '<input class="form-control" aria-label="Amount">';

      await open(colorScheme, `<div class="input-group"><span class="input-group-text">USD</span>${field}</div>`);

      await checkAccess(page);
    });
  }

  const colorOf = (selector: string): Promise<unknown> =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`);

  /** A page with nothing else on it, without an engine. */
  async function open(colorScheme: 'light' | 'dark', content: string): Promise<void> {
    const head = `<meta name="color-scheme" content="light dark"><title>Contrast</title>${sheets}`;
    const body = `<main><h1>Contrast</h1>${content}</main>`;
    page = await browser.newPage({ colorScheme, reducedMotion: 'reduce' });
    await page.route('**/*', (route) => {
      const { pathname } = new URL(route.request().url());
      return pathname === '/'
        ? route.fulfill({ contentType: 'text/html', body: `<!doctype html><html lang="en">${head}${body}` })
        : route.fulfill({ path: fileURLToPath(new URL(`.${pathname}`, web)) });
    });
    await page.goto('http://127.0.0.1/');
  }
});
