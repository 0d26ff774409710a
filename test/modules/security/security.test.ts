import assert from 'node:assert/strict';
import { checkRuntime } from '#modules/security/engine-checks';
import { security } from '#modules/security/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

const IDS = ['webserver', 'phpVersion', 'dangerousFunctions', 'generalCheck'];

describe('security: checks and addresses', () => {
  const app = useApp({ modules: [keepers, system, security] });

  it('tells the kind of an address', async () => {
    assert.deepEqual(await app.call(admin, 'security/ip_lookup', { ip: ' 203.0.113.9 ' }), {
      ip: { address: '203.0.113.9', type: 'IPv4' },
      country: [],
      asn: [],
    });
    const { ip } = await app.call<{ ip: object }>(admin, 'security/ip_lookup', { ip: '2001:db8::1' });
    assert.deepEqual(ip, { address: '2001:db8::1', type: 'IPv6' });
  });

  it('refuses what is no address', async () => {
    const texts = await Promise.all(
      [{}, { ip: 'here' }, { ip: '1.2.3' }].map(
        async (params) => (await app.refusal(admin, 'security/ip_lookup', params)).message,
      ),
    );

    assert.deepEqual(texts, [
      'You must specify an IP address to lookup.',
      'The provided input was not a valid IP address.',
      'The provided input was not a valid IP address.',
    ]);
  });

  it('lists the checks of the contract', async () => {
    const checks = await app.call<{ id: string; name: string; description: string }[]>(admin, 'security/list_checks');

    assert.deepEqual(
      checks.map(({ id }) => id),
      IDS,
    );
    assert.ok(checks.every(({ name, description }) => name !== '' && description !== ''));
  });

  it('runs one check, and all', async () => {
    const one = await app.call<{ id: string; result: string; message: string }>(admin, 'security/run_check', {
      id: 'generalCheck',
    });
    const all = await app.call<{ id: string; result: string; message: string }[]>(admin, 'security/run_checks');

    assert.deepEqual([one.id, one.result], ['generalCheck', 'warning']);
    assert.match(one.message, /Rate limits are off/);
    assert.deepEqual(
      all.map(({ id }) => id),
      IDS,
    );
    assert.ok(all.every(({ result, message }) => ['passed', 'warning', 'failed'].includes(result) && message !== ''));
  });

  it('refuses a check there is not', async () => {
    const unknown = await app.refusal(admin, 'security/run_check', { id: 'constructor' });

    assert.equal(unknown.message, 'The check constructor does not exist.');
    assert.equal((await app.refusal(admin, 'security/run_check')).message, 'You must specify a check ID to run.');
  });

  it('warns of a runtime that gets no fixes', () => {
    assert.equal(checkRuntime('22.11.0', '2026-11-22').result, 'passed');
    assert.equal(checkRuntime('20.20.2', '2026-11-22').result, 'warning');
    assert.equal(checkRuntime('21.1.0', '2026-11-22').result, 'warning');
  });

  it('is closed to others', async () => {
    const viewer = keeperOf({ security: ['view'] });

    assert.equal((await app.refusal({ role: 'admin' }, 'security/list_checks')).status, 401);
    assert.equal((await app.refusal(viewer, 'security/run_checks')).code, 403);
    assert.equal((await app.refusal(viewer, 'security/rate_limit_reset_all')).code, 403);
  });

  it('says that nothing is counted', async () => {
    assert.deepEqual(await app.call(admin, 'security/rate_limit_status'), { enabled: false });
    assert.deepEqual(await app.call(admin, 'security/rate_limit_get_list'), []);
  });
});

interface Limited {
  readonly policy: string;
  readonly ip: string;
  readonly [field: string]: unknown;
}

describe('security: rate limits', () => {
  const app = useApp({ modules: [keepers, system, security], environment: { RATE_LIMITS: 'on' } });
  const list = (filter: object = {}): Promise<Limited[]> => app.call(admin, 'security/rate_limit_get_list', filter);
  /** Uses up what a guest has. */
  const exhaust = async (): Promise<void> => {
    for (let call = 0; call < 100; call++) await app.call(guest, 'system/locale');
  };

  it('lists nobody while everybody has calls left', async () => {
    assert.deepEqual(await app.call(admin, 'security/rate_limit_status'), { enabled: true });
    assert.deepEqual(await list(), []);
  });

  it('lists an address that has no call left', async () => {
    await exhaust();

    const [limited, ...others] = await list();

    assert.deepEqual(others, []);
    assert.deepEqual([limited?.policy, limited?.ip], ['api_guest', '127.0.0.1']);
    assert.deepEqual([limited?.['limit'], limited?.['remaining'], limited?.['limited']], [100, 0, true]);
    assert.match(String(limited?.['last_seen']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    assert.ok(Number(limited?.['retry_after_seconds']) > 0 && Number(limited?.['retry_after_seconds']) <= 60);
    assert.equal((await app.refusal(guest, 'system/locale')).code, 429);
  });

  it('looks in addresses and policies', async () => {
    await exhaust();

    assert.equal((await list({ ip: '127.0.0.1' })).length, 1);
    assert.equal((await list({ ip: '127.0.0.2' })).length, 0);
    assert.equal((await list({ search: 'GUEST' })).length, 1);
    assert.equal((await list({ search: '0.0.1' })).length, 1);
    assert.equal((await list({ search: 'login' })).length, 0);
  });

  it('lists nobody whose time is over', async () => {
    await exhaust();

    app.clock.advance(61_000);

    assert.deepEqual(await list(), []);
  });

  it('lets an address in again', async () => {
    await exhaust();

    const reset = await app.call(admin, 'security/rate_limit_reset_ip', { ip: '127.0.0.1', policy: 'api_guest' });

    assert.deepEqual(reset, { ip: '127.0.0.1', policy: 'api_guest', removed: 1 });
    assert.deepEqual(await list(), []);
    assert.equal(typeof (await app.call(guest, 'system/locale')), 'string');
  });

  it('counts what it forgot of an address', async () => {
    await app.call(guest, 'system/locale');

    // As a guest and as staff.
    assert.deepEqual(await app.call(admin, 'security/rate_limit_reset_ip', { ip: '127.0.0.1' }), {
      ip: '127.0.0.1',
      policy: null,
      removed: 2,
    });
  });

  it('forgets everything', async () => {
    await exhaust();

    assert.deepEqual(await app.call(admin, 'security/rate_limit_reset_all'), { cleared: true });

    assert.deepEqual(await list(), []);
  });

  it('refuses an unknown policy and what is no address', async () => {
    const reset = async (params: object): Promise<string> =>
      (await app.refusal(admin, 'security/rate_limit_reset_ip', params)).message;

    assert.equal(await reset({}), 'You must specify an IP address to reset.');
    assert.equal(await reset({ ip: 'here' }), 'The provided input was not a valid IP address.');
    assert.equal(
      await reset({ ip: '::1', policy: 'toString' }),
      'Rate limiter policy toString is not defined or invalid',
    );
  });
});
