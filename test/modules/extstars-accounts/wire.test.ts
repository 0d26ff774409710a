import assert from 'node:assert/strict';
import { SECOND } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import { APP, buildApp, CHECK, configure, DEACTIVE, send } from '../../support/build/extstars.ts';

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
