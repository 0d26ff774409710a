import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildClient, orbitClient, send } from '../../support/build/orbit.ts';
import { unique } from '../../support/build/sale.ts';
import { visit, type Visitor } from '../../support/visitor.ts';

const password = 'Correct-Horse-7';

describe('device authorization', () => {
  const app = useApp({ install: ['orbit-customer'] });

  async function start() {
    const { body } = await send(app, 'POST /auth/device/code', { body: { client_id: 'x', scope: 'y' } });
    return body.data as { device_code: string; user_code: string; verification_uri: string; interval: number };
  }
  const poll = (device_code: unknown) => send(app, 'POST /auth/device/token', { body: { device_code } });
  async function signedIn(): Promise<{ id: number; visitor: Visitor }> {
    const email = `device-${unique()}@example.com`;
    const id = await buildClient(app, { email });
    const visitor = visit(app);
    await visitor.signIn('client', { email, password });
    return { id, visitor };
  }
  const decide = (visitor: Visitor, user_code: string, decision = 'approve') =>
    visitor.submit(`/auth/device/confirm?user_code=${user_code}`, '/auth/device', { user_code, decision });

  it('begins with two codes', async () => {
    const { body } = await send(app, 'POST /auth/device/code');
    const data = body.data as Record<string, string>;

    assert.match(data['user_code'] ?? '', /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    assert.ok((data['device_code'] ?? '').length >= 43);
    assert.deepEqual([data['expires_in'], data['interval']], [600, 5]);
    assert.equal(data['verification_uri'], new URL('/auth/device', app.app.config.baseUrl).href);
    assert.equal(data['verification_uri_complete'], `${data['verification_uri']}?user_code=${data['user_code']}`);
  });

  it('tells where to approve by the configured address, whatever the host of the request', async () => {
    const { body } = await send(app, 'POST /auth/device/code', { headers: { host: 'evil.example' } });

    assert.ok(!JSON.stringify(body).includes('evil'));
  });

  it('goes from pending to a token that is given once', async () => {
    const { device_code, user_code } = await start();
    const pending = await poll(device_code);
    const { id, visitor } = await signedIn();
    const done = await decide(visitor, user_code.toLowerCase().replace('-', ' '));

    const first = await poll(device_code);
    const second = await poll(device_code);

    assert.deepEqual([pending.status, pending.body.error], [428, 'authorization_pending']);
    assert.equal(done.headers['location'], '/auth/device/done/approve');
    assert.equal(first.status, 200);
    assert.deepEqual(Object.keys(first.body.data), ['token_type', 'access_token', 'expires_in', 'user']);
    assert.deepEqual([first.body.data.token_type, first.body.data.expires_in], ['Bearer', 2_592_000]);
    assert.equal(first.body.data.user.id, id);
    assert.deepEqual([second.status, second.body.error], [400, 'invalid_grant']);
    const authorization = `Bearer ${first.body.data.access_token as string}`;
    assert.equal((await send(app, 'GET /me', { headers: { authorization } })).body.data.id, id);
  });

  it('gives one token to two polls at once', async () => {
    const { device_code, user_code } = await start();
    await decide((await signedIn()).visitor, user_code);

    const answers = await Promise.all([poll(device_code), poll(device_code)]);

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
  });

  it('slows down who polls too fast, by five seconds each time', async () => {
    const { device_code } = await start();
    await poll(device_code);

    const early = await poll(device_code);
    app.clock.advance(9_000);
    const again = await poll(device_code);
    app.clock.advance(15_000);
    const patient = await poll(device_code);

    assert.deepEqual([early.status, early.body.error, early.body.interval], [429, 'slow_down', 10]);
    assert.equal(early.headers['retry-after'], '10');
    assert.deepEqual([again.status, again.body.interval], [429, 15]);
    assert.equal(patient.status, 428);
  });

  it('forgives half a second, and gives the token even to an early poll', async () => {
    const { device_code, user_code } = await start();
    await poll(device_code);
    app.clock.advance(4_600);
    const nearly = await poll(device_code);
    await decide((await signedIn()).visitor, user_code);

    const early = await poll(device_code);

    assert.deepEqual([nearly.status, early.status], [428, 200]);
  });

  it('survives a thousand polls of one code', async () => {
    const { device_code } = await start();
    const statuses: number[] = [];
    for (let round = 0; round < 20; round++)
      statuses.push(
        ...(await Promise.all(Array.from({ length: 50 }, () => poll(device_code)))).map(({ status }) => status),
      );

    assert.equal(statuses.filter((status) => status === 428).length, 1);
    assert.equal(statuses.filter((status) => status === 429).length, 999);
  }).timeout(60_000);

  it('expires after ten minutes, approved or not, and is told so for an hour', async () => {
    const [waiting, approved] = [await start(), await start()];
    await decide((await signedIn()).visitor, approved.user_code);
    app.clock.advance(600_000);
    const purge = () =>
      app.app
        .jobs()
        .find(({ id }) => id === 'orbit-customer.purge')
        ?.job.run(app.system());
    await purge();

    const answers = [
      await poll(waiting.device_code),
      await poll(waiting.device_code),
      await poll(approved.device_code),
    ];
    app.clock.advance(3_601_000);
    await purge();
    const late = await poll(waiting.device_code);

    for (const { status, body } of answers) assert.deepEqual([status, body.error], [410, 'expired_token']);
    assert.deepEqual([late.status, late.body.error], [400, 'invalid_grant']);
  });

  it('refuses codes that are missing, no text, or unknown', async () => {
    const answers = await Promise.all([undefined, 7, '', null, {}].map((code) => poll(code)));
    const unknown = await poll('nobody');

    for (const { status, body } of answers)
      assert.deepEqual([status, Object.keys(body.errors)], [422, ['device_code']]);
    assert.deepEqual([unknown.status, unknown.body.error], [400, 'invalid_grant']);
  });

  it('answers 403 when it was denied', async () => {
    const { device_code, user_code } = await start();
    await decide((await signedIn()).visitor, user_code, 'deny');

    const { status, body } = await poll(device_code);

    assert.deepEqual([status, body.error], [403, 'access_denied']);
  });

  describe('on its page', () => {
    it('sends a visitor to sign in and back, with the code', async () => {
      const { user_code } = await start();
      const email = `device-${unique()}@example.com`;
      await buildClient(app, { email });
      const visitor = visit(app);

      const first = await visitor.get(`/auth/device?user_code=${user_code}`);
      const login = first.headers['location'] ?? '';
      const next = new URL(login, 'http://x').searchParams.get('next') ?? '';
      const back = await visitor.submit(login, '/login', { email, password, next });

      assert.equal(first.status, 303);
      assert.equal(back.headers['location'], `/auth/device?user_code=${user_code}`);
      assert.match((await visitor.get(back.headers['location'] ?? '')).text, new RegExp(`value="${user_code}"`));
    });

    it('shows the code again with a warning before anything is approved', async () => {
      const { device_code, user_code } = await start();
      const { visitor } = await signedIn();

      const { text } = await visitor.get(`/auth/device/confirm?user_code=${user_code}`);

      assert.match(text, new RegExp(`id="user-code">${user_code}<`));
      assert.match(text, /Approve only a code that you see on a device of your own,/);
      assert.equal((await poll(device_code)).status, 428);
    });

    it('wants its CSRF token', async () => {
      const { device_code, user_code } = await start();
      const { visitor } = await signedIn();

      const { status } = await visitor.post('/auth/device', { user_code, decision: 'approve' });

      assert.equal(status, 403);
      assert.equal((await poll(device_code)).status, 428);
    });

    it('says the same of a wrong, an expired and a used code', async () => {
      const { user_code: used } = await start();
      const { visitor } = await signedIn();
      await decide(visitor, used);
      const { user_code: expired } = await start();
      app.clock.advance(601_000);
      const { user_code: fresh } = await start();
      const codes = ['BBBB-BBBB', 'nonsense', used, expired];

      const shown = await Promise.all(codes.map((code) => visitor.get(`/auth/device/confirm?user_code=${code}`)));
      const sent = await Promise.all(
        codes.map((user_code) =>
          visitor.submit(`/auth/device/confirm?user_code=${fresh}`, '/auth/device', { user_code, decision: 'approve' }),
        ),
      );

      for (const { text } of [...shown, ...sent]) assert.match(text, /This code is not valid\. Please check it/);
    });

    it('lets one of two approvals at once decide', async () => {
      const { device_code, user_code } = await start();
      const [kay, eve] = [await signedIn(), await signedIn()];

      const answers = await Promise.all([decide(kay.visitor, user_code), decide(eve.visitor, user_code)]);

      assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 409]);
      const winner = answers[0]?.status === 303 ? kay.id : eve.id;
      assert.equal((await poll(device_code)).body.data.user.id, winner);
    });

    it('is closed to who is suspended', async () => {
      const { device_code, user_code } = await start();
      const { id, visitor } = await signedIn();
      await visitor.get('/auth/device');
      await app.call(admin, 'client/update', { id, status: 'suspended' });

      await decide(visitor, user_code);

      assert.equal((await poll(device_code)).status, 428);
    });

    it('shows staff who waits, who may deny it', async () => {
      const { device_code, user_code } = await start();

      const { list } = await app.call<{ list: { id: number; user_code: string }[] }>(admin, 'orbit/device_get_list');
      await app.call(admin, 'orbit/device_deny', { id: list[0]?.id });

      assert.equal(list[0]?.user_code, user_code);
      assert.equal((await poll(device_code)).status, 403);
    });
  });
});

describe('device authorization with limits', () => {
  const app = useApp({ install: ['orbit-customer'], environment: { RATE_LIMITS: 'on' } });

  it('stops guessing after five wrong codes in ten minutes', async () => {
    const email = 'guess@example.com';
    await app.call(admin, 'client/create', { email, first_name: 'G', password });
    const visitor = visit(app);
    await visitor.signIn('client', { email, password });
    const { body } = await send(app, 'POST /auth/device/code');
    const code = body.data.user_code as string;
    const right = await visitor.get(`/auth/device/confirm?user_code=${code}`);

    for (let count = 0; count < 5; count++) await visitor.get('/auth/device/confirm?user_code=BBBB-BBBB');
    const after = await visitor.get(`/auth/device/confirm?user_code=${code}`);

    assert.equal(right.status, 200);
    assert.equal(after.status, 429);
  });

  it('counts sign-ins by address and other calls by credential', async () => {
    const kay = await orbitClient(app);
    const starts = [];
    for (let count = 0; count < 10; count++) starts.push((await send(app, 'POST /auth/device/code')).status);
    const calls = [];
    for (let count = 0; count < 61; count++) calls.push(await kay.call('GET /profile/balance'));
    const last = calls.at(-1);

    assert.equal(starts.at(-1), 429);
    assert.deepEqual([calls[59]?.status, last?.status, last?.body.error], [200, 429, 'too_many_requests']);
    assert.ok(Number(last?.headers['retry-after']) > 0);
    const { status } = await send(app, 'GET /me', { headers: { authorization: `Bearer ${kay.token}` } });
    assert.equal(status, 200);
  });

  it('lets staff choose the figures', async () => {
    await app.call(admin, 'extension/config_save', { ext: 'mod_orbit-customer', calls_per_minute: 2 });
    app.clock.advance(2000);
    const kay = await orbitClient(app);

    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await kay.call('GET /me')).status);

    assert.deepEqual(statuses, [200, 200, 429]);
  });
});
