import assert from 'node:assert/strict';
import bcrypt from 'bcryptjs';
import { admin, ADMIN, client, guest, useApp } from '../../support/app.ts';
import { buildClient, modules, newEmail, NEXT_PASSWORD, PASSWORD, see, signIn } from '../../support/build/client.ts';
import { buildStaff } from '../../support/build/staff.ts';

const REFUSED = { message: 'Please check your login details.', code: 401, status: 200 };

describe('guest/client/login', () => {
  const app = useApp({ modules });

  it('says who signed in and opens a session', async () => {
    const { id, email } = await buildClient(app, { last_name: 'Doe' });

    const answer = await app.call(guest, 'client/login', { email: email.toUpperCase(), password: PASSWORD });
    const browser = await signIn(app, email);

    assert.deepEqual(answer, { id, email, name: 'Kay Doe', role: 'client' });
    assert.equal((await browser.post('client/profile/get')).body.result?.id, id);
  });

  it('leaves a line in the history', async () => {
    const { id, email } = await buildClient(app);

    await app.call(guest, 'client/login', { email, password: PASSWORD });

    const history = await app.call<{ list: { client: { id: number; email: string } }[] }>(
      admin,
      'client/login_history_get_list',
      { client_id: id },
    );
    assert.deepEqual(
      history.list.map((line) => line.client.email),
      [email],
    );
  });

  it('takes an imported password and keeps it as our own hash from then on', async () => {
    const { id, email } = await buildClient(app);
    const imported = (await bcrypt.hash(PASSWORD, 4)).replace('$2b$', '$2y$');
    const { knex } = app.app.database;
    await knex('client').where({ id }).update({ pass: imported });

    await app.call(guest, 'client/login', { email, password: PASSWORD });

    const { pass } = (await knex('client').where({ id }).first('pass')) as { pass: string };
    assert.match(pass, /^\$argon2id\$/);
    await app.call(guest, 'client/login', { email, password: PASSWORD });
  });

  it('says nothing more about a wrong password than about an unknown or suspended account', async () => {
    const { email } = await buildClient(app);
    const suspended = await buildClient(app, { status: 'suspended' });

    for (const sent of [
      { email, password: 'Wrong-Day-1' },
      { email: newEmail(), password: PASSWORD },
      { email: suspended.email, password: PASSWORD },
    ])
      assert.deepEqual(await app.refusal(guest, 'client/login', sent), REFUSED);
  });

  it('takes at least 75 milliseconds', async () => {
    const start = performance.now();

    await app.refusal(guest, 'client/login', { email: newEmail(), password: PASSWORD });

    assert.ok(performance.now() - start >= 74);
  });
});

describe('the token and the session of a client', () => {
  const app = useApp({ modules });

  it('end when the client is suspended, and the token does not come back', async () => {
    const { id, email, caller } = await buildClient(app);
    const browser = await signIn(app, email);

    await app.call(admin, 'client/update', { id, status: 'suspended' });

    assert.equal((await app.refusal(caller, 'profile/get')).code, 204);
    assert.equal((await browser.post('client/profile/get')).status, 401);
    await app.call(admin, 'client/update', { id, status: 'active' });
    assert.equal((await app.refusal(caller, 'profile/get')).code, 204);
    assert.equal((await browser.post('client/profile/get')).status, 401);
    assert.equal((await see(app, id))['api_token'], null);
  });

  it('is compared to the letter', async () => {
    const { id } = await buildClient(app);
    const token = await app.call<string>(admin, 'profile/api_key_reset', { id });

    assert.equal((await app.refusal(client(token.toLowerCase()), 'profile/get')).code, 204);
    assert.equal((await app.refusal(client(`${token} `), 'profile/get')).code, 204);
  });

  it('is not readable in the database', async () => {
    const { id } = await buildClient(app);
    const token = await app.call<string>(admin, 'profile/api_key_reset', { id });

    const row = JSON.stringify(await app.app.database.knex('client').where({ id }).first());

    assert.ok(!row.includes(token));
  });

  it('end when staff change the password', async () => {
    const { id, email } = await buildClient(app);
    const browser = await signIn(app, email);

    await app.call(admin, 'client/change_password', { id, password: NEXT_PASSWORD, password_confirm: NEXT_PASSWORD });

    assert.equal((await browser.post('client/profile/get')).status, 401);
    await app.call(guest, 'client/login', { email, password: NEXT_PASSWORD });
  });
});

describe('admin/client/login', () => {
  const app = useApp({ modules });
  const staffBrowser = async () => {
    const browser = app.browser();
    await browser.post('/api/guest/staff/login').send({ email: ADMIN.email, password: ADMIN.password });
    const csrf = async (): Promise<string> =>
      /fossbilling_csrf=([0-9a-f]+)/.exec(String((await browser.get('/')).headers['set-cookie']))?.[1] ?? '';
    return async (path: string, params: object = {}) => {
      const token = await csrf(); // first: a request takes its cookies when it is made
      return browser.post(`/api/${path}`).set('x-csrf-token', token).send(params);
    };
  };

  it('adds the client to the session of staff', async () => {
    const { id, email } = await buildClient(app);
    const post = await staffBrowser();

    const { body } = await post('admin/client/login', { id });

    assert.deepEqual(body.result, { id, email, name: 'Kay', role: 'client' });
    assert.equal((await post('client/profile/get')).body.result?.id, id);
    assert.equal((await post('admin/profile/get')).status, 200);
  });

  it('leaves only the client when asked to', async () => {
    const { id } = await buildClient(app);
    const post = await staffBrowser();

    await post('admin/client/login', { id, strip_admin_identity: '1' });

    assert.equal((await post('client/profile/get')).body.result?.id, id);
    assert.equal((await post('admin/profile/get')).status, 401);
  });

  it('is for those who may', async () => {
    const { id } = await buildClient(app);
    const { caller } = await buildStaff(app, { permissions: { client: { access: 1, view: 1 } } });

    const { message } = await app.refusal(caller, 'client/login', { id });

    assert.equal(message, 'You need the "client.impersonate_login" permission to perform this action');
  });
});

describe('the limits of signing in and up', () => {
  const app = useApp({ modules, environment: { RATE_LIMITS: 'on' } });

  it('refuse the eleventh sign-in of an hour', async () => {
    const attempt = () => app.refusal(guest, 'client/login', { email: 'x@example.com', password: PASSWORD });
    for (let count = 1; count <= 10; count++) assert.equal((await attempt()).code, 401);

    assert.equal((await attempt()).status, 429);
  });

  it('answer a reset over the limit like any other, and write no more letters', async () => {
    const { email } = await buildClient(app);

    for (let count = 1; count <= 5; count++)
      assert.equal(await app.call(guest, 'client/reset_password', { email }), true);

    await app.settle();
    assert.ok((await app.mails()).length <= 3);
  });
});
