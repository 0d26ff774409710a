import type { BrowserContextOptions, Page } from 'playwright-core';
import type { DemoShop } from './shop.ts';

/** A picture of README or of docs/pictures: who looks, at what screen, and the way there. */
export interface Scene {
  readonly name: string;
  readonly who: 'visitor' | 'client' | 'staff';
  /** 1280 where nothing is said. */
  readonly width?: number;
  readonly height: number;
  readonly options?: BrowserContextOptions;
  open(page: Page, shop: DemoShop): Promise<unknown>;
}

const DARK: BrowserContextOptions = { colorScheme: 'dark' };
const CHINESE: BrowserContextOptions = { locale: 'zh-CN' };

/** The client comes last: what somebody has just done would be the newest thing that happened, in the panel as well. */
export const scenes: readonly Scene[] = [
  { name: 'shop', who: 'visitor', height: 736, open: (page) => page.goto('/order') },
  { name: 'order', who: 'visitor', height: 600, open: (page) => page.goto('/order/weather-api') },
  {
    name: 'phone',
    who: 'visitor',
    width: 390,
    height: 920,
    options: CHINESE,
    open: (page) => page.goto('/order/weather-api'),
  },
  { name: 'dashboard', who: 'staff', height: 880, open: (page) => page.goto('/admin') },
  { name: 'dashboard-dark', who: 'staff', height: 880, options: DARK, open: (page) => page.goto('/admin') },
  { name: 'orders', who: 'staff', height: 800, open: (page) => page.goto('/admin/order') },
  {
    name: 'client',
    who: 'staff',
    height: 800,
    open: (page, { client }) => page.goto(`/admin/client/manage/${client.id}`),
  },
  { name: 'checkout', who: 'client', height: 560, open: (page) => checkOut(page) },
  { name: 'services', who: 'client', height: 640, open: (page) => page.goto('/order/service') },
  { name: 'invoice', who: 'client', height: 890, open: (page) => openInvoice(page) },
];

async function checkOut(page: Page): Promise<void> {
  await page.goto('/order/weather-api-pro');
  await page.check('input[name="period"][value="1Y"]');
  await page.click('form[action="/order/weather-api-pro"] button');
  await page.waitForURL('**/cart');
  await page.fill('[name="promocode"]', 'WELCOME10');
  await page.click('form[action="/cart/promo"] button');
  await page.waitForSelector('form[action="/cart/promo/remove"]');
  await page.goto('/checkout');
}

/** Of what has just been ordered. */
async function openInvoice(page: Page): Promise<void> {
  await checkOut(page);
  await page.getByLabel('Bank transfer').check();
  await page.click('form[action="/checkout"] button');
  await page.waitForURL(({ pathname }) => pathname !== '/checkout');
  await page.goto('/invoice');
  await page.locator('td a.btn-primary').first().click();
  await page.waitForSelector('.invoice');
}
