import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND } from '#core/clock';
import { admin, client as asClient, guest, useApp } from '../../support/app.ts';
import {
  activate, APP, buildApp, buildCode, CHECK, check, configure, DEACTIVE, liveToken, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore
import { buildClient, tokenOf } from '../../support/build/sale.ts';

const codesOf = (answers: readonly Answer[]): number[] => answers.map(({ code }) => code).sort();

describe('extstars: simple/code/check', () => {
  const app = useApp({ install: ['extstars-accounts'] });

  it('answers a key that whoever holds the sign key can verify, good until an absolute second', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);

    const { data } = await check(app, token);

    const now = Math.floor(app.clock.now().getTime() / SECOND);
    assert.deepEqual(Object.keys(data as object), ['key', 'expire_in', 'active_order', 'step_key']);
    assert.equal(data.expire_in, now + 86_400);
    assert.equal(data.active_order, 1);
    assert.match(data.step_key as string, /^[0-9a-f]{32}$/);
    const { sign_key } = await app.call<{ sign_key: string }>(admin, 'extstars/app_get', { app_id: APP });
    const [body = '', mac] = (data.key as string).split('.');
    const text = Buffer.from(body, 'base64url').toString();
    assert.equal(mac, createHmac('sha256', sign_key).update(text).digest('base64url'));
    const dev = createHash('sha256').update('device-1').digest('hex');
    assert.deepEqual(
      { ...(JSON.parse(text) as object), sub: 0 },
      { app: APP, sub: 0, dev, ord: 1, iat: now, exp: now + 86_400 },
    );
  });

  it('gives no key beyond the end of the code', async () => {
    await buildApp(app);
    const end = new Date(app.clock.now().getTime() + HOUR);
    const { code } = await buildCode(app, { expires_at: end.toISOString() });
    const token = await liveToken(app, code);

    const { data } = await check(app, token);

    assert.equal(data.expire_in, Math.floor(end.getTime() / SECOND));
  });

  it('follows the chain: 103 too early, 104 without or with the wrong or the old key, 100 with the current one', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);
    const first = (await check(app, token, 'device-1', { step_key: 'ignored' })).data.step_key as string;

    assert.equal((await check(app, token, 'device-1', { step_key: first })).code, 103);
    app.clock.advance(MINUTE);
    assert.equal((await check(app, token)).code, 104);
    assert.equal((await check(app, token, 'device-1', { step_key: 'wrong' })).code, 104);
    const second = await check(app, token, 'device-1', { step_key: first });
    assert.equal(second.code, 100);
    assert.notEqual(second.data.step_key, first);
    app.clock.advance(MINUTE);
    assert.equal((await check(app, token, 'device-1', { step_key: first })).code, 104);
    assert.equal((await check(app, token, 'device-1', { step_key: second.data.step_key as string })).code, 100);
  });

  it('answers 102 without a device, 101 without a genuine token, 103 for another device', async () => {
    await buildApp(app);
    await buildApp(app, {}, 32);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);

    assert.equal((await send(app, CHECK, {}, { token, appId: 99 })).code, 101);
    assert.equal((await send(app, CHECK, {}, { token })).code, 102);
    assert.equal((await send(app, CHECK, { device_id: 'device-1' })).code, 101);
    assert.equal((await check(app, 'nonsense')).code, 101);
    assert.equal((await check(app, token, 'device-1', {}, { appId: 32 })).code, 101);
    assert.equal((await check(app, token, 'Device-1')).code, 103);
    assert.equal((await check(app, ` ${token} `, 'device-1', {}, { form: true })).code, 100);
  });

  it('answers 101 while the code cannot be used, and goes on afterwards without a new activation', async () => {
    await buildApp(app);
    const end = app.clock.now().getTime() + HOUR;
    const { code, id } = await buildCode(app, { expires_at: new Date(end).toISOString() });
    const token = await liveToken(app, code);
    const set = (change: object) => app.call(admin, 'extstars/code_update', { id, ...change });

    await set({ status: 'suspended' });
    assert.equal((await check(app, token)).code, 101);
    await set({ status: 'active' });
    app.clock.advance(HOUR);
    assert.equal((await check(app, token)).code, 101);
    await set({ expires_at: new Date(end + DAY).toISOString() });
    assert.equal((await check(app, token)).code, 100);
    await set({ status: 'revoked' });
    assert.equal((await check(app, token)).code, 101);
  });

  it('never gives two step keys to two checks at once', async () => {
    await buildApp(app);
    await buildApp(app, { check_interval: 0 }, 32);
    for (const [appId, other] of [
      [APP, 103],
      [32, 104],
    ] as const) {
      const { code } = await buildCode(app, { app_id: appId });
      const { data } = await activate(app, code, 'device-1', {}, { appId });
      const token = data.token as string;
      const first = await Promise.all(Array.from({ length: 8 }, () => check(app, token, 'device-1', {}, { appId })));
      assert.deepEqual(codesOf(first), [100, ...Array<number>(7).fill(other)]);
      const step_key = first.find((answer) => answer.code === 100)?.data.step_key as string;
      app.clock.advance(MINUTE);
      const next = await Promise.all(
        Array.from({ length: 8 }, () => check(app, token, 'device-1', { step_key }, { appId })),
      );
      assert.deepEqual(codesOf(next), [100, ...Array<number>(7).fill(other)]);
    }
  });

  it('lets one of two processes take the step', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);

    const answers = await app.together((other) =>
      Promise.all([app.app, other, app.app, other].map((from) => check(app, token, 'device-1', {}, { from }))),
    );

    assert.deepEqual(codesOf(answers), [100, 103, 103, 103]);
  });

  it('repeats a lost answer where the app allows it', async () => {
    await buildApp(app, { step_key_grace: 30 });
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);
    const first = await check(app, token);

    assert.deepEqual((await check(app, token)).data, first.data);
    assert.equal((await check(app, token, 'device-1', { step_key: first.data.step_key as string })).code, 103);
    app.clock.advance(31 * SECOND);
    assert.equal((await check(app, token)).code, 103);
    app.clock.advance(30 * SECOND);
    const second = await check(app, token, 'device-1', { step_key: first.data.step_key as string });
    const again = await check(app, token, 'device-1', { step_key: first.data.step_key as string });
    assert.deepEqual([second.code, again.data], [100, second.data]);
    const together = await Promise.all(
      [1, 2, 3].map(() => check(app, token, 'device-1', { step_key: first.data.step_key as string })),
    );
    assert.equal(new Set(together.map(({ text }) => text)).size, 1);
  });

  it('does not hold a device up when the clock steps back an hour', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);
    const { data } = await check(app, token);

    app.clock.advance(-HOUR);

    assert.equal((await check(app, token, 'device-1', { step_key: data.step_key as string })).code, 100);
  });

  it('begins anew after staff reset the chain', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);
    await check(app, token);
    const { list } = await app.call<{ list: { id: number }[] }>(admin, 'extstars/activation_get_list', {});

    await app.call(admin, 'extstars/activation_reset_chain', { id: list[0]?.id });

    assert.equal((await check(app, token)).code, 100);
  });

  it('verifies keys for servers that do not hold the sign key, also after it was replaced', async () => {
    await buildApp(app, { key_ttl: 3600 });
    const { code } = await buildCode(app);
    const { data } = await check(app, await liveToken(app, code));
    const verify = (key: unknown) =>
      app.call<{ valid: boolean; active_order: number }>(guest, 'extstars/key_verify', { app_id: APP, key });

    assert.deepEqual(await verify(data.key).then(({ valid, active_order }) => [valid, active_order]), [true, 1]);
    assert.equal((await verify(`${data.key as string}x`)).valid, false);
    assert.equal((await verify('e30.x')).valid, false);
    await app.call(admin, 'extstars/app_rotate_key', { app_id: APP });
    assert.equal((await verify(data.key)).valid, true);
    app.clock.advance(HOUR);
    assert.equal((await verify(data.key)).valid, false);
  });
});

describe('extstars: simple/code/deactive', () => {
  const app = useApp({ install: ['extstars-accounts'] });
  const release = (token: string | undefined, device = 'device-1', appId = APP) =>
    send(app, DEACTIVE, { device_id: device }, { token, appId });

  it('frees the place, ends the token and keeps the ordinal', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);

    const answer = await release(token);

    assert.deepEqual([answer.code, answer.data], [100, null]);
    assert.equal((await release(token)).code, 101);
    assert.equal((await check(app, token)).code, 101);
    const next = await check(app, await liveToken(app, code));
    assert.equal(next.data.active_order, 2);
  });

  it('answers 101, 102, 105, 103 and 104, the earlier before the later', async () => {
    await buildApp(app);
    await buildApp(app, {}, 32);
    const { code, id } = await buildCode(app);
    const token = await liveToken(app, code);
    const set = (change: object) => app.call(admin, 'extstars/code_update', { id, ...change });

    assert.equal((await send(app, DEACTIVE, {}, { token, appId: 99 })).code, 101);
    assert.equal((await send(app, DEACTIVE, {}, { token })).code, 102);
    assert.equal((await release(undefined)).code, 101);
    assert.equal((await release(token, 'device-1', 32)).code, 101);
    await set({ allow_deactivate: false, destination: '' });
    assert.equal((await release(token, 'other')).code, 105);
    assert.equal((await release(token)).code, 103);
    await set({ allow_deactivate: null });
    assert.equal((await release(token)).code, 104);
    await set({ destination: 'nobody@example.com' });
    assert.equal((await release(token)).code, 104);
  });

  it('counts the releases by devices, not those by staff', async () => {
    await buildApp(app, { max_deactivations: 1 });
    const { code } = await buildCode(app);
    await liveToken(app, code);
    const { list } = await app.call<{ list: { id: number }[] }>(admin, 'extstars/activation_get_list', {});
    await app.call(admin, 'extstars/activation_release', { id: list[0]?.id });

    assert.equal((await release(await liveToken(app, code))).code, 100);
    assert.equal((await release(await liveToken(app, code))).code, 103);
  });

  it('releases once when ten ask at the same time, and a code that is over too', async () => {
    await buildApp(app);
    const { code, id } = await buildCode(app);
    const token = await liveToken(app, code);
    await app.call(admin, 'extstars/code_update', { id, expires_at: app.clock.now().toISOString() });

    const answers = await Promise.all(Array.from({ length: 10 }, () => release(token)));

    assert.deepEqual(codesOf(answers), [100, ...Array<number>(9).fill(101)]);
  });

  it('lets owners see their codes and release their devices, and nobody else', async () => {
    await buildApp(app);
    const { code, id, email } = await buildCode(app);
    await liveToken(app, code);
    const { list: people } = await app.call<{ list: { id: number }[] }>(admin, 'client/get_list', { search: email });
    const owner = asClient(await tokenOf(app, people[0]?.id ?? 0));
    const stranger = asClient(await tokenOf(app, await buildClient(app)));
    const { list } = await app.call<{ list: { id: number }[] }>(owner, 'extstars/activation_get_list', { id });

    assert.equal((await app.call<{ code: string }>(owner, 'extstars/code_get', { id })).code, code);
    for (const [path, params] of [
      ['code_get', { id }],
      ['activation_get_list', { id }],
      ['activation_release', { id: list[0]?.id }],
      ['code_set_destination', { id, destination: 'x@example.com' }],
    ] as const)
      assert.match((await app.refusal(stranger, `extstars/${path}`, params)).message, /not found/);
    await app.call(owner, 'extstars/activation_release', { id: list[0]?.id });
    assert.equal((await activate(app, code, 'next')).code, 100);
  });
});

describe('extstars: the wire', () => {
  const app = useApp({ install: ['extstars-accounts'] });
  const PATHS = [
    '/api/v1/simple/code/active', DEACTIVE, CHECK, '/api/v2/upgrade/pull', '/api/v2/donation/create', '/api/v2/donation/pull',
    '/api/v2/order/check', '/api/v2/order/create', '/api/v2/ping', '/api/v2/nothing/here', '/api/v1',
  ]; // prettier-ignore
  const raw = (method: string, path: string) =>
    fetch(`http://127.0.0.1:${(app.app.server.address() as { port: number }).port}${path}`, { method });

  it('answers a preflight at every path without looking at the app', async () => {
    for (const path of PATHS) {
      const answer = await raw('OPTIONS', path);
      assert.equal(answer.status, 204, path);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      assert.match(answer.headers.get('access-control-allow-headers') ?? '', /AppId.*Token.*Content-Type/);
      assert.equal(answer.headers.get('access-control-allow-methods'), 'GET, POST, OPTIONS');
      assert.equal(answer.headers.get('access-control-max-age'), '86400');
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      assert.equal(await answer.text(), '');
    }
  });

  it('says 404, 405 and 413 in the envelope, where pages can read it', async () => {
    for (const [method, path, status] of [
      ['GET', '/api/v2/nothing', 404],
      ['POST', '/api/v1/', 404],
      ['POST', '/api/v2/Order/check', 404],
      ['GET', CHECK, 405],
      ['DELETE', '/api/v2/order/check', 405],
      ['PUT', '/api/v2/donation/create', 405],
    ] as const) {
      // prettier-ignore
      const answer = await raw(method, path);
      assert.equal(answer.status, status, path);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      assert.equal(answer.headers.get('set-cookie'), null);
      assert.deepEqual(
        Object.entries((await answer.json()) as object).map(([name, value]) => (name === 'message' ? name : value)),
        [status, 'message', null],
      );
      if (status === 405) assert.match(answer.headers.get('allow') ?? '', /GET|POST/);
    }
    const large = await send(app, CHECK, { device_id: 'x'.repeat(70_000) });
    assert.deepEqual([large.status, large.code, large.headers['access-control-allow-origin']], [413, 413, '*']);
  });

  it('carries the allow-origin header with every result, and tolerates a trailing slash', async () => {
    await buildApp(app);

    const [refused, fine] = [await send(app, CHECK, {}), await send(app, '/api/v2/upgrade/pull/', {})];

    assert.deepEqual(
      [refused.status, refused.code, refused.data, refused.headers['access-control-allow-origin']],
      [200, 102, null, '*'],
    );
    assert.deepEqual([fine.code, fine.data], [100, []]);
  });

  it('lets only the origins of the app read its answers where staff say so', async () => {
    await buildApp(app, { cors_origins: 'https://app.example.com https://other.example.com' });
    const from = (origin: string) => send(app, '/api/v2/upgrade/pull', {}, { headers: { origin } });

    assert.equal(
      (await from('https://app.example.com')).headers['access-control-allow-origin'],
      'https://app.example.com',
    );
    const foreign = await from('https://evil.example.com');
    assert.deepEqual([foreign.headers['access-control-allow-origin'], foreign.headers['vary']], [undefined, 'Origin']);
  });

  it('answers ping, 101 while staff are at work', async () => {
    assert.equal(((await (await raw('GET', '/api/v2/ping')).json()) as { code: number }).code, 100);

    await configure(app, { maintenance: true });
    app.clock.advance(2 * SECOND);

    assert.equal(((await (await raw('GET', '/api/v2/ping')).json()) as { code: number }).code, 101);
  });

  it('lists published releases newest first, with numbers as numbers', async () => {
    await buildApp(app);
    const release = (build_version: number, more: object = {}) =>
      app.call<number>(admin, 'extstars/release_create', {
        app_id: APP, build_version, version_code: `v${build_version}`, download_size: '1024', download_url: 'https://example.com/a.apk',
        update_description: 'one\ntwo', ...more,
      }); // prettier-ignore
    await release(10);
    const id = await release(12);
    await release(13, { published: 0 });

    const { data } = await send(app, '/api/v2/upgrade/pull');
    assert.deepEqual(
      (data as { build_version: number }[]).map((row) => row.build_version),
      [12, 10],
    );
    assert.deepEqual(Object.keys(data[0] as object), [
      'id',
      'build_version',
      'version_code',
      'download_size',
      'download_url',
      'update_description',
      'created_at',
      'updated_at',
    ]);
    assert.equal(data[0].download_size, 1024);
    assert.match(data[0].created_at as string, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    await app.call(admin, 'extstars/release_update', { id, update_description: 'three' });
    await app.call(admin, 'extstars/release_delete', { id });
    const got = await app.request('get', '/api/v2/upgrade/pull').set('appid', '31');
    assert.equal((got.body as { data: object[] }).data.length, 1);
    assert.equal((await send(app, '/api/v2/upgrade/pull', {}, { appId: '' })).code, 101);
    assert.match(
      (
        await app.refusal(admin, 'extstars/release_create', {
          app_id: APP,
          build_version: 1,
          download_url: 'javascript:x',
        })
      ).message,
      /http/,
    );
  });
});

describe('extstars: limits', () => {
  const app = useApp({ install: ['extstars-accounts'], environment: { RATE_LIMITS: 'on' } });

  it('refuses with 429 in the envelope and a time to wait, but not a preflight', async () => {
    await buildApp(app);

    const answers: Answer[] = [];
    for (let call = 0; call < 31; call++) answers.push(await send(app, '/api/v1/simple/code/active', {}));

    const last = answers.at(-1);
    assert.deepEqual(
      [answers[29]?.code, last?.status, last?.code, last?.headers['access-control-allow-origin']],
      [102, 429, 429, '*'],
    );
    assert.ok(Number(last?.headers['retry-after']) > 0);
  });

  it('refuses an address that tried too many codes that do not exist', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);

    for (let call = 0; call < 20; call++) assert.equal((await activate(app, `NO-${call}`)).code, 101);

    assert.equal((await activate(app, code)).status, 429);
  });
});
