import assert from 'node:assert/strict';
import { admin, ADMIN, guest, useApp, type Caller, type TestApp } from '../../support/app.ts';
import { buildClient, modules, NEXT_PASSWORD, PASSWORD } from '../../support/build/client.ts';
import { codeOf, switchOn } from '../../support/build/two-factor.ts';
import { visit, type Visitor } from '../../support/visitor.ts';

const NEEDED = 'This account needs a code of its second step.';
const WRONG = 'This code is wrong or was used before.';

describe('a sign-in by the API with a second step', () => {
  const app = useApp({ modules });

  for (const [role, path] of [
    ['client', 'client/login'],
    ['admin', 'staff/login'],
  ] as const) {
    it(`takes the code with the password of a ${role}, and says when it is missing or wrong`, async () => {
      const { caller, email, password } = await personOf(app, role);
      const { secret } = await switchOn(app, caller);

      assert.equal((await app.refusal(guest, path, { email, password })).message, NEEDED);
      assert.equal((await app.refusal(guest, path, { email, password, code: '' })).message, NEEDED);
      assert.equal((await app.refusal(guest, path, { email, password, code: '000000' })).message, WRONG);
      const answer = await app.call<{ email: string }>(guest, path, { email, password, code: codeOf(app, secret) });

      assert.equal(answer.email, email);
    });
  }

  it('opens no session without the code', async () => {
    const { caller, email } = await buildClient(app);
    await switchOn(app, caller);

    const answer = await app.browser().post('/api/guest/client/login').send({ email, password: PASSWORD });

    assert.equal(answer.headers['set-cookie'], undefined);
  });

  it('says nothing of the second step to who does not know the password', async () => {
    const { caller, email } = await buildClient(app);
    await switchOn(app, caller);

    const { message } = await app.refusal(guest, 'client/login', { email, password: 'Wrong-Day-1' });

    assert.equal(message, 'Please check your login details.');
  });

  it('leaves API tokens as they are', async () => {
    const { caller, id } = await buildClient(app);
    await switchOn(app, caller);

    assert.equal((await app.call<{ id: number }>(caller, 'profile/get')).id, id);
  });

  it('takes a code once', async () => {
    const { caller, email } = await buildClient(app);
    const { secret } = await switchOn(app, caller);
    const sent = { email, password: PASSWORD, code: codeOf(app, secret) };

    await app.call(guest, 'client/login', sent);

    assert.equal((await app.refusal(guest, 'client/login', sent)).message, WRONG);
  });

  it('takes no code that is older than one that was used', async () => {
    const { caller, email } = await buildClient(app);
    const { secret } = await switchOn(app, caller);
    const [now, next] = [codeOf(app, secret), codeOf(app, secret, 30)];

    await app.call(guest, 'client/login', { email, password: PASSWORD, code: next });

    assert.equal((await app.refusal(guest, 'client/login', { email, password: PASSWORD, code: now })).message, WRONG);
  });

  it('takes a recovery code once, however it is typed', async () => {
    const { caller, email } = await buildClient(app);
    const { recovery } = await switchOn(app, caller);
    const typed = ` ${(recovery[0] ?? '').toUpperCase().replace('-', ' ')} `;

    await app.call(guest, 'client/login', { email, password: PASSWORD, code: typed });

    assert.equal((await app.refusal(guest, 'client/login', { email, password: PASSWORD, code: typed })).message, WRONG);
  });

  for (const kind of ['device', 'recovery'] as const) {
    it(`lets one in of several who show the same code of the ${kind} at the same moment`, async () => {
      const { caller, email } = await buildClient(app);
      const { secret, recovery } = await switchOn(app, caller);
      const code = kind === 'device' ? codeOf(app, secret) : recovery[5];

      const answers = await Promise.all(
        [1, 2, 3, 4].map(() =>
          app.request('post', '/api/guest/client/login').send({ email, password: PASSWORD, code }),
        ),
      );

      assert.equal(answers.filter(({ body }) => (body as { error: unknown }).error === null).length, 1);
    });
  }

  for (const code of [
    '1'.repeat(64),
    '٠١٢٣٤٥',
    '-1',
    '12345 ',
    '１２３４５６',
    "' or 1=1 --",
    '<script>',
    '\u0000123456',
  ])
    it(`takes ${JSON.stringify(code)} for a wrong code`, async () => {
      const { caller, email } = await buildClient(app);
      await switchOn(app, caller);

      assert.equal((await app.refusal(guest, 'client/login', { email, password: PASSWORD, code })).message, WRONG);
    });
});

describe('wrong codes', () => {
  const app = useApp({ modules, environment: { RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1' } });
  const from = (ip: string, body: object) =>
    app.request('post', '/api/guest/client/login').set('x-forwarded-for', ip).send(body);

  it('are refused to an address after ten of them, and the owner elsewhere gets in', async () => {
    const { caller, email } = await buildClient(app);
    const { secret } = await switchOn(app, caller);
    const thief = visit(app);
    await thief.signIn('client', { email, password: PASSWORD });

    const statuses: number[] = [];
    for (let tried = 0; tried < 11; tried++)
      statuses.push((await thief.submit('/login/code', '/login/code', { code: '000000' })).status);
    const owner = await from('198.51.100.7', { email, password: PASSWORD, code: codeOf(app, secret) });

    assert.deepEqual([statuses.slice(0, 10), statuses[10]], [Array<number>(10).fill(422), 429]);
    assert.equal((owner.body as { error: unknown }).error, null);
  });

  it('from everywhere leave the owner the last address and the recovery codes', async () => {
    const { caller, email } = await buildClient(app);
    const { secret, recovery } = await switchOn(app, caller);
    const sent = (code: string | undefined) => ({ email, password: PASSWORD, code });
    await from('198.51.100.7', sent(codeOf(app, secret)));
    for (let tried = 0; tried < 100; tried++) await from(`203.0.113.${tried}`, sent('000000'));
    const answerTo = async (ip: string, code: string | undefined) => {
      const { status, body } = await from(ip, sent(code));
      return [status, (body as { error: unknown }).error === null];
    };

    app.clock.advance(60_000);
    assert.deepEqual(await answerTo('203.0.113.177', codeOf(app, secret)), [429, false]);
    assert.deepEqual(await answerTo('203.0.113.178', recovery[0]), [200, true]);
    assert.deepEqual(await answerTo('198.51.100.7', codeOf(app, secret)), [200, true]);
  });
});

describe('the second step on a page', () => {
  const app = useApp({ modules });

  for (const [role, login, home] of [
    ['client', '/login', '/'],
    ['admin', '/admin/login', '/admin'],
  ] as const) {
    it(`follows the password of a ${role}, who is signed in after it and not before`, async () => {
      const { caller, email, password } = await personOf(app, role);
      const { secret } = await switchOn(app, caller);
      const visitor = visit(app);

      const first = await visitor.signIn(role, { email, password });
      assert.equal(first.headers['location'], `${login}/code`);
      assert.ok(!(await visitor.get(home)).text.includes('/logout'));
      const second = await visitor.submit(`${login}/code`, `${login}/code`, { code: codeOf(app, secret) });

      assert.deepEqual([second.status, second.headers['location']], [303, home]);
      assert.match((await visitor.get(home)).text, /\/logout/);
    });
  }

  it('leads on to where one was going', async () => {
    const { visitor, secret } = await halfWay({ next: '/client/profile' });

    const page = await visitor.get('/login/code?next=/client/profile');
    const done = await visitor.submit('/login/code', '/login/code', {
      code: codeOf(app, secret),
      next: '/client/profile',
    });

    assert.match(page.text, /name="next" value="\/client\/profile"/);
    assert.equal(done.headers['location'], '/client/profile');
  });

  it('leads nowhere else', async () => {
    const { caller, email } = await buildClient(app);
    await switchOn(app, caller);

    const first = await visit(app).signIn('client', { email, password: PASSWORD, next: 'https://evil.example/' });

    assert.equal(first.headers['location'], '/login/code');
  });

  it('says what is wrong on its own page, and another try follows', async () => {
    const { visitor, secret } = await halfWay();

    const wrong = await visitor.submit('/login/code', '/login/code', { code: '<b>123456' });
    const right = await visitor.submit('/login/code', '/login/code', { code: codeOf(app, secret) });

    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /This code is wrong or was used before\./);
    assert.ok(!wrong.text.includes('<b>123456'));
    assert.equal(right.status, 303);
  });

  it('begins with the password', async () => {
    const visitor = visit(app);

    assert.equal((await visitor.get('/login/code')).headers['location'], '/login');
    const { status } = await visitor.submit('/login', '/login/code', { code: '123456' });

    assert.equal(status, 401);
  });

  it('ends ten minutes after the password', async () => {
    const { visitor, secret } = await halfWay();
    await visitor.get('/login/code');

    app.clock.advance(601_000);

    assert.equal((await visitor.get('/login/code')).headers['location'], '/login');
    assert.equal((await visitor.submit('/login', '/login/code', { code: codeOf(app, secret) })).status, 401);
  });

  it('ends when the password is another', async () => {
    const { visitor, secret, caller } = await halfWay();
    const change = { current_password: PASSWORD, new_password: NEXT_PASSWORD, confirm_password: NEXT_PASSWORD };
    await app.call(caller, 'profile/change_password', change);

    const { status } = await visitor.submit('/login/code', '/login/code', { code: codeOf(app, secret) });

    assert.equal(status, 401);
  });

  it('ends when the client is suspended', async () => {
    const { visitor, secret, id } = await halfWay();
    await app.call(admin, 'client/update', { id, status: 'suspended' });

    const { status } = await visitor.submit('/login/code', '/login/code', { code: codeOf(app, secret) });

    assert.equal(status, 401);
  });

  it('of a client makes nobody staff', async () => {
    const { visitor, secret } = await halfWay();

    assert.equal((await visitor.get('/admin/login/code')).headers['location'], '/admin/login');
    const { status } = await visitor.submit('/login/code', '/admin/login/code', { code: codeOf(app, secret) });

    assert.equal(status, 401);
  });

  it('gives nothing to who knew the id of the session before either step', async () => {
    const { caller, email } = await buildClient(app);
    const { secret } = await switchOn(app, caller);
    const browser = app.browser();
    const cookieOf = (answer: { headers: Record<string, unknown> }): string =>
      /fossbilling_session=[^;]+/.exec(String(answer.headers['set-cookie']))?.[0] ?? '';
    const page = await browser.get('/login');
    const submit = async (path: string, from: string, fields: object) => {
      const { text } = await browser.get(from);
      const CSRFToken = /name="CSRFToken" value="([0-9a-f]{64})"/.exec(text)?.[1];
      return browser
        .post(path)
        .type('form')
        .send({ CSRFToken, ...fields });
    };
    const half = await submit('/login', '/login', { email, password: PASSWORD });
    const whole = await submit('/login/code', '/login/code', { code: codeOf(app, secret) });
    const ids = [page, half, whole].map((answer) => cookieOf(answer));

    const seen = async (cookie: string) =>
      (await app.request('get', '/client/profile').set('cookie', cookie)).status === 200;

    assert.equal(new Set(ids).size, 3);
    assert.ok(ids.every((id) => id !== ''));
    assert.deepEqual(
      [await seen(ids[0] ?? ''), await seen(ids[1] ?? ''), await seen(ids[2] ?? '')],
      [false, false, true],
    );
    assert.notEqual((await app.request('get', '/login/code').set('cookie', ids[0] ?? '')).status, 200);
  });

  async function halfWay(fields: Record<string, string> = {}) {
    const { caller, email, id } = await buildClient(app);
    const { secret } = await switchOn(app, caller);
    const visitor: Visitor = visit(app);
    await visitor.signIn('client', { email, password: PASSWORD, ...fields });
    return { visitor, secret, caller, id };
  }
});

interface Person {
  readonly caller: Caller;
  readonly email: string;
  readonly password: string;
}

async function personOf(app: TestApp, role: 'client' | 'admin'): Promise<Person> {
  if (role === 'admin') return { caller: admin, email: ADMIN.email, password: ADMIN.password };
  const { caller, email } = await buildClient(app);
  return { caller, email, password: PASSWORD };
}
