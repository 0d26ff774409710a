import assert from 'node:assert/strict';
import { admin, client as asClient, useApp } from '../../support/app.ts';
import {
  activate, APP, buildApp, buildCode, check, DEACTIVE, liveToken, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore
import { buildClient, tokenOf } from '../../support/build/sale.ts';

const codesOf = (answers: readonly Answer[]): number[] => answers.map(({ code }) => code).sort();

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
