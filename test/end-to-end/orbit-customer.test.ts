import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { admin, useApp } from '../support/app.ts';
import { addFunds, buildClient, buildPlan, newWallet, orbitClient, register, send } from '../support/build/orbit.ts';
import { checkAccess, launchChromium, openTab } from '../support/chromium.ts';

const email = 'kay@example.com';
const password = 'Correct-Horse-7';

describe('the ways into the customer API', () => {
  const app = useApp({ install: ['orbit-customer'] });
  let browser: Browser | undefined;

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    it(`are a device that is approved in a browser ${javaScriptEnabled ? 'with' : 'without'} JavaScript, a wallet, and a key`, async () => {
      const clientId = await buildClient(app, { email, currency: 'USD' });
      const plan = await buildPlan(app);
      await addFunds(app, clientId, 10);
      const { body: codes } = await send(app, 'POST /auth/device/code');
      const poll = () =>
        send(app, 'POST /auth/device/token', { body: { device_code: codes.data.device_code as string } });
      assert.equal((await poll()).status, 428);

      const origin = `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}`;
      assert.ok(browser);
      const { page, complaints, close } = await openTab(browser, origin, { javaScriptEnabled });
      page.setDefaultTimeout(25_000); // a busy machine takes its time to verify a password
      const complete = new URL(codes.data.verification_uri_complete as string);
      await page.goto(`${origin}${complete.pathname}${complete.search}`);
      await page.getByLabel('E-mail address').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      assert.equal(await page.getByLabel('Code on the device').inputValue(), codes.data.user_code);
      assert.equal((await poll()).status, 429); // nothing is approved by following the link
      await page.getByRole('button', { name: 'Continue' }).click();
      if (javaScriptEnabled) await checkAccess(page);
      assert.equal(await page.locator('#user-code').textContent(), codes.data.user_code);
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('The device is approved').waitFor();
      if (javaScriptEnabled) await checkAccess(page);
      assert.deepEqual(complaints, []);
      await close();

      const device = await poll();
      const authorization = `Bearer ${device.body.data.access_token as string}`;
      const made = await send(app, 'POST /api-keys', { body: { name: 'Server' }, headers: { authorization } });
      const key = made.body.data.api_key.key as string;
      const bought = await send(app, 'POST /orders/purchase', {
        body: { product_slug: plan.slug },
        headers: { 'x-orbit-key': key },
      });
      const licenses = await send(app, 'GET /licenses', { headers: { authorization } });
      assert.equal(licenses.body.data.licenses[0].license_key, bought.body.data.license.key);

      const wallet = newWallet();
      const joined = await register(app, wallet);
      const other = await orbitClient(app);
      const own = await send(app, 'GET /me', {
        headers: { authorization: `Bearer ${joined.body.data.access_token as string}` },
      });
      assert.equal(own.body.data.wallet_address, wallet.address);
      assert.equal((await other.call('GET /licenses')).body.data.total, 0);
      await app.call(admin, 'client/delete', { id: clientId });
      assert.equal((await send(app, 'GET /me', { headers: { 'x-orbit-key': key } })).status, 401);
    }).timeout(120_000);
  }
});
