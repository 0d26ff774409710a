import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  }); // prettier-ignore

/** One visitor, and what their browser complained of: refused by the policy, failed, or asked of another host. */
export interface Tab {
  readonly page: Page;
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openTab(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ baseURL: origin, locale: 'en-US', ...options });
  context.setDefaultTimeout(8000); // a step that cannot be done is told of by its selector, not by the test's timeout
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A form that comes back has an error's status, which the console repeats.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status of 4'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`A request to ${request.url()}`);
  });
  return { page, complaints, close: () => context.close() };
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Fails when axe finds what keeps people out. The page's own policy stays: axe is not one of its scripts. */
export async function checkAccess(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  // Works with scripts switched off too: what the debugger runs is not the page's.
  const run = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as unknown;
  };
  await run(`${AXE}; undefined`);
  const found = (await run(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations))`,
  )) as string;
  await session.detach();
  const grave = (JSON.parse(found) as Violation[]).filter(
    ({ impact }) => impact === 'serious' || impact === 'critical',
  );
  assert.deepEqual(
    grave.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
    })),
    [],
    `axe at ${page.url()}`,
  );
}

/** Does something with a form and waits for what the next page says of it; what the last one said is put away before. */
export async function told(page: Page, work: () => Promise<void>): Promise<void> {
  await page.evaluate("document.querySelectorAll('.alert-success').forEach((said) => said.remove())");
  await work();
  await page.waitForSelector('.alert-success');
}
