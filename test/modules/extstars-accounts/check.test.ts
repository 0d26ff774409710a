import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND } from '#core/clock';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  activate, APP, buildApp, buildCode, CHECK, check, liveToken, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore

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
