import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '#core/db/connect';
import { createLog } from '#core/log';
import { emptyDatabase } from '../support/app.ts';
import { newWallet } from '../support/build/orbit.ts';
import { buildEngine, type Engine } from '../support/engine.ts';

const PURCHASES = 120;
const CLIENTS = 4;
const KILLS = 8;
const PRICE = 10;
/** More than can be bought here, answered or not. */
const FUNDS = PRICE * PURCHASES * 2;
const DELIVERED_WITHIN_S = 150;

interface Buyer {
  readonly id: number;
  readonly key: string;
  /** References of the orders that were answered with 201. */
  readonly answered: string[];
}

interface SeenOrder {
  readonly reference: string;
  readonly status: string;
  readonly payment_status: string;
  readonly total_amount: number;
  readonly fulfilled_at: string | null;
  readonly invoice: { readonly reference: string; readonly status: string } | null;
  readonly license: { readonly key: string; readonly status: string; readonly renewal_date: string } | null;
}

describe('a process that is killed during purchases of licences', function () {
  this.timeout(400_000);
  let engine: Engine;
  let database: Database;
  let slug = '';
  const buyers: Buyer[] = [];

  before(async () => {
    const url = process.env['DATABASE_URL']?.startsWith('mysql:') ? process.env['DATABASE_URL'] : undefined;
    engine = await buildEngine(url === undefined ? {} : { DATABASE_URL: url });
    database = connect(url ?? `sqlite:${join(engine.dataDir, 'tollkeeper.sqlite')}`, createLog('silent'));
    if (url !== undefined) await emptyDatabase(database.knex);
    await engine.start();
    await engine.call('admin/extension/activate', { type: 'mod', id: 'orbit-customer' });
    slug = await buildPlan();
    for (let count = 0; count < CLIENTS; count++) buyers.push(await buildBuyer());
    await buyAndKill();
    await deliver();
  });
  after(async () => {
    await database.close();
    await engine.end();
  });

  async function orbit<T>(method: 'GET' | 'POST', path: string, { key = '', body }: { key?: string; body?: object }) {
    const answer = await fetch(`${engine.url}/customer/v2${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key !== '' && { 'x-orbit-key': key }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, data: ((await answer.json()) as { data: T }).data };
  }

  async function buildPlan(): Promise<string> {
    const id = await engine.call<number>('admin/product/prepare', { title: 'RPC', type: 'orbit' });
    const pricing = { type: 'recurrent', recurrent: { '1M': { price: PRICE, setup: 0, enabled: 1 } } };
    await engine.call('admin/product/update', { id, status: 'enabled', setup: 'after_payment', pricing });
    return (await engine.call<{ slug: string }>('admin/product/get', { id })).slug;
  }

  async function buildBuyer(): Promise<Buyer> {
    const wallet = newWallet();
    const asked = { wallet_address: wallet.address };
    const { data } = await orbit<{ challenge: string }>('POST', '/auth/wallet/challenge', { body: asked });
    const body = { ...asked, signature: wallet.sign(data.challenge) };
    const made = await orbit<{ user: { id: number }; api_key: { key: string } }>('POST', '/auth/wallet/register', {
      body,
    });
    const { id } = made.data.user;
    await engine.call('admin/client/balance_add_funds', { id, amount: FUNDS, description: 'For the test' });
    return { id, key: made.data.api_key.key, answered: [] };
  }

  const count = (): number => buyers.reduce((total, { answered }) => total + answered.length, 0);

  /** Each buys and buys, two at a time; every so often, in the middle of it, the power fails. */
  async function buyAndKill(): Promise<void> {
    let isDown: Promise<void> | undefined;
    let kills = 0;
    const shop = async ({ key, answered }: Buyer): Promise<void> => {
      while (count() < PURCHASES) {
        await isDown;
        try {
          const body = { product_slug: slug };
          const bought = await orbit<{ order: { reference: string } }>('POST', '/orders/purchase', { key, body });
          if (bought.status === 201) answered.push(bought.data.order.reference);
        } catch {
          await sleep(20); // not answered, so nothing was promised
        }
      }
    };
    const killer = async (): Promise<void> => {
      while (kills < KILLS && count() < PURCHASES) {
        const next = count() + PURCHASES / (KILLS + 1);
        while (count() < Math.min(next, PURCHASES - 1)) await sleep(5);
        await sleep(Math.random() * 60);
        kills++;
        await (isDown = engine.kill().then(() => engine.start()));
        isDown = undefined;
      }
    };
    await Promise.all([killer(), ...[...buyers, ...buyers].map(shop)]);
    assert.equal(kills, KILLS);
  }

  /** What a killed process had left to do is done by the next one, once its leases are over. */
  async function deliver(): Promise<void> {
    for (let second = 0; second < DELIVERED_WITHIN_S; second++) {
      if ((await database.knex('outbox').first('id')) === undefined) return;
      await sleep(1000);
    }
    assert.deepEqual(await database.knex('outbox'), [], 'the outbox did not empty itself');
  }

  /** Every page of a list. */
  async function all<T>({ key }: Buyer, path: string, name: string): Promise<T[]> {
    const items: T[] = [];
    for (let page = 1, last = 1; page <= last; page++) {
      const { data } = await orbit<Record<string, unknown>>('GET', `${path}?per_page=100&page=${page}`, { key });
      items.push(...(data[name] as T[]));
      last = (data['pagination'] as { last_page: number }).last_page;
    }
    return items;
  }
  const ordersOf = (buyer: Buyer) => all<SeenOrder>(buyer, '/orders', 'orders');

  it('has every order it answered for, paid, with an active licence of its own for one month', async () => {
    const keys = new Set<string>();
    let total = 0;
    for (const buyer of buyers) {
      const orders = await ordersOf(buyer);
      const known = new Set(orders.map(({ reference }) => reference));
      assert.deepEqual(buyer.answered.filter((reference) => !known.has(reference)), []); // prettier-ignore
      for (const { reference, status, payment_status, total_amount, fulfilled_at, invoice, license } of orders) {
        assert.deepEqual(
          [status, payment_status, total_amount, invoice?.status, license?.status],
          ['completed', 'paid', PRICE, 'paid', 'active'],
          reference,
        );
        assert.match(license?.key ?? '', /^ORBIT-/, reference);
        keys.add(license?.key ?? '');
        const days = (Date.parse(license?.renewal_date ?? '') - Date.parse(fulfilled_at ?? '')) / 86_400_000;
        assert.ok(days >= 28 && days <= 31, `${reference} lasts ${days} days`);
      }
      total += orders.length;
    }
    assert.ok(total >= PURCHASES);
    assert.equal(keys.size, total);
  });

  it('has as many licences as orders, and nothing half made', async () => {
    const db = database.knex;
    const rows = async (table: string): Promise<number> => Number((await db(table).count({ n: '*' }))[0]?.['n']);
    const sold = await rows('client_order');

    assert.deepEqual(await Promise.all(['service_orbit', 'orbit_purchase', 'invoice', 'invoice_item'].map(rows)), [
      sold,
      sold,
      sold,
      sold,
    ]);
    for (const buyer of buyers) {
      const { data } = await orbit<{ total: number }>('GET', '/licenses', { key: buyer.key });
      assert.equal(data.total, (await ordersOf(buyer)).length);
    }
    assert.deepEqual(await db('invoice_item').whereNot('status', 'executed').select('id', 'status'), []);
  });

  it('has taken the price of each order once, and of nothing else', async () => {
    for (const buyer of buyers) {
      const orders = await ordersOf(buyer);
      const history = await all<{ type: string; amount: number; invoice_reference: string | null }>(
        buyer,
        '/topup/history',
        'history',
      );
      const taken = history.filter(({ type }) => type === 'deduction');
      const { data } = await orbit<{ balance: number }>('GET', '/profile/balance', { key: buyer.key });

      assert.equal(data.balance, FUNDS - PRICE * orders.length);
      assert.ok(taken.every(({ amount }) => amount === PRICE));
      assert.deepEqual(
        taken.map((line) => line.invoice_reference).toSorted(),
        orders.map(({ invoice }) => invoice?.reference ?? '').toSorted(),
      );
    }
  });

  it('leaves nothing for the doctor to find', async () => {
    const { code, output } = await engine.run('doctor');

    assert.equal(output.trim(), 'Everything is in order.');
    assert.equal(code, 0);
  });
});
