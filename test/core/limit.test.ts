import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { AppError } from '#core/error';
import { createLimits, type Limits } from '#core/http/limit';

const isRefused = (limits: Limits, subject: string): Promise<boolean> =>
  limits.consume('staff_password_reset_email', subject).then(
    () => false,
    () => true,
  );

const exhaust = async (limits: Limits, subject: string): Promise<void> => {
  for (let call = 0; call < 3; call++) await limits.consume('staff_password_reset_email', subject);
};

/** What holds wherever the counts are kept. */
function behavesWell(open: () => Limits): void {
  it('refuses one call more than it allows', async () => {
    const limits = open();
    await exhaust(limits, 'Ann@Example.com');

    assert.equal(await isRefused(limits, 'ann@example.com'), true);
    assert.equal(await isRefused(limits, 'bob@example.com'), false);
  });

  it('lists who has no call left', async () => {
    const limits = open();
    await exhaust(limits, '2001:db8::1');
    await limits.consume('staff_password_reset_email', 'bob@example.com');

    const [limited, ...others] = await limits.listLimited();

    assert.deepEqual(others, []);
    assert.deepEqual([limited?.policy, limited?.subject], ['staff_password_reset_email', '2001:db8::1']);
    assert.equal(limited?.limit, 3);
    assert.ok(Number(limited?.waitMs) > 3_500_000 && Number(limited?.waitMs) <= 3_600_000);
  });

  it('forgets one subject', async () => {
    const limits = open();
    await exhaust(limits, '2001:DB8::1');
    await exhaust(limits, '::2');

    assert.equal(await limits.forget('2001:DB8::1'), 1);
    assert.equal(await limits.forget('::2', 'api_guest'), 0);

    assert.equal(await isRefused(limits, '2001:db8::1'), false);
    assert.equal(await isRefused(limits, '::2'), true);
  });

  it('looks without counting', async () => {
    const limits = open();
    const look = () => limits.check('staff_password_reset_email', '::1').then(() => 'free', (error: AppError) => error.kind); // prettier-ignore
    for (let time = 0; time < 5; time++) assert.equal(await look(), 'free');
    await exhaust(limits, '::1');

    assert.equal(await look(), 'rate_limited');
  });

  it('shuts out from the last call on where the policy says so, for so long', async () => {
    const limits = open();
    const policy = { name: 'test.miss', calls: 2, seconds: 60, blockSeconds: 600 };
    const waits = (call: Promise<void>) => call.then(() => 0, (error: AppError) => error.retryAfter ?? 0); // prettier-ignore

    const waited = [
      await waits(limits.consume(policy, '::1')),
      await waits(limits.check(policy, '::1')),
      await waits(limits.consume(policy, '::1')),
      await waits(limits.check(policy, '::1')),
      await waits(limits.consume(policy, '::1')),
      await waits(limits.check(policy, '::2')),
    ];

    assert.deepEqual(
      waited.map((seconds) => seconds > 590 && seconds <= 600),
      [false, false, false, true, true, false],
    );
  });

  it('forgets everything', async () => {
    const limits = open();
    await exhaust(limits, '::1');

    await limits.reset();

    assert.deepEqual(await limits.listLimited(), []);
    assert.equal(await isRefused(limits, '::1'), false);
  });
}

const clock = (): Date => new Date();

describe('rate limits of one process', () => {
  behavesWell(() => createLimits({ isOn: true, redis: undefined, clock }));

  it('never count who is exempt, by address or network', async () => {
    const exempt = ['192.0.2.1', '2001:db8::/32'];
    const limits = createLimits({ isOn: true, redis: undefined, clock, exempt });

    await exhaust(limits, '192.0.2.1');
    await exhaust(limits, '2001:db8:1::7');
    for (let call = 0; call < 5; call++)
      await limits.consume('staff_password_reset_email', 'bob@example.com', '192.0.2.1');

    assert.equal(await isRefused(limits, '192.0.2.1'), false);
    assert.equal(await isRefused(limits, '2001:db8:1::7'), false);
    assert.deepEqual(await limits.listLimited(), []);
    await exhaust(limits, '192.0.2.2');
    assert.equal(await isRefused(limits, '192.0.2.2'), true);
  });
});

describe('rate limits that processes share', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-redis-'));
  let server: ChildProcess | undefined;
  let redis: Redis;

  before(async function () {
    if (spawnSync('redis-server', ['--version']).error !== undefined) {
      assert.notEqual(process.env['CI'], 'true', 'redis-server is not installed');
      return this.skip(); // on a machine without it
    }
    const port = await freePort();
    server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
    redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
    redis.on('error', () => undefined); // until it listens
    await redis.ping();
  });
  beforeEach(async () => void (await redis.flushall()));
  after(async () => {
    redis?.disconnect();
    if (server !== undefined) {
      server.kill();
      await once(server, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  behavesWell(() => createLimits({ isOn: true, redis, clock }));

  it('are the same in every process', async () => {
    const [one, other] = [createLimits({ isOn: true, redis, clock }), createLimits({ isOn: true, redis, clock })];
    for (let call = 0; call < 3; call++) await one.consume('staff_password_reset_email', '::1');

    assert.equal((await other.listLimited()).length, 1);
    assert.equal(await isRefused(other, '::1'), true);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
