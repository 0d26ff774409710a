import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { clientEndpoint, guestEndpoint, signedIn, signedOut } from '#core/endpoint';
import { defineModule } from '#core/module';
import { HOUR, SECOND } from '#core/clock';
import { Id, Text, required } from '#core/schema';
import { useApp } from '../support/app.ts';

/** One client, number 7, who signs in by name. */
const gate = defineModule({
  name: 'gate',
  title: 'Gate',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: (_services, { sessions }) => ({
    authenticators: [
      {
        role: 'client',
        byToken: (_ctx, token) => Promise.resolve(token === 'secret' ? seven : undefined),
        byId: (_ctx, id) => Promise.resolve(id === 7 ? seven : undefined),
      },
    ],
    api: {
      guest: {
        enter: guestEndpoint({
          summary: 'Sign in.',
          input: Type.Object({ id: required('Who?', Id) }),
          output: Type.Literal(true),
          handle: (_ctx, { id }) => Promise.resolve(signedIn('client', id, true)),
        }),
      },
      client: {
        who: clientEndpoint({
          summary: 'Who is signed in.',
          input: Type.Object({ text: Type.Optional(Text()) }),
          output: Type.Integer(),
          handle: (ctx) => Promise.resolve(ctx.actor.id),
        }),
        leave: clientEndpoint({
          summary: 'Sign out.',
          input: Type.Object({}),
          output: Type.Literal(true),
          handle: () => Promise.resolve(signedOut('client', true)),
        }),
        end_all: clientEndpoint({
          summary: 'End all sessions.',
          input: Type.Object({}),
          output: Type.Literal(true),
          handle: async (ctx) => {
            await sessions.endAll('client', ctx.actor.id);
            return true as const;
          },
        }),
      },
    },
  }),
});
const seven = { kind: 'client', id: 7, email: 'seven@example.com', mustConfirmEmail: false } as const;

describe('sessions', () => {
  const app = useApp({ modules: [gate] });
  type Browser = ReturnType<typeof app.browser>;
  const post = (browser: Browser, path: string, body: object = {}, headers: Record<string, string> = {}) =>
    browser.post(`/api/${path}`).set(headers).send(body);

  /** Signs in and loads a page, as a browser does; gives the CSRF token. */
  async function signIn(browser: Browser): Promise<string> {
    await post(browser, 'guest/gate/enter', { id: 7 }).expect(200);
    return csrfOf(browser);
  }
  async function csrfOf(browser: Browser): Promise<string> {
    const { headers } = await browser.get('/');
    const cookies = headers['set-cookie'] as unknown as string[];
    return /fossbilling_csrf=([0-9a-f]{64})/.exec(cookies.join(';'))?.[1] ?? '';
  }
  const codeOf = ({ body }: { body: unknown }) => (body as { error: { code: number } | null }).error?.code;

  it('are made by signing in, not by asking', async () => {
    const asked = await app.request('post', '/api/client/gate/who').send({});

    assert.deepEqual([asked.status, codeOf(asked), asked.headers['set-cookie']], [401, 201, undefined]);
  });

  it('let their owner in with the CSRF token, by field, query or header', async () => {
    const browser = app.browser();
    const csrf = await signIn(browser);

    await post(browser, 'client/gate/who', { CSRFToken: csrf }).expect(200, { result: 7, error: null });
    await post(browser, 'client/gate/who', {}, { 'x-csrf-token': csrf }).expect(200, { result: 7, error: null });
    await browser.get(`/api/client/gate/who?CSRFToken=${csrf}`).expect(200, { result: 7, error: null });
  });

  it('refuse every call without the token, or with another', async () => {
    const browser = app.browser();
    await signIn(browser);

    for (const body of [{}, { CSRFToken: '0'.repeat(64) }, { CSRFToken: ['x'] }]) {
      const answer = await post(browser, 'client/gate/who', body);
      assert.deepEqual([answer.status, codeOf(answer)], [403, 403]);
    }
  });

  it('refuse a token that is not the one in the cookie', async () => {
    const [mine, theirs] = [app.browser(), app.browser()];
    const csrf = await signIn(mine);
    await signIn(theirs);

    const answer = await post(theirs, 'client/gate/who', { CSRFToken: csrf });

    assert.equal(answer.status, 403);
  });

  it('get a new id when somebody signs in', async () => {
    const browser = app.browser();
    const before = (await browser.get('/')).headers['set-cookie'] as unknown as string[];

    const after = (await post(browser, 'guest/gate/enter', { id: 7 })).headers['set-cookie'] as unknown as string[];

    const idOf = (cookies: string[]) => /fossbilling_session=([^;]+)/.exec(cookies.join(';'))?.[1];
    assert.ok(idOf(before) && idOf(after) && idOf(before) !== idOf(after));
  });

  it('do not give a signed-in session to who knew the id before', async () => {
    const victim = app.browser();
    const fixed = (await victim.get('/')).headers['set-cookie'] as unknown as string[];
    await signIn(victim);

    const attacker = await app
      .request('post', '/api/client/gate/who')
      .set('cookie', fixed.map((cookie) => cookie.split(';')[0]).join('; '))
      .send({});

    assert.deepEqual([attacker.status, codeOf(attacker)], [401, 201]);
  });

  it('are worth nothing after signing out, to whoever stole them', async () => {
    const browser = app.browser();
    const cookies = (await post(browser, 'guest/gate/enter', { id: 7 })).headers['set-cookie'] as unknown as string[];
    const csrf = await csrfOf(browser);
    await post(browser, 'client/gate/leave', { CSRFToken: csrf }).expect(200);

    const thief = await app
      .request('post', '/api/client/gate/who')
      .set('cookie', cookies.map((cookie) => cookie.split(';')[0]).join('; '))
      .send({ CSRFToken: csrf });

    assert.deepEqual([thief.status, codeOf(thief)], [401, 201]);
  });

  it('end two hours after they began, however busy they are', async () => {
    const browser = app.browser();
    const csrf = await signIn(browser);

    app.clock.advance(2 * HOUR - SECOND);
    await post(browser, 'client/gate/who', { CSRFToken: csrf }).expect(200);
    app.clock.advance(2 * SECOND);

    assert.equal(codeOf(await post(browser, 'client/gate/who', { CSRFToken: csrf })), 201);
  });

  it('end when the browser is suddenly another', async () => {
    const browser = app.browser();
    await browser
      .post('/api/guest/gate/enter')
      .set('user-agent', 'Mozilla/5.0 (X11; Linux) Firefox/140')
      .send({ id: 7 });
    const csrf = await csrfOf(browser);

    const answer = await browser
      .post('/api/client/gate/who')
      .set('user-agent', 'Mozilla/5.0 (Windows NT 10) Chrome/150')
      .send({ CSRFToken: csrf });

    assert.equal(codeOf(answer), 201);
  });

  it('stay when a picture is asked for without the hints that came with the page', async () => {
    const hints = { 'user-agent': 'Mozilla/5.0 (X11; Linux) Chrome/150', 'sec-ch-ua-platform': '"Linux"' };
    const browser = app.browser();
    await browser.post('/api/guest/gate/enter').set(hints).send({ id: 7 });

    await browser.get('/').set('user-agent', hints['user-agent']);

    const csrf = await browser.get('/').set(hints);
    const token = /fossbilling_csrf=([0-9a-f]{64})/.exec(String(csrf.headers['set-cookie']))?.[1] ?? '';
    await browser.post('/api/client/gate/who').set(hints).send({ CSRFToken: token }).expect(200);
  });

  it('can all be ended at once', async () => {
    const [first, second] = [app.browser(), app.browser()];
    const csrf = await signIn(first);
    const other = await signIn(second);

    await post(first, 'client/gate/end_all', { CSRFToken: csrf }).expect(200);

    assert.equal(codeOf(await post(second, 'client/gate/who', { CSRFToken: other })), 201);
  });

  it('end when the account is gone', async () => {
    const browser = app.browser();
    await post(browser, 'guest/gate/enter', { id: 8 });
    const csrf = await csrfOf(browser);

    assert.equal(codeOf(await post(browser, 'client/gate/who', { CSRFToken: csrf })), 201);
  });
});

describe('API tokens', () => {
  const app = useApp({ modules: [gate] });
  const call = (user: string, password: string, role = 'client') =>
    app.request('post', `/api/${role}/gate/who`).auth(user, password).send({});

  it('let their owner in without a CSRF token', async () => {
    await call('client', 'secret').expect(200, { result: 7, error: null });
  });

  for (const [user, password, role, code] of [
    ['client', 'wrong', 'client', 204],
    ['client', '', 'client', 202],
    ['admin', 'secret', 'client', 203],
    ['client', 'secret', 'admin', 201],
    ['root', 'secret', 'client', 201],
    ['', '', 'client', 201],
  ] as const) {
    it(`answer ${code} to ${user}:${password} on a ${role} route`, async () => {
      const { status, body } = await call(user, password, role);

      assert.deepEqual([status, (body as { error: unknown }).error], [401, { message: 'Authentication Failed', code }]);
    });
  }
});
