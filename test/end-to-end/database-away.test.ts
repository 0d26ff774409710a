import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dial, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '#core/db/connect';
import { createLog } from '#core/log';
import { emptyDatabase } from '../support/app.ts';
import { buildEngine, type Engine } from '../support/engine.ts';

const DATABASE_URL = process.env['DATABASE_URL'] ?? '';

/** A door to the database that can be shut while people go through it. */
function createDoor(port: number) {
  const open = new Set<Socket>();
  let server: Server | undefined;
  let own = 0;
  return {
    get port() {
      return own;
    },
    async open() {
      server = createServer((inside) => {
        const outside = dial(port, '127.0.0.1');
        for (const socket of [inside, outside]) {
          open.add(socket);
          socket.on('error', () => socket.destroy());
          socket.on('close', () => open.delete(socket));
        }
        inside.pipe(outside).pipe(inside);
      });
      server.listen(own, '127.0.0.1');
      await once(server, 'listening');
      own = (server.address() as AddressInfo).port;
    },
    shut() {
      server?.close();
      for (const socket of open) socket.destroy();
    },
  };
}

// An embedded database cannot go away.
if (DATABASE_URL.startsWith('mysql:')) describe('a database that goes away under load', away);

function away(this: Mocha.Suite): void {
  this.timeout(60_000);
  const url = new URL(DATABASE_URL);
  const door = createDoor(Number(url.port));
  let engine: Engine;
  let key: string;

  before(async () => {
    const database = connect(DATABASE_URL, createLog('silent'));
    await emptyDatabase(database.knex);
    await database.close();
    await door.open();
    engine = await buildEngine({ DATABASE_URL: `mysql://${url.username}@127.0.0.1:${door.port}${url.pathname}` });
    await engine.start();
    await engine.call('admin/extension/activate', { type: 'mod', id: 'serviceapikey' });
    const product_id = await engine.call<number>('admin/product/prepare', { title: 'Key', type: 'apikey' });
    const client_id = await engine.call('admin/client/create', {
      email: 'k@example.com',
      first_name: 'K',
      password: 'Correct-Horse-7',
    });
    const id = await engine.call<number>('admin/order/create', { client_id, product_id, activate: 1 });
    key = (await engine.call<{ api_key: string }>('admin/order/service', { id })).api_key;
  });
  after(async () => {
    door.shut();
    await engine.end();
  });

  const check = () => engine.call<boolean>('guest/serviceapikey/check', { key });

  it('is told to callers, and answers again as soon as it is back', async () => {
    let isLoading = true;
    const load = (async () => {
      while (isLoading) await check().catch(() => sleep(5));
    })();
    assert.equal(await check(), true);

    door.shut();
    await sleep(300);
    const away = await fetch(`${engine.url}/api/guest/serviceapikey/check?key=${key}`);
    const ready = await fetch(`${engine.url}/readyz`);
    await assert.rejects(engine.call('admin/order/get', { id: 1 }), /The database cannot be reached/);
    await door.open();

    assert.deepEqual([away.status, ((await away.json()) as { error: { code: number } }).error.code], [503, 503]);
    assert.equal(ready.status, 503);
    for (let tries = 0; tries < 40 && !(await check().catch(() => false)); tries++) await sleep(250);
    assert.equal(await check(), true);
    assert.equal(typeof (await engine.call<{ id: number }>('admin/order/get', { id: 1 })).id, 'number');
    isLoading = false;
    await load;
  });
}
