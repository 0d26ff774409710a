import assert from 'node:assert/strict';
import { databaseSessions } from '#core/http/session-store';
import { later } from '#core/clock';
import { ADMIN, useApp } from '../../support/app.ts';
import { buildClient, modules, PASSWORD } from '../../support/build/client.ts';
import { signIn as signInStaff } from '../../support/sign-in.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const EDGE = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0';

interface Seen {
  readonly key: string;
  readonly is_here: boolean;
  readonly browser: string | null;
  readonly system: string | null;
  readonly ip: string | null;
  readonly seen_at: string | null;
}

describe('the sessions of a client', () => {
  const app = useApp({ modules });

  async function signIn(email: string, agent = FIREFOX) {
    const browser = app.browser();
    await browser.post('/api/guest/client/login').set('user-agent', agent).send({ email, password: PASSWORD });
    const page = await browser.get('/').set('user-agent', agent);
    const csrf = /fossbilling_csrf=([0-9a-f]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';
    return async (path: string, params: object = {}) => {
      const answer = await browser
        .post(`/api/client/profile/${path}`)
        .set({ 'user-agent': agent, 'x-csrf-token': csrf })
        .send(params);
      return answer.body as { result: Seen[]; error: { code: number; message: string } | null };
    };
  }

  it('are told with device, address and time, the present one marked', async () => {
    const { email } = await buildClient(app);
    await signIn(email, EDGE);
    app.clock.advance(1000);
    const here = await signIn(email);

    const { result } = await here('session_get_list');

    assert.deepEqual(
      result.map(({ is_here, browser, system, ip }) => [is_here, browser, system, ip?.endsWith('127.0.0.1')]),
      [
        [true, 'Firefox', 'Linux', true],
        [false, 'Edge', 'Windows', true],
      ],
    );
    assert.ok(result.every(({ seen_at }) => seen_at !== null));
  });

  it('say when they were last used, to the minute', async () => {
    const { email } = await buildClient(app);
    const here = await signIn(email);
    const [before] = (await here('session_get_list')).result;

    app.clock.advance(61_000);
    await here('get');
    const [after] = (await here('session_get_list')).result;

    assert.ok(new Date(after?.seen_at ?? 0) > new Date(before?.seen_at ?? 0));
  });

  it('end one by one', async () => {
    const { email } = await buildClient(app);
    const [here, there] = [await signIn(email), await signIn(email)];
    const other = (await here('session_get_list')).result.find(({ is_here }) => !is_here);

    assert.equal((await here('session_end', { key: other?.key })).error, null);

    assert.equal((await there('get')).error?.code, 201);
    assert.equal((await here('get')).error, null);
  });

  it('of others cannot be ended, and those that ended are not there', async () => {
    const [mine, theirs] = [await buildClient(app), await buildClient(app)];
    const [here, there] = [await signIn(mine.email), await signIn(theirs.email)];
    const [foreign] = (await there('session_get_list')).result;

    const { error } = await here('session_end', { key: foreign?.key });

    assert.equal(error?.message, 'This session has ended.');
    assert.equal((await there('get')).error, null);
  });

  it('say nothing that an agent makes up', async () => {
    const { email } = await buildClient(app);
    const here = await signIn(email, '<script>alert(1)</script>');

    const [seen] = (await here('session_get_list')).result;

    assert.deepEqual([seen?.browser, seen?.system], [null, null]);
  });

  it('are not known to who only has the table', async () => {
    const { email } = await buildClient(app);
    const here = await signIn(email);
    const [seen] = (await here('session_get_list')).result;

    const thief = await app
      .request('post', '/api/client/profile/get')
      .set('cookie', `fossbilling_session=${seen?.key}`)
      .send({});

    assert.equal((thief.body as { error: { code: number } }).error.code, 201);
  });

  it('stay ended, whatever a request that was on its way writes afterwards', async () => {
    const sessions = databaseSessions(app.app.database.knex);
    const now = app.clock.now();
    await sessions.save('a'.repeat(64), { clientId: 7 }, later(now, 60_000), now);
    await sessions.endAll('client', 7);

    await sessions.replace('a'.repeat(64), { clientId: 7, pending: ['late'] }, later(now, 60_000), now);

    assert.equal(await sessions.load('a'.repeat(64), now), undefined);
  });
});

describe('the sessions of staff', () => {
  const app = useApp({ modules });

  it('are apart from those of clients', async () => {
    const staff = await signInStaff(app, ADMIN.email, ADMIN.password);

    const { body } = await staff.post('admin/profile/session_get_list');

    assert.deepEqual(
      (body as { result: Seen[] }).result.map(({ is_here }) => is_here),
      [true],
    );
  });
});
