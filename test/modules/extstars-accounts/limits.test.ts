import assert from 'node:assert/strict';
import { MINUTE, SECOND } from '#core/clock';
import { admin, useApp } from '../../support/app.ts';
import {
  activate, buildApp, buildCode, buildSale, openSandbox, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore

describe('extstars: limits', () => {
  const app = useApp({ install: ['extstars-accounts', 'gateway-sandbox'], environment: { RATE_LIMITS: 'on' } });
  const donate = () => send(app, '/api/v2/donation/create', { device_id: 'web', amount: 1, pay_method: 'paypal' });
  const buy = (user_email: string) =>
    send(app, '/api/v2/order/create', { user_email, amount: 1, pay_method: 'wechat' });
  const accountLetters = async (email: string): Promise<number> =>
    (await app.mails()).filter((letter) => letter.includes(`To: ${email}`) && /reset-password-confirm/.test(letter))
      .length;

  it('lets an address call each endpoint so often in a minute, then says 429 in the envelope and when to come back', async () => {
    await buildApp(app);

    for (const [path, calls] of [
      ['/api/v1/simple/code/active', 30],
      ['/api/v1/simple/code/deactive', 30],
      ['/api/v1/simple/code/check', 60],
      ['/api/v2/donation/create', 20],
    ] as const) {
      const answers: Answer[] = [];
      for (let call = 0; call < calls; call++) answers.push(await send(app, path, {}));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]), path);

      const refused = await send(app, path, {});

      assert.deepEqual([refused.status, refused.code, refused.data], [429, 429, null], path);
      assert.equal(refused.headers['access-control-allow-origin'], '*');
      assert.ok(Number(refused.headers['retry-after']) > 0);
    }
    assert.equal((await buy('buyer@example.com')).status, 429, 'donations and purchases count together');
  });

  it('bears polling: five a second of order/check, two of the lists', async () => {
    await buildApp(app);

    for (const [path, calls] of [
      ['/api/v2/order/check', 300],
      ['/api/v2/donation/pull', 120],
      ['/api/v2/upgrade/pull', 120],
    ] as const)
      for (let call = 0; call < calls; call++) assert.equal((await send(app, path, {})).status, 200, path);
  });

  it('counts no preflight', async () => {
    await buildApp(app);
    const { port } = app.app.server.address() as { port: number };
    const preflight = () => fetch(`http://127.0.0.1:${port}/api/v2/order/create`, { method: 'OPTIONS' });

    for (let call = 0; call < 50; call++) assert.equal((await preflight()).status, 204);

    assert.equal((await send(app, '/api/v2/order/create', {})).code, 102);
  });

  it('refuses an address that tried too many codes that do not exist', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);

    for (let call = 0; call < 20; call++) assert.equal((await activate(app, `NO-${call}`)).code, 101);

    assert.equal((await activate(app, code)).status, 429);
  });

  it('refuses it for ten minutes from the last of them, however long the others took, and nobody after that', async () => {
    await buildApp(app);
    const { code } = await buildCode(app, { max_activations: 0 });
    const [now, hurry] = [Date.now.bind(Date), { ms: 0 }];
    Date.now = () => now() + hurry.ms; // the limiter looks at no clock of ours
    try {
      for (let call = 0; call < 20; call++) {
        assert.equal((await activate(app, `NO-${call}`)).code, 101);
        hurry.ms += 29 * SECOND;
      }
      const refused = await activate(app, code, 'first');
      hurry.ms += 9 * MINUTE;

      assert.deepEqual([refused.status, (await activate(app, code, 'second')).status], [429, 429]);

      hurry.ms += MINUTE;
      assert.equal((await activate(app, code, 'third')).code, 100);
      assert.equal((await activate(app, 'NO-MORE')).code, 101);
    } finally {
      Date.now = now;
    }
  });

  it('lets many who come at once with codes that exist in, also after nineteen misses', async () => {
    await buildApp(app);
    const { code } = await buildCode(app, { max_activations: 0 });
    for (let call = 0; call < 19; call++) await activate(app, `NO-${call}`);

    const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((device) => activate(app, code, device)));

    assert.deepEqual(
      answers.map((answer) => answer.code),
      [100, 100, 100, 100, 100],
    );
  });

  it('counts no code that exists among the misses', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);

    for (let call = 0; call < 25; call++) assert.ok([100, 103].includes((await activate(app, code, `d${call}`)).code));
  });

  it('takes 200 orders of an address in a day, donations and purchases together', async function () {
    this.timeout(120_000);
    await buildSale(app);
    await openSandbox(app);
    await buy('buyer@example.com');
    const [now, hurry] = [Date.now.bind(Date), { ms: 0 }];
    Date.now = () => now() + hurry.ms; // the limiter looks at no clock of ours
    try {
      for (let order = 1; order < 200; order++) {
        if (order % 15 === 0) hurry.ms += MINUTE + 1;
        const { code } = order % 15 === 7 ? await buy('buyer@example.com') : await donate();
        assert.equal(code, 100, `order ${order}`);
      }
      hurry.ms += MINUTE + 1;

      const refused = [await donate(), await buy('buyer@example.com')];

      assert.deepEqual(
        refused.map(({ status }) => status),
        [429, 429],
      );
      assert.ok(Number(refused[0]?.headers['retry-after']) > 3600);
    } finally {
      Date.now = now;
    }
  });

  it('writes to ten newcomers of an address in a day, and answers the others alike', async () => {
    await buildSale(app);
    await openSandbox(app);

    const answers: Answer[] = [];
    for (let number = 1; number <= 12; number++) answers.push(await buy(`newcomer${number}@example.com`));
    await app.settle();

    assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set([100]));
    const written = await Promise.all(answers.map((_, index) => accountLetters(`newcomer${index + 1}@example.com`)));
    assert.deepEqual(written, [...Array<number>(10).fill(1), 0, 0]);
    assert.equal((await app.call<{ total: number }>(admin, 'client/get_list', { search: 'newcomer' })).total, 12);
  });

  it('writes to one mailbox three times a day at most, however often its account goes and comes', async () => {
    await buildSale(app);
    await openSandbox(app);
    const email = 'again@example.com';

    for (let time = 1; time <= 5; time++) {
      assert.equal((await buy(email)).code, 100);
      await app.settle();
      const { list } = await app.call<{ list: { id: number }[] }>(admin, 'client/get_list', { search: email });
      await app.call(admin, 'client/delete', { id: list[0]?.id });
    }

    assert.equal(await accountLetters(email), 3);
  });
});
