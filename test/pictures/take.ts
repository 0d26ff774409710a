import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ADMIN } from '../support/app.ts';
import { launchChromium, openTab, type Tab } from '../support/chromium.ts';
import { useFonts } from './fonts.ts';
import { scenes, type Scene } from './scenes.ts';
import { openDemoShop, PASSWORD, type DemoShop } from './shop.ts';

const WIDTH = 1280;

/** A PNG of each scene in the folder, under the scene's name. */
export async function takePictures(folder: string, tell: (path: string) => void = () => undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  const shop = await openDemoShop();
  const browser = await launchChromium();
  try {
    for (const scene of scenes) {
      const path = join(folder, `${scene.name}.png`);
      await take(browser, shop, scene, path);
      tell(path);
    }
  } finally {
    await browser.close();
    await shop.end();
  }
}

async function take(browser: Browser, shop: DemoShop, scene: Scene, path: string): Promise<void> {
  const tab = await openTab(browser, shop.url, {
    viewport: { width: scene.width ?? WIDTH, height: scene.height },
    reducedMotion: 'reduce',
    ...scene.options,
  });
  const { page, complaints } = tab;
  page.setDefaultTimeout(25_000); // a busy machine takes its time to verify a password
  await useFonts(page.context());
  if (scene.who === 'client') await signIn(tab, '/login', shop.client.email, PASSWORD);
  if (scene.who === 'staff') await signIn(tab, '/admin/login', ADMIN.email, ADMIN.password);
  await scene.open(page, shop);
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path, animations: 'disabled' });
  await tab.close();
  assert.deepEqual(complaints, [], scene.name);
}

async function signIn({ page }: Tab, path: string, email: string, password: string): Promise<void> {
  await page.goto(path);
  await page.fill('[name="email"]', email);
  await page.fill('[name="password"]', password);
  await page.click('form:has([name="password"]) button');
  await page.waitForURL((url) => url.pathname !== path);
}
