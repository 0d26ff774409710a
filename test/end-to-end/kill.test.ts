import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '#core/db/connect';
import { createLog } from '#core/log';
import { emptyDatabase } from '../support/app.ts';
import { buildEngine, type Engine } from '../support/engine.ts';

const SALES = 200;
const WORKERS = 4;
const KILLS = 8;

describe('a process that is killed during sales', function () {
  this.timeout(300_000);
  let engine: Engine;
  let database: Database;
  const answered: number[] = [];

  before(async () => {
    const url = process.env['DATABASE_URL']?.startsWith('mysql:') ? process.env['DATABASE_URL'] : undefined;
    engine = await buildEngine(url === undefined ? {} : { DATABASE_URL: url });
    database = connect(url ?? `sqlite:${join(engine.dataDir, 'tollkeeper.sqlite')}`, createLog('silent'));
    if (url !== undefined) await emptyDatabase(database.knex);
    await engine.start();
    await engine.call('admin/extension/activate', { type: 'mod', id: 'serviceapikey' });
    const product = await engine.call<number>('admin/product/prepare', { title: 'Key', type: 'apikey' });
    const client = await engine.call<string>('admin/client/create', {
      email: 'kay@example.com',
      first_name: 'Kay',
      password: 'Correct-Horse-7',
    });
    await sellAndKill({ client_id: client, product_id: product, activate: 1, config: {} });
    await deliver();
  });
  after(async () => {
    await database.close();
    await engine.end();
  });

  /** Sells until 200 sales were answered; every so often, in the middle of them, the power fails. */
  async function sellAndKill(order: object): Promise<void> {
    let isDown: Promise<void> | undefined;
    const restart = async (): Promise<void> => {
      await engine.kill();
      await engine.start();
      isDown = undefined;
    };
    let kills = 0;
    const worker = async (): Promise<void> => {
      while (answered.length < SALES) {
        await isDown;
        try {
          answered.push(await engine.call<number>('admin/order/create', order));
        } catch {
          await sleep(20); // not answered, so nothing was promised
        }
      }
    };
    const killer = async (): Promise<void> => {
      while (kills < KILLS && answered.length < SALES) {
        const next = answered.length + SALES / (KILLS + 1);
        while (answered.length < Math.min(next, SALES - 1)) await sleep(5);
        await sleep(Math.random() * 40);
        kills++;
        await (isDown = restart());
      }
    };
    await Promise.all([killer(), ...Array.from({ length: WORKERS }, worker)]);
    assert.equal(kills, KILLS);
  }

  /** What the killed processes had claimed comes free when its leases are over: that of the delivery, then that of the mail. */
  async function deliver(): Promise<void> {
    for (let second = 0; second < 150; second++) {
      if ((await database.knex('outbox').first('id')) === undefined) return;
      await sleep(1000);
    }
    assert.deepEqual(await database.knex('outbox'), [], 'the outbox did not empty itself');
  }

  it('has kept every order it answered for, each set up once', async () => {
    const rows = await database.knex<{ id: number; status: string }>('client_order').whereIn('id', answered);
    const activations = await database
      .knex<{ client_order_id: number }>('client_order_status')
      .where('notes', 'Order activated');

    assert.equal(new Set(answered).size, answered.length);
    assert.deepEqual(
      rows.map(({ status }) => status),
      answered.map(() => 'active'),
    );
    assert.equal(new Set(activations.map((row) => row.client_order_id)).size, activations.length);
  });

  it('has made exactly one key for each', async () => {
    const keys = await database
      .knex<{ order_id: number; key_hash: string }>('service_apikey')
      .whereIn('order_id', answered);

    assert.deepEqual(
      keys.map((key) => key.order_id).toSorted((a, b) => a - b),
      answered.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(keys.map((key) => key.key_hash)).size, answered.length);
  });

  it('has written the mail of each at least once', () => {
    const folder = join(engine.dataDir, 'outbox');
    const mails = readdirSync(folder)
      .filter((name) => name.includes('mod_serviceapikey_activated') && name.endsWith('.eml'))
      .map((name) => readFileSync(join(folder, name), 'utf8'));

    const told = new Set(mails.flatMap((mail) => [...mail.matchAll(/\(#(\d+)\)/g)].map((match) => Number(match[1]))));
    assert.deepEqual(
      answered.filter((id) => !told.has(id)),
      [],
    );
  });

  it('stops within ten seconds of SIGTERM', async () => {
    const begun = Date.now();

    assert.equal(await engine.stop(), 0);
    assert.ok(Date.now() - begun < 10_000);
  });
});
