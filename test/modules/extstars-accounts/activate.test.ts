import assert from 'node:assert/strict';
import { AppError } from '#core/error';
import { DAY, HOUR } from '#core/clock';
import { before as hook } from '#core/listener';
import { defineModule } from '#core/module';
import { codeActivating, codeDeactivating } from '#modules/extstars-accounts/contract';
import { shippedModules } from '#modules/index';
import { admin, useApp } from '../../support/app.ts';
import { ACTIVE, activate, APP, buildApp, buildCode, check, liveToken, send } from '../../support/build/extstars.ts';
import { buildClient } from '../../support/build/sale.ts';

describe('extstars: simple/code/active', () => {
  const app = useApp({ install: ['extstars-accounts'] });

  it('answers a token beside the code and in the data', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);

    const answer = await activate(app, code);

    assert.equal(answer.status, 200);
    assert.equal(answer.code, 100);
    assert.match(answer.data.token as string, /^[\w-]{43}$/);
    assert.equal(answer.token, answer.data.token);
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  it('takes the code in any case and the header in any spelling', async () => {
    await buildApp(app);
    const { code } = await buildCode(app, { max_activations: 0 });

    const spelled = ['appid', 'AppId', 'APPID'].map((name, index) =>
      send(
        app,
        ACTIVE,
        { code: ` ${code.toLowerCase()} `, device_id: `d${index}`, device_info: '' },
        { appId: '', headers: { [name]: ' 31 ' } },
      ),
    );

    assert.deepEqual(
      (await Promise.all(spelled)).map((answer) => answer.code),
      [100, 100, 100],
    );
  });

  it('answers 101 for an app that is unknown, off or malformed, before it misses parameters', async () => {
    await buildApp(app);
    await buildApp(app, { enabled: false }, 32);

    const asked = ['', '99', '32', '0', '-1', '3.1', 'x', '31 31'].map((appId) => send(app, ACTIVE, {}, { appId }));

    assert.deepEqual(new Set((await Promise.all(asked)).map(({ code }) => code)), new Set([101]));
    assert.equal((await send(app, ACTIVE, {})).code, 102);
  });

  it('answers 102 for what is missing, empty or too long, but takes an empty device_info', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const whole = { code, device_id: 'd', device_info: '' };

    const wrong = [
      { ...whole, code: ' ' }, { ...whole, device_id: '' }, { code, device_id: 'd' }, { ...whole, device_info: null },
      { ...whole, device_id: 'x'.repeat(256) }, { ...whole, device_info: 'x'.repeat(2049) }, { ...whole, device_id: ['d'] },
    ]; // prettier-ignore

    for (const body of wrong)
      assert.equal((await send(app, ACTIVE, body)).code, 102, JSON.stringify(body).slice(0, 90));
    assert.equal((await send(app, ACTIVE, { ...whole, device_info: { os: '星' } })).code, 100);
  });

  it('answers 101 for a code that is unknown, of another app or revoked', async () => {
    await buildApp(app);
    await buildApp(app, {}, 32);
    const { code, id } = await buildCode(app);

    assert.equal((await activate(app, 'NOPE')).code, 101);
    assert.equal((await activate(app, code, 'd', {}, { appId: 32 })).code, 101);
    await app.call(admin, 'extstars/code_revoke', { id });
    assert.equal((await activate(app, code)).code, 101);
  });

  it('answers 105 outside of the window and while suspended, although no job ran', async () => {
    await buildApp(app);
    const now = app.clock.now().getTime();
    const at = (ms: number): string => new Date(now + ms).toISOString();
    const early = await buildCode(app, { starts_at: at(HOUR) });
    const late = await buildCode(app, { starts_at: at(-DAY), expires_at: at(HOUR) });
    const off = await buildCode(app);
    await app.call(admin, 'extstars/code_update', { id: off.id, status: 'suspended' });

    assert.equal((await activate(app, early.code)).code, 105);
    assert.equal((await activate(app, off.code)).code, 105);
    app.clock.advance(HOUR);
    assert.equal((await activate(app, late.code)).code, 105);
    assert.equal((await activate(app, early.code)).code, 100);
  });

  it('answers 106 for a blank destination, 107 for one that is no active user, and fills a blank one', async () => {
    await buildApp(app);
    const blank = await buildCode(app, { destination: '' });
    const odd = await buildCode(app, { destination: 'given away in May' });
    const email = 'Buyer@Example.com';

    assert.equal((await activate(app, blank.code)).code, 106);
    assert.equal((await activate(app, blank.code, 'd', { email })).code, 107);
    assert.equal((await activate(app, odd.code, 'd', { email })).code, 107);
    const id = await buildClient(app, { email });
    assert.equal((await activate(app, blank.code, 'd', { email: ` ${email} ` })).code, 100);
    const seen = await app.call<{ destination: string }>(admin, 'extstars/code_get', { id: blank.id });
    assert.equal(seen.destination, 'buyer@example.com');
    await app.call(admin, 'client/update', { id, status: 'suspended' });
    assert.equal((await activate(app, blank.code, 'e')).code, 107);
  });

  it('answers 107 once the client of the destination is deleted, while checks go on', async () => {
    await buildApp(app);
    const email = 'gone@example.com';
    const id = await buildClient(app, { email });
    const { code } = await buildCode(app, { destination: email, max_activations: 0 });
    const token = await liveToken(app, code);

    await app.call(admin, 'client/delete', { id });

    assert.equal((await activate(app, code, 'other')).code, 107);
    assert.equal((await check(app, token)).code, 100);
    assert.equal((await send(app, '/api/v1/simple/code/deactive', { device_id: 'device-1' }, { token })).code, 104);
  });

  it('answers 104 for a device that is live, with this code or another, before 103', async () => {
    await buildApp(app);
    const [one, other] = [await buildCode(app), await buildCode(app)];
    await liveToken(app, one.code);

    assert.equal((await activate(app, one.code)).code, 104);
    assert.equal((await activate(app, other.code)).code, 104);
    assert.equal((await activate(app, one.code, 'device-2')).code, 103);
  });

  it('moves a device from a code that is over', async () => {
    await buildApp(app);
    const [one, other] = [await buildCode(app), await buildCode(app)];
    const token = await liveToken(app, one.code);
    await app.call(admin, 'extstars/code_revoke', { id: one.id });

    assert.equal((await activate(app, other.code)).code, 100);

    const list = await app.call<{ list: { released_by: string | null }[] }>(admin, 'extstars/activation_get_list', {});
    assert.deepEqual(
      list.list.map((row) => row.released_by),
      [null, 'moved'],
    );
    assert.equal((await check(app, token)).code, 101);
  });

  it('asks in the order 101, 105, 106, 107, 104, 103', async () => {
    await buildApp(app);
    const { code, id, email } = await buildCode(app);
    await liveToken(app, code);
    const set = (change: object) => app.call(admin, 'extstars/code_update', { id, ...change });

    assert.equal((await activate(app, code)).code, 104);
    await set({ destination: 'nobody@example.com' });
    assert.equal((await activate(app, code)).code, 107);
    await set({ destination: '' });
    assert.equal((await activate(app, code)).code, 106);
    await set({ status: 'suspended' });
    assert.equal((await activate(app, code)).code, 105);
    await set({ status: 'revoked', destination: email });
    assert.equal((await activate(app, code)).code, 101);
  });

  it('keeps a destination that is there, whatever e-mail address comes along', async () => {
    await buildApp(app);
    const { code, id, email } = await buildCode(app);
    await buildClient(app, { email: 'other@example.com' });

    for (const [device, sent] of [
      ['a', 'other@example.com'],
      ['b', 'nobody@example.com'],
      ['c', 'not an address'],
    ] as const) {
      await app.call(admin, 'extstars/code_update', { id, max_activations: 0 });
      assert.equal((await activate(app, code, device, { email: sent })).code, 100);
    }

    const seen = await app.call<{ destination: string }>(admin, 'extstars/code_get', { id });
    assert.equal(seen.destination, email);
  });

  it('leaves a blank destination blank when the device gets no place', async () => {
    await buildApp(app);
    const email = 'late@example.com';
    await buildClient(app, { email });
    const [held, { code, id }] = [await buildCode(app), await buildCode(app, { destination: '' })];
    await liveToken(app, held.code);

    assert.equal((await activate(app, code, 'device-1', { email })).code, 104);

    assert.equal((await app.call<{ destination: string }>(admin, 'extstars/code_get', { id })).destination, '');
  });

  it('keeps what a device says of itself, an object as JSON', async () => {
    await buildApp(app);
    const { code } = await buildCode(app, { max_activations: 0 });

    await activate(app, code, 'text', { device_info: ' Läptop 💻 ' });
    await activate(app, code, 'json', { device_info: { os: '星', cores: 8 } });

    const { list } = await app.call<{ list: { device_info: string }[] }>(admin, 'extstars/activation_get_list', {});
    assert.deepEqual(
      list.map((row) => row.device_info),
      ['{"os":"星","cores":8}', 'Läptop 💻'],
    );
  });

  it('tells devices apart to the byte', async () => {
    await buildApp(app);
    const { code } = await buildCode(app, { max_activations: 0 });
    const devices = ['dev', 'DEV', 'de\u0000v', 'de\u0000w', 'dév', 'de\u0301v', '💫'.repeat(255)];

    for (const device of devices) {
      const token = await liveToken(app, code, device);
      assert.equal((await activate(app, code, device)).code, 104);
      assert.equal((await check(app, token, device)).code, 100);
      assert.equal((await check(app, token, `${device}x`)).code, 103);
    }
    for (const device of devices) assert.equal((await activate(app, code, device)).code, 104, device);
  });

  it('gives another token to the same device where the app says so', async () => {
    await buildApp(app, { reissue_on_104: true });
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);

    const again = await liveToken(app, code);

    assert.equal((await check(app, token)).code, 101);
    assert.equal((await check(app, again)).data.active_order, 1);
  });

  it('gives five of twenty devices a place when five are free, and none twice', async () => {
    await buildApp(app);
    const { code, id } = await buildCode(app, { max_activations: 5 });

    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => activate(app, code, `d${index}`)));

    const codes = answers.map((answer) => answer.code);
    assert.equal(codes.filter((one) => one === 100).length, 5);
    assert.equal(codes.filter((one) => one === 103).length, 15);
    const { list } = await app.call<{ list: { active_order: number }[] }>(admin, 'extstars/activation_get_list', {
      code_id: id,
    });
    assert.deepEqual(list.map((row) => row.active_order).sort(), [1, 2, 3, 4, 5]);
  });

  it('gives one of ten devices the only place', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);

    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => activate(app, code, `d${index}`)));

    assert.deepEqual(answers.map((answer) => answer.code).sort(), [100, ...Array<number>(9).fill(103)]);
  });

  it('gives one device one place when two codes come at once', async () => {
    await buildApp(app);
    const codes = await Promise.all(Array.from({ length: 4 }, () => buildCode(app)));

    const answers = await Promise.all(codes.map(({ code }) => activate(app, code)));

    assert.deepEqual(answers.map((answer) => answer.code).sort(), [100, 104, 104, 104]);
  });

  it('reads JSON and forms alike, and takes what cannot be read as nothing sent', async () => {
    await buildApp(app);
    const { code } = await buildCode(app, { max_activations: 0 });
    const raw = (body: string | Buffer, type: string) =>
      app.request('post', ACTIVE).set('appid', '31').set('content-type', type).send(body);
    const form = `code=${code}&device_info=x&device_id=`;
    const boundary = `--b\r\ncontent-disposition: form-data; name="code"\r\n\r\n${code}\r\n--b\r\ncontent-disposition: form-data; name="device_id"\r\n\r\nm\r\n--b\r\ncontent-disposition: form-data; name="device_info"\r\n\r\n\r\n--b--\r\n`;

    const cases: [string | Buffer, string, number][] = [
      [`${form}a`, 'application/x-www-form-urlencoded', 100],
      [`${form}b`, 'application/x-www-form-urlencoded; charset=UTF-8', 100],
      [`${form}c`, 'text/plain', 100],
      [JSON.stringify({ code, device_id: 4, device_info: '' }), 'text/plain', 100],
      [boundary, 'multipart/form-data; boundary=b', 100],
      [`${form}z&device_id=e`, 'application/x-www-form-urlencoded', 100],
      ['{"code":', 'application/json', 102],
      ['[1]', 'application/json', 102],
      ['', 'application/json', 102],
      [Buffer.concat([Buffer.from(form), Buffer.from([0xd0, 0xc7])]), 'application/x-www-form-urlencoded', 102],
      [`${form}%D0%C7`, 'application/x-www-form-urlencoded', 102],
    ];

    for (const [body, type, expected] of cases) {
      const answer = await raw(body as string, type);
      assert.equal((answer.body as { code: number }).code, expected, `${type}: ${String(body).slice(0, 120)}`);
    }
    assert.equal((await activate(app, code, 'e')).code, 104);
  });

  it('takes parameters from the address, but the body wins', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);

    const answer = await send(app, `${ACTIVE}?code=${code}&device_id=q&device_info=`, { device_id: 'b' });

    assert.equal(answer.code, 100);
    const { list } = await app.call<{ list: { device_id: string }[] }>(admin, 'extstars/activation_get_list', {
      app_id: APP,
    });
    assert.equal(list[0]?.device_id, 'b');
  });

  it('begins the period of a bought code with its first activation where the app says so', async () => {
    const { buildSale } = await import('../../support/build/extstars.ts');
    const productId = await buildSale(
      app,
      { window_from: 'first_activation' },
      {
        pricing: { type: 'recurrent', recurrent: { '1M': { price: 10, setup: 0, enabled: 1 } } },
      },
    );
    const client_id = await buildClient(app);
    const orderId = await app.call<number>(admin, 'order/create', {
      client_id,
      product_id: productId,
      period: '1M',
      activate: 1,
    });
    const seen = () => app.call<{ code: string; expires_at: string | null }>(admin, 'order/service', { id: orderId });
    const bought = await seen();
    assert.equal(bought.expires_at, null);
    app.clock.advance(60 * DAY);

    assert.equal((await activate(app, bought.code)).code, 100);

    const { expires_at: end } = await app.call<{ expires_at: string }>(admin, 'order/get', { id: orderId });
    assert.equal((await seen()).expires_at, end);
    assert.ok(new Date(`${end}Z`).getTime() > app.clock.now().getTime() + 27 * DAY);
  });
});

describe('extstars: a module that refuses', () => {
  const refuse = async (): Promise<never> => {
    throw new AppError('conflict', 'strict.no', 'No.');
  };
  const isStrict = { activation: true };
  const strict = defineModule({
    name: 'strict',
    title: 'Strict',
    version: '1.0.0',
    migrations: [],
    setup: () => ({
      hooks: [
        hook(codeActivating, async () => (isStrict.activation ? refuse() : undefined)),
        hook(codeDeactivating, refuse),
      ],
    }),
  });
  const app = useApp({ modules: [...shippedModules, strict], install: ['extstars-accounts', 'strict'] });

  it('makes the code unusable: 105', async () => {
    await buildApp(app);
    isStrict.activation = true;
    const { code } = await buildCode(app);

    assert.equal((await activate(app, code)).code, 105);
  });

  it('makes the release forbidden: 103, and the device stays', async () => {
    await buildApp(app);
    isStrict.activation = false;
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);

    assert.equal((await send(app, '/api/v1/simple/code/deactive', { device_id: 'device-1' }, { token })).code, 103);

    assert.equal((await check(app, token)).code, 100);
  });
});
