import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '#core/db/connect';
import { createLog } from '#core/log';
import { emptyDatabase } from '../support/app.ts';
import { launchChromium } from '../support/chromium.ts';
import { buildEngine, type Engine } from '../support/engine.ts';

const PURCHASES = Number(process.env['PURCHASES'] ?? 40);
const KILLS = Number(process.env['KILLS'] ?? 4);
const WORKERS = 4;
const STALLED_MS = 300_000;

/** An engine with an app that sells codes and takes donations, paid at the sandbox. */
async function openApp(): Promise<Engine> {
  const databaseUrl = process.env['DATABASE_URL']?.startsWith('mysql:') ? process.env['DATABASE_URL'] : undefined;
  if (databaseUrl !== undefined) {
    const database = connect(databaseUrl, createLog('silent'));
    await emptyDatabase(database.knex);
    await database.close();
  }
  const engine = await buildEngine(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl });
  await engine.start();
  for (const id of ['gateway-sandbox', 'extstars-accounts'])
    await engine.call('admin/extension/activate', { type: 'mod', id });
  await engine.call('admin/invoice/gateway_install', { code: 'Sandbox' });
  const pairs = await engine.call<Record<string, string>>('admin/invoice/gateway_get_pairs');
  const id = Number(Object.entries(pairs).find(([, title]) => title === 'Sandbox')?.[0]);
  await engine.call('admin/invoice/gateway_update', { id, enabled: 1, config: { secret: 'a secret of the sandbox' } });
  await engine.call('admin/extension/config_save', { ext: 'mod_extstars-accounts', sandbox: true });
  const product = await engine.call<number>('admin/product/prepare', { title: 'Code', type: 'extstars' });
  const pricing = { type: 'once', once: { price: 10, setup: 0 } };
  await engine.call('admin/product/update', { id: product, status: 'enabled', setup: 'after_payment', pricing });
  const app = { app_id: 31, name: 'Stars', currency: 'USD', product_id: product, language: 'en' };
  await engine.call('admin/extstars/app_create', app);
  return engine;
}

describe('a page on another origin', function () {
  this.timeout(120_000);
  let engine: Engine;
  let pages: Server;
  before(async () => {
    engine = await openApp();
    pages = createServer((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(donationPage(engine.url));
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
  });
  after(async () => {
    pages.closeAllConnections();
    pages.close();
    await engine.end();
  });

  it('donates by form posts with preflights, polls until it is paid and shows the donors', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
      await page.click('#donate');
      await page.waitForSelector('#link');
      await page.waitForSelector('#state:text("0")');

      const pay = await browser.newPage();
      await pay.goto((await page.getAttribute('#link', 'href')) ?? '');
      await pay.click('button[value="pay"]');

      await page.waitForSelector('#state:text("1")', { timeout: 20_000 });
      await page.click('#list');
      await page.waitForSelector('#donors li');
      assert.equal(await page.textContent('#donors li'), 'img src=x onerror="window.attacked=1"星 5.00');
      assert.equal(await page.evaluate('window.attacked'), undefined);
    } finally {
      await browser.close();
    }
  });
});

/** As such pages are: form posts, the number of the app as a header, and names put into HTML as they come. */
const donationPage = (engine: string): string => `<!doctype html><meta charset="utf-8">
<button id="donate">Donate</button><button id="list">Donors</button><p id="state"></p><div id="pay"></div><ul id="donors"></ul>
<script>
const post = (path, fields) => fetch('${engine}/api/v2/' + path, {
  method: 'POST', headers: { AppId: '31' }, body: new URLSearchParams(fields) }).then((answer) => answer.json());
const state = document.querySelector('#state');
document.querySelector('#donate').onclick = async () => {
  const { code, data } = await post('donation/create', { device_id: 'web', amount: '5', pay_method: 'paypal',
    user_name: '<img src=x onerror="window.attacked=1">星', user_link: '', user_email: '' });
  if (code !== 100) throw new Error('refused with ' + code);
  document.querySelector('#pay').innerHTML = '<a id="link" target="_blank">Pay</a>';
  document.querySelector('#link').href = data.link;
  const poll = async () => {
    const { data: order } = await post('order/check', { order_id: data.order_id, order_check_token: data.order_check_token });
    state.textContent = order.is_paid;
    if (order.is_paid === 0) setTimeout(poll, 300);
  };
  await poll();
};
document.querySelector('#list').onclick = async () => {
  const { data } = await post('donation/pull', { limit: 300, order_type: 3 });
  document.querySelector('#donors').innerHTML = data.map((one) => '<li>' + one.user_name + ' ' + one.amount).join('');
};
</script>`;

interface Bought {
  readonly orderId: number;
  readonly token: string;
  readonly quantity: number;
  readonly email: string;
}

describe('a process that is killed while codes are paid for', function () {
  this.timeout(300_000 + PURCHASES * 2_000 + KILLS * 60_000);
  let engine: Engine;
  const bought: Bought[] = [];

  before(async () => {
    engine = await openApp();
    for (let start = 0; start < PURCHASES; start += WORKERS)
      bought.push(...(await Promise.all(Array.from({ length: WORKERS }, (_, offset) => buy(start + offset)))));
    await payAndKill();
    await settled();
  });
  after(() => engine.end());

  const post = async (path: string, body: object) => {
    const headers = { appid: '31', 'content-type': 'application/json' };
    const answer = await fetch(`${engine.url}/api/v2/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as { code: number; data: Record<string, unknown> };
  };

  async function buy(number: number): Promise<Bought> {
    const [email, quantity] = [`buyer${number}@example.com`, 1 + (number % 3)];
    const { code, data } = await post('order/create', { user_email: email, amount: quantity, pay_method: 'wechat' });
    assert.equal(code, 100);
    return { orderId: Number(data['order_id']), token: String(data['order_check_token']), quantity, email };
  }

  /** Every order is paid at the sandbox, in no order, which tells of each three times; the power fails in the midst of it. */
  async function payAndKill(): Promise<void> {
    const waiting = [...bought].sort(() => Math.random() - 0.5);
    let isDown: Promise<void> | undefined;
    const worker = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        for (let isTold = false; !isTold;) {
          await isDown;
          isTold = await engine
            .call('admin/extstars/sandbox_pay', { order_id: next.orderId, outcome: 'paid', repeat: 3 })
            .then(() => true, (error: Error) => /over/.test(error.message)); // prettier-ignore
          if (!isTold) await sleep(50);
        }
      }
    };
    const killer = async (): Promise<void> => {
      for (let kill = 1; kill <= KILLS; kill++) {
        while ((await progress()) < kill / (KILLS + 1)) await sleep(50);
        await sleep(Math.random() * 100);
        await (isDown = engine.kill().then(() => engine.start()));
        isDown = undefined;
      }
    };
    await Promise.all([killer(), ...Array.from({ length: WORKERS }, worker)]);
  }

  /** From 0 to 1: half of the way an order is known to be paid, at its end the letter with the codes is there. */
  async function progress(): Promise<number> {
    const { total } = await engine.call<{ total: number }>('admin/extstars/order_get_list', {
      status: 'paid',
      per_page: 1,
    });
    return (total + issued().length) / (2 * bought.length);
  }

  /** What a process had claimed when it died is free again after half a minute. */
  async function settled(): Promise<void> {
    let [reached, since] = [-1, Date.now()];
    while (reached < 1) {
      const now = await progress();
      if (now > reached) [reached, since] = [now, Date.now()];
      assert.ok(Date.now() - since < STALLED_MS, `it stands still at ${reached}`);
      await sleep(1000);
    }
    await sleep(5000); // for what should not come
  }

  /** The letters with codes; a file without `.eml` is still being written. */
  const issued = (): string[] =>
    readdirSync(join(engine.dataDir, 'outbox')).filter(
      (name) => name.includes('mod_extstars_codes_issued') && name.endsWith('.eml'),
    );

  it('makes exactly the codes that were bought', async () => {
    const wanted = bought.reduce((sum, { quantity }) => sum + quantity, 0);
    const { total } = await engine.call<{ total: number }>('admin/extstars/code_get_list', { app_id: 31 });
    assert.equal(total, wanted);
    const { total: active } = await engine.call<{ total: number }>('admin/extstars/code_get_list', {
      status: 'active',
    });
    assert.equal(active, wanted);
  });

  it('mails each purchase once', () => {
    const letters = issued().map((name) => readFileSync(join(engine.dataDir, 'outbox', name), 'utf8'));
    const receivers = letters.map((letter) => /^To: (.*)$/m.exec(letter)?.[1]?.trim());
    assert.deepEqual(receivers.toSorted(), bought.map(({ email }) => email).toSorted());
  });

  it('tells every buyer that it is paid, and has one transaction for each', async () => {
    const { total } = await engine.call<{ total: number }>('admin/invoice/transaction_get_list', {});
    assert.equal(total, bought.length);
    const paid = await engine.call<{ total: number }>('admin/extstars/order_get_list', { status: 'paid' });
    assert.equal(paid.total, bought.length);
  });

  it('leaves nothing for the doctor to find', async () => {
    const { code, output } = await engine.run('doctor');

    assert.equal(output.trim(), 'Everything is in order.');
    assert.equal(code, 0);
  });
});
