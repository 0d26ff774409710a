import assert from 'node:assert/strict';
import { conflict } from '#core/error';
import { defineModule } from '#core/module';
import { plug } from '#core/plugin';
import { shippedModules } from '#modules/index';
import { licensePlugin } from '#modules/servicelicense/contract';
import { admin, guest, useApp } from '../../support/app.ts';
import { sell, serviceOf, type Sale } from '../../support/build/service.ts';

interface Seen {
  readonly license_key: string;
  readonly ips: string[];
  readonly hosts: string[];
  readonly paths: string[];
  readonly versions: string[];
  readonly pinged_at: string | null;
}

const serials = defineModule({
  name: 'serials',
  title: 'Serials',
  version: '1.0.0',
  migrations: [],
  setup: () => ({
    errorNumbers: { 'serials.banned': 4711 },
    plugins: [
      plug(licensePlugin, {
        name: 'Serial',
        generate: () => `SN-${String(Math.random()).slice(2)}`,
        errorNumbers: { 'serials.banned': 4711 },
        async validate(_ctx, _license, sent) {
          if (sent['machine'] === 'bad') throw conflict('serials.banned', 'This machine is banned.');
          return { edition: 'pro', licensed_to: 'The plugin' };
        },
      }),
    ],
  }),
});

describe('guest/servicelicense/check', () => {
  const app = useApp({ modules: [...shippedModules, serials], install: ['serials'] });
  const AT_HOME = { host: 'shop.example', version: '1.0', path: '/srv/shop' };
  const check = (license: string, more: object = {}) =>
    app.call<Record<string, unknown>>(guest, 'servicelicense/check', { license, ...AT_HOME, ...more });
  const refused = (license: string, more: object = {}) =>
    app.refusal(guest, 'servicelicense/check', { license, ...AT_HOME, ...more });
  async function license(config: object = {}, sale: Partial<Sale> = {}) {
    const sold = await sell(app, { type: 'license', config, ...sale });
    return { ...sold, key: (await serviceOf<Seen>(app, sold.orderId)).license_key };
  }
  const writes = async () =>
    (await app.app.database.knex('service_license').first('pinged_at', 'updated_at', 'ips')) as object;

  it('tells whose it is and until when', async () => {
    const { key } = await license({}, { period: '1M' });

    const { created_at, expires_at, ...answer } = await check(key);

    assert.deepEqual(answer, { licensed_to: 'Kay Tester', valid: true });
    assert.match(String(created_at), /^\d{4}-/);
    assert.match(String(expires_at), /^\d{4}-/);
  });

  it('finds a key whatever the case of its letters', async () => {
    const { key } = await license();

    assert.equal((await check(key.toLowerCase()))['valid'], true);
  });

  it('follows the name of the client', async () => {
    const { key, client } = await license();

    await app.call(admin, 'client/update', { id: client.id, first_name: 'Robin' });
    await app.settle();

    assert.equal((await check(key))['licensed_to'], 'Robin Tester');
  });

  it('refuses in the order of the contract, in both formats', async () => {
    const { key, orderId } = await license({ validate_ip: 1, validate_host: 1, validate_version: 1, validate_path: 1 });
    await check(key);
    const cases: [object, number, string][] = [
      [{}, 1000, 'Invalid request. Parameters missing?'],
      [{ host: 'x' }, 1001, 'License key is not present in call'],
      [{ license: '' }, 1001, 'License key is not present in call'],
      [{ license: { a: 1 } }, 1001, 'License key is not present in call'],
      [{ license: 'nobody' }, 1005, 'Your license key is invalid.'],
      [{ license: key, version: '1' }, 1002, 'Host key is not present in call'],
      [{ license: key, host: 'x' }, 1003, 'Version key is not present in call'],
      [{ license: key, host: 'x', version: '1' }, 1004, 'Path key is not present in call'],
      [{ license: key, ...AT_HOME, host: 'x', version: '2' }, 1008, 'Host "x" is not allowed for this license'],
      [{ license: key, ...AT_HOME, version: '1.00' }, 1009, 'Version "1.00" is invalid for this license'],
      [{ license: key, ...AT_HOME, path: '/x' }, 1010, 'Software install path "/x" is invalid for this license'],
    ];

    for (const [sent, code, message] of cases) {
      const status = code === 1002 || code === 1004 ? 401 : 200;
      assert.deepEqual(await app.refusal(guest, 'servicelicense/check', sent), { message, code, status });
      if (code === 1000) continue;
      assert.deepEqual(await app.call(guest, 'servicelicense/check', { ...sent, format: '2' }), {
        licensed_to: null,
        created_at: null,
        expires_at: null,
        valid: false,
        error: message,
        error_code: code,
      });
    }
    await app.call(admin, 'servicelicense/update', { order_id: orderId, ips: '203.0.113.7' });
    assert.equal((await refused(key)).code, 1007);
    await app.call(admin, 'order/suspend', { id: orderId });
    assert.equal((await refused(key, { host: 'x' })).code, 1006);
  });

  it('refuses a licence from the moment it is over, and not before', async () => {
    const { key } = await license({}, { period: '1M' });
    app.clock.advance(27 * 86_400_000);
    await check(key);

    app.clock.advance(5 * 86_400_000);

    assert.equal((await refused(key)).code, 1006);
  });

  it('binds to the first use what is validated, and notes all else', async () => {
    const { key, orderId } = await license({ validate_host: true });

    await check(key);
    await check(key, { path: '/b', version: '2.0' });
    const { code } = await refused(key, { host: 'other', path: '/c' });

    const seen = await serviceOf<Seen>(app, orderId);
    assert.equal(code, 1008);
    assert.deepEqual([seen.hosts, seen.paths, seen.versions], [['shop.example'], ['/srv/shop', '/b'], ['1.0', '2.0']]);
  });

  it('keeps what it learned before the test that refused', async () => {
    const { key, orderId } = await license({ validate_version: 1 });
    await check(key);

    await refused(key, { host: 'second', version: '9' });

    assert.deepEqual((await serviceOf<Seen>(app, orderId)).hosts, ['shop.example', 'second']);
  });

  it('binds to one of many that are first at once', async () => {
    const { key, orderId } = await license({ validate_host: 1 });

    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        app.call<{ valid: boolean }>(guest, 'servicelicense/check', {
          license: key,
          ...AT_HOME,
          host: `h${index}`,
          format: 2,
        }),
      ),
    );

    assert.equal(answers.filter(({ valid }) => valid).length, 1);
    assert.equal((await serviceOf<Seen>(app, orderId)).hosts.length, 1);
  });

  it('loses nothing of what many teach it at once', async () => {
    const { key, orderId } = await license();

    await app.together(async () => {
      await Promise.all(Array.from({ length: 8 }, (_, index) => check(key, { host: `h${index}` })));
    });

    assert.equal((await serviceOf<Seen>(app, orderId)).hosts.length, 8);
  });

  it('writes nothing when nothing is new', async () => {
    const { key } = await license();
    await check(key);
    const before = await writes();
    app.clock.advance(30_000);

    await check(key);

    assert.deepEqual(await writes(), before);
  });

  it('notes once a minute that it was asked about, refused or not', async () => {
    const { key, orderId } = await license();
    await refused(key, { host: '' });
    const first = (await serviceOf<Seen>(app, orderId)).pinged_at;
    app.clock.advance(61_000);

    await refused(key, { host: '' });

    assert.ok(first !== null);
    assert.ok(String((await serviceOf<Seen>(app, orderId)).pinged_at) > first);
  });

  it('takes no more values than it can hold, and accepts them all the same', async () => {
    const { key, orderId } = await license();
    const many = Array.from({ length: 100 }, (_, index) => `host${index}`).join('\n');
    await app.call(admin, 'servicelicense/update', { order_id: orderId, hosts: many });

    assert.equal((await check(key, { host: 'one-more', path: 'x'.repeat(5000) }))['valid'], true);

    const seen = await serviceOf<Seen>(app, orderId);
    assert.equal(seen.hosts.length, 100);
    assert.deepEqual(seen.paths, []);
  });

  it('takes hostile values for what they are: text', async () => {
    const { key, orderId } = await license({ validate_host: 1 });
    const host = `"';--<script>\0\r\n𝕏`;

    await check(key, { host, path: { $ne: 1 }, version: ['1'] }).catch(() => undefined);
    await check(key, { host });

    assert.deepEqual((await serviceOf<Seen>(app, orderId)).hosts, [host]);
    assert.equal((await refused(key, { host: 'x' })).code, 1008);
  });

  it('lets a plugin make keys, add to the answer, and refuse with its own number', async () => {
    const { key } = await license({ plugin: 'Serial' });

    const answer = await check(key);
    const bad = await refused(key, { machine: 'bad' });
    const told = await check(key, { machine: 'bad', format: 2 });

    assert.match(key, /^SN-\d+$/);
    assert.deepEqual([answer['edition'], answer['licensed_to']], ['pro', 'The plugin']);
    assert.deepEqual([bad.code, told['error_code'], told['valid']], [4711, 4711, false]);
  });

  it('answers for a key no more once its order is deleted', async () => {
    const { key, orderId } = await license();
    await app.call(admin, 'order/delete', { id: orderId });

    assert.equal((await refused(key)).code, 1005);
  });
});
