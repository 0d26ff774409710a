import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { profile } from '#modules/profile/index';
import { staff as staffModule } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, guest, staff, useApp } from '../../support/app.ts';
import { buildStaff, PASSWORD } from '../../support/build/staff.ts';
import { signIn } from '../../support/sign-in.ts';

interface Profile {
  id: number;
  email: string;
  name: string;
  api_token: string | null;
  created_at: string;
}

const modules = [system, twoFactor, staffModule, client, profile];
const passwords = (current: string, next: string, confirmation = next) => ({
  current_password: current,
  new_password: next,
  confirm_password: confirmation,
});

describe('admin/profile', () => {
  const app = useApp({ modules });

  it('shows the own account with the token and days without a time', async () => {
    app.clock.set('2026-03-10T15:00:00Z');
    const sam = await buildStaff(app, { name: 'Sam' });

    const own = await app.call<Profile>(sam.caller, 'profile/get');

    assert.deepEqual([own.id, own.name, own.api_token], [sam.id, 'Sam', sam.caller.token]);
    assert.equal(own.created_at, '2026-03-10');
  });

  it('changes the own account and nothing that is not for its owner', async () => {
    const sam = await buildStaff(app);

    await app.call(sam.caller, 'profile/update', {
      name: 'Röb <b>',
      timezone: 'America/New_York',
      id: 1,
      status: 'inactive',
    });

    const own = await app.call<Profile & { status: string }>(sam.caller, 'profile/get');
    assert.deepEqual([own.id, own.name, own.status], [sam.id, 'Röb <b>', 'active']);
  });

  it('refuses an invalid e-mail or time zone, and an e-mail that is taken', async () => {
    const sam = await buildStaff(app);
    const refused = async (change: object) => (await app.refusal(sam.caller, 'profile/update', change)).message;

    assert.equal(await refused({ email: 'not an address' }), 'Email address is invalid');
    assert.equal(await refused({ timezone: 'Mars/Olympus' }), 'Invalid timezone: Mars/Olympus');
    assert.match(await refused({ email: 'ADMIN@example.com' }), /is already registered/);
  });

  it('replaces the own token', async () => {
    const sam = await buildStaff(app);

    assert.equal(await app.call(sam.caller, 'profile/generate_api_key'), true);

    assert.equal((await app.refusal(sam.caller, 'profile/get')).code, 205);
  });

  it('replaces the token of the session rather than that of the token sent along', async () => {
    const sam = await buildStaff(app);
    const browser = app.browser();
    await browser.post('/api/guest/staff/login').send({ email: sam.email, password: PASSWORD });
    const page = await browser.get('/');
    const csrf = /fossbilling_csrf=([0-9a-f]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';

    await browser
      .post('/api/admin/profile/generate_api_key')
      .auth('admin', String(admin.token))
      .set('x-csrf-token', csrf)
      .send({});

    await app.call(admin, 'profile/get');
    assert.equal((await app.refusal(sam.caller, 'profile/get')).code, 205);
  });

  it('takes a token to the letter', async () => {
    const token = String(admin.token);

    assert.equal((await app.refusal(staff(token.toLowerCase()), 'profile/get')).code, 205);
    assert.equal((await app.refusal(staff(`${token} `), 'profile/get')).code, 205);
  });

  it('keeps no token in plain text', async () => {
    const rows = await app.app.database.knex('admin');

    assert.equal(JSON.stringify(rows).includes(String(admin.token)), false);
  });

  it('changes the password and ends the other sessions, but not the one of the call', async () => {
    const sam = await buildStaff(app);
    const [here, there] = [await signIn(app, sam.email, PASSWORD), await signIn(app, sam.email, PASSWORD)];

    const { body } = await here.post('admin/profile/change_password', passwords(PASSWORD, 'Loud-Day-8'));

    assert.deepEqual(body, { result: true, error: null });
    assert.equal((await here.post('admin/profile/get')).status, 200);
    assert.equal((await there.post('admin/profile/get')).status, 401);
    await app.call(guest, 'staff/login', { email: sam.email, password: 'Loud-Day-8' });
  });

  it('refuses a weak password, then one that differs, then a wrong current one', async () => {
    const sam = await buildStaff(app);
    const refused = async (params: object) =>
      (await app.refusal(sam.caller, 'profile/change_password', params)).message;

    assert.equal(await refused(passwords('x', 'loud', 'x')), 'Minimum password length is 8 characters.');
    assert.equal(await refused(passwords('x', 'Loud-Day-8', 'x')), 'Passwords do not match');
    assert.equal(await refused(passwords('Wrong-Night-7', 'Loud-Day-8')), 'Current password incorrect');
    assert.equal(await refused({ new_password: 'x', confirm_password: 'x' }), 'Current password is required');
  });

  it('ends the other sessions on demand, and nobody else’s', async () => {
    const [sam, tim] = [await buildStaff(app), await buildStaff(app)];
    const [here, there] = [await signIn(app, sam.email, PASSWORD), await signIn(app, sam.email, PASSWORD)];
    const other = await signIn(app, tim.email, PASSWORD);

    await here.post('admin/profile/destroy_sessions');

    assert.equal((await here.post('admin/profile/get')).status, 200);
    assert.equal((await there.post('admin/profile/get')).status, 401);
    assert.equal((await other.post('admin/profile/get')).status, 200);
  });

  it('ends every session when it is asked with a token', async () => {
    const sam = await buildStaff(app);
    const browser = await signIn(app, sam.email, PASSWORD);

    await app.call(sam.caller, 'profile/destroy_sessions');

    assert.equal((await browser.post('admin/profile/get')).status, 401);
  });

  it('signs out', async () => {
    const sam = await buildStaff(app);
    const browser = await signIn(app, sam.email, PASSWORD);

    await browser.post('admin/profile/logout');

    assert.equal((await browser.post('admin/profile/get')).status, 401);
  });

  it('stays signed in, with the same CSRF token, when a client signs out at the same browser', async () => {
    const sam = await buildStaff(app);
    await app.call(admin, 'client/create', { email: 'ann@example.com', first_name: 'Ann', password: 'Sunny-Day-42' });
    const browser = await signIn(app, sam.email, PASSWORD);
    await browser.post('guest/client/login', { email: 'ann@example.com', password: 'Sunny-Day-42' });
    await browser.reload();

    await browser.post('client/profile/logout');

    assert.equal((await browser.post('client/profile/get')).status, 401);
    assert.equal((await browser.post('admin/profile/get')).status, 200);
  });

  it('needs the CSRF token with a session', async () => {
    const browser = app.browser();
    const sam = await buildStaff(app);
    await browser.post('/api/guest/staff/login').send({ email: sam.email, password: PASSWORD });

    const { status } = await browser.post('/api/admin/profile/destroy_sessions').send({});

    assert.equal(status, 403);
  });

  it('replaces the token of a client for those who hold the key of clients', async () => {
    const id = Number(
      await app.call(admin, 'client/create', { email: 'ann@example.com', first_name: 'Ann', password: 'Sunny-Day-42' }),
    );
    const sam = await buildStaff(app, { permissions: { client: { access: 1, manage_api_keys: 1 } } });
    const tim = await buildStaff(app, { permissions: { client: { access: 1 } } });

    const token = await app.call<string>(sam.caller, 'profile/api_key_reset', { id });

    await app.call({ role: 'client', token }, 'profile/get');
    assert.equal((await app.refusal(tim.caller, 'profile/api_key_reset', { id })).status, 403);
    assert.equal((await app.refusal(sam.caller, 'profile/api_key_reset', { id: 9999 })).message, 'Client not found');
  });
});

describe('admin/profile/change_password under its limits', () => {
  const app = useApp({ modules, environment: { RATE_LIMITS: 'on' } });

  it('counts five tries an hour for an account, and none that are refused before', async () => {
    const attempt = (current: string, confirmation = 'Loud-Day-8') =>
      app.refusal(admin, 'profile/change_password', passwords(current, 'Loud-Day-8', confirmation));
    for (let round = 0; round < 3; round++) await attempt('x', 'differs');

    const messages: string[] = [];
    for (let round = 0; round < 6; round++) messages.push((await attempt('Wrong-Night-7')).message);

    assert.equal(messages[4], 'Current password incorrect');
    assert.match(messages[5] ?? '', /Rate limit exceeded/);
  });
});
