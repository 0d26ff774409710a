import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Response } from 'supertest';
import { SECOND } from '#core/clock';
import { extension } from '#modules/extension/index';
import { staff } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, ADMIN, useApp, type TestApp } from '../../support/app.ts';

const modules = [system, twoFactor, staff, extension];
const proxy = { TRUSTED_PROXIES: '127.0.0.1, ::1, 2001:db8:ffff::/48' };

interface Visitor {
  /** Address as the proxy in front tells it. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function gatekeeper(app: TestApp) {
  const visit = async (path: string, { from, headers = {} }: Visitor = {}): Promise<Response> => {
    const request = app.request(path.startsWith('/api') ? 'post' : 'get', path).set(headers);
    return from === undefined ? request : request.set('x-forwarded-for', from);
  };
  return {
    visit,
    codeOf: async (path: string, visitor?: Visitor): Promise<number | undefined> =>
      ((await visit(path, visitor)).body as { error: { code: number } | null }).error?.code,
    /** Takes effect within a second. */
    async configure(config: object): Promise<void> {
      await app.call(admin, 'extension/config_save', { ext: 'mod_system', ...config });
      app.clock.advance(SECOND);
    },
  };
}

const LOCALE = '/api/guest/system/locale';

describe('the API behind a list of addresses', () => {
  const app = useApp({ modules, environment: proxy });
  const { visit, codeOf, configure } = gatekeeper(app);

  it('is closed to all others, guests and staff', async () => {
    await configure({ api: { allowed_ips: ['127.0.0.1', '203.0.113.7'] } });

    assert.equal(await codeOf(LOCALE, { from: '203.0.113.7' }), undefined);
    const refused = await visit(LOCALE, { from: '203.0.113.8' });
    assert.deepEqual(refused.body, { result: null, error: { message: 'Unauthorized IP', code: 1002 } });
    assert.equal(refused.status, 401);
    assert.equal(await codeOf('/api/admin/system/env', { from: '203.0.113.8' }), 1002);
  });

  it('knows an address however it is written', async () => {
    await configure({ api: { allowed_ips: '127.0.0.1\r\n2001:DB8:0:0::1\n' } });

    assert.equal(await codeOf(LOCALE, { from: '2001:db8::1' }), undefined);
    assert.equal(await codeOf(LOCALE, { from: '::ffff:127.0.0.1' }), undefined);
    assert.equal(await codeOf(LOCALE, { from: '2001:db8::2' }), 1002);
  });

  it('believes a proxy it trusts and nobody else', async () => {
    await configure({ api: { allowed_ips: ['127.0.0.1', '203.0.113.7'] } });

    assert.equal(await codeOf(LOCALE, { from: '203.0.113.7, 198.51.100.1' }), 1002);
    assert.equal(await codeOf(LOCALE, { from: '203.0.113.7, 2001:db8:ffff::5' }), undefined);
  });

  it('is open to all when the list is empty', async () => {
    await configure({ api: { allowed_ips: '' } });

    assert.equal(await codeOf(LOCALE, { from: '198.51.100.1' }), undefined);
  });

  it('says first that a call is unknown or a body malformed', async () => {
    await configure({ api: { allowed_ips: ['127.0.0.1'] } });
    const from = '198.51.100.1';

    assert.equal(await codeOf('/api/nobody/system/locale', { from }), 879);
    const malformed = await app
      .request('post', LOCALE)
      .set('x-forwarded-for', from)
      .set('content-type', 'application/json')
      .send('{');
    assert.equal((malformed.body as { error: { code: number } }).error.code, 400);
  });

  it('leaves pages alone', async () => {
    await configure({ api: { allowed_ips: ['127.0.0.1'] } });

    assert.equal((await visit('/', { from: '198.51.100.1' })).status, 200);
  });

  it('cannot be shut by somebody for the own address', async () => {
    const refusal = await app.refusal(admin, 'extension/config_save', {
      ext: 'mod_system',
      api: { allowed_ips: ['203.0.113.7'] },
    });

    assert.equal(refusal.message, 'The API would be closed to 127.0.0.1, the IP you are making requests from.');
    assert.equal(await codeOf(LOCALE), undefined);
  });
});

describe('the API without a proxy', () => {
  const app = useApp({ modules });
  const { codeOf, configure } = gatekeeper(app);

  it('believes nobody who says where a call comes from', async () => {
    await configure({ api: { allowed_ips: ['127.0.0.1'] } });

    assert.equal(await codeOf(LOCALE, { from: '198.51.100.1' }), undefined);
  });

  it('sends nobody around for ever when encryption is asked for', async () => {
    await configure({ security: { force_https: true } });

    assert.equal(await codeOf(LOCALE), undefined);
  });
});

describe('the API for pages of the own site only', () => {
  const app = useApp({ modules });
  const { visit, codeOf, configure } = gatekeeper(app);
  const origin = (): string => app.app.config.baseUrl;

  it('wants a referer that begins with the address of the site', async () => {
    await configure({ api: { require_referrer_header: '1' } });

    assert.equal(await codeOf(LOCALE, { headers: { referer: `${origin().toUpperCase()}cart` } }), undefined);
    const refused = await visit(LOCALE, { headers: { referer: 'https://elsewhere.example/' } });
    assert.deepEqual(
      [refused.status, refused.body],
      [
        401,
        { result: null, error: { message: `Invalid request. Make sure request origin is ${origin()}`, code: 1004 } },
      ],
    );
    assert.equal(await codeOf(LOCALE), 1004);
    assert.equal(await codeOf(LOCALE, { headers: { referer: `${origin().slice(0, -1)}.evil.example/` } }), 1004);
  });
});

describe('maintenance', () => {
  const app = useApp({ modules, environment: proxy });
  const { visit, codeOf, configure } = gatekeeper(app);
  const block = (more: object = {}): Promise<void> => configure({ maintenance_mode: { enabled: true, ...more } });

  it('shuts the API and the pages', async () => {
    await block();

    const call = await visit(LOCALE);
    assert.equal(call.status, 503);
    assert.deepEqual(call.body, {
      result: null,
      error: { message: 'The system is undergoing maintenance. Please try again later', code: 503 },
    });
    const page = await visit('/');
    assert.deepEqual([page.status, page.type], [503, 'text/html']);
    assert.match(page.text, /undergoing maintenance/);
    assert.equal((await visit('/index.php?_url=/api/guest/system/locale')).status, 503);
  });

  it('lets staff in, who end it', async () => {
    await block();

    const login = await app
      .request('post', '/api/guest/staff/login')
      .send({ email: ADMIN.email, password: ADMIN.password });
    assert.equal(login.status, 200);
    assert.equal((await visit('/admin')).status, 303);
    assert.equal((await visit('/administrator')).status, 503);
    await configure({ maintenance_mode: { enabled: false } });
    assert.equal(await codeOf(LOCALE), undefined);
  });

  it('keeps telling whether the process is up', async () => {
    await block();

    assert.equal((await visit('/healthz')).status, 200);
    assert.equal((await visit('/readyz')).status, 200);
  });

  it('leaves open what staff name, up to the end of a part of the path', async () => {
    await block({ allowed_urls: ['/api/guest/system', 'do*s'] });

    assert.equal(await codeOf(LOCALE), undefined);
    assert.equal(await codeOf('/api/guest/systems/locale'), 503);
    assert.equal((await visit('/docs')).status, 200);
    assert.equal((await visit('/docsy')).status, 503);
  });

  it('leaves it open to addresses and networks, of both kinds', async () => {
    await block({ allowed_ips: '203.0.113.0/24\n2001:db8::/32\nnonsense\n198.51.100.1/99' });

    assert.equal(await codeOf(LOCALE, { from: '203.0.113.200' }), undefined);
    assert.equal(await codeOf(LOCALE, { from: '2001:db8:1::1' }), undefined);
    assert.equal(await codeOf(LOCALE, { from: '203.0.114.1' }), 503);
    assert.equal(await codeOf(LOCALE, { from: '2001:db9::1' }), 503);
    assert.equal(await codeOf(LOCALE, { from: '198.51.100.1' }), 503);
  });

  it('is seen by every process within a second', async () => {
    await app.together(async (other) => {
      await app.call(admin, 'extension/config_save', { ext: 'mod_system', maintenance_mode: { enabled: 'on' } });
      app.clock.advance(SECOND);
      other.server.listen(0, '127.0.0.1');
      await once(other.server, 'listening');
      const { port } = other.server.address() as { port: number };

      const { status } = await fetch(`http://127.0.0.1:${port}${LOCALE}`);

      other.server.closeAllConnections();
      other.server.close();
      assert.equal(status, 503);
    });
  });
});

describe('encryption by force', () => {
  const app = useApp({ modules, environment: { ...proxy, BASE_URL: 'https://shop.example/' } });
  const { visit, configure } = gatekeeper(app);

  it('sends pages and calls that came without it to the same address with it', async () => {
    await configure({ security: { force_https: '1' } });

    const page = await visit('/docs?a=1');
    assert.deepEqual([page.status, page.headers['location']], [302, 'https://shop.example/docs?a=1']);
    const call = await visit(LOCALE);
    assert.deepEqual([call.status, call.headers['location']], [302, `https://shop.example${LOCALE}`]);
    assert.equal((await visit(LOCALE, { headers: { 'x-forwarded-proto': 'https' } })).status, 200);
    assert.equal((await visit('/healthz')).status, 200);
  });
});
