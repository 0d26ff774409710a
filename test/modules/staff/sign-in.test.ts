import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { extension } from '#modules/extension/index';
import { profile } from '#modules/profile/index';
import { staff as staffModule } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildStaff, PASSWORD } from '../../support/build/staff.ts';
import { signIn } from '../../support/sign-in.ts';

const modules = [system, twoFactor, staffModule, client, profile, extension];
const REFUSED = { message: 'Check your login details', code: 403, status: 403 };

describe('guest/staff/login', () => {
  const app = useApp({ modules });

  it('opens a session that staff calls can use with its CSRF token', async () => {
    const sam = await buildStaff(app);

    const browser = await signIn(app, sam.email, PASSWORD);

    const { body } = await browser.post('admin/profile/get');
    assert.equal(body.result?.email, sam.email);
  });

  it('takes the e-mail in capitals', async () => {
    const sam = await buildStaff(app, { email: 'sam@example.com' });

    const answer = await app.call(guest, 'staff/login', { email: 'SAM@Example.com', password: PASSWORD });

    assert.deepEqual(answer, { id: sam.id, email: 'sam@example.com', name: 'Sam Staff' });
  });

  it('gives the session a new id', async () => {
    const browser = app.browser();
    await browser.get('/');
    const before = await browser.post('/api/guest/staff/login').send({ email: 'x@example.com', password: 'x' });

    const after = await browser
      .post('/api/guest/staff/login')
      .send({ email: 'admin@example.com', password: 'Correct-Horse-7' });

    assert.match(String(after.headers['set-cookie']), /fossbilling_session=/);
    assert.doesNotMatch(String(before.headers['set-cookie']), /fossbilling_session=/);
  });

  it('says nothing more about a wrong password than about an unknown account', async () => {
    const sam = await buildStaff(app);

    const wrong = await app.refusal(guest, 'staff/login', { email: sam.email, password: 'Wrong-Night-7' });
    const unknown = await app.refusal(guest, 'staff/login', { email: 'nobody@example.com', password: PASSWORD });

    assert.deepEqual(wrong, REFUSED);
    assert.deepEqual(unknown, REFUSED);
  });

  it('takes at least 75 milliseconds', async () => {
    const start = performance.now();

    await app.refusal(guest, 'staff/login', { email: 'nobody@example.com', password: PASSWORD });

    assert.ok(performance.now() - start >= 74);
  });

  it('refuses an inactive account', async () => {
    const sam = await buildStaff(app, { status: 'inactive' });

    assert.deepEqual(await app.refusal(guest, 'staff/login', { email: sam.email, password: PASSWORD }), REFUSED);
  });

  it('refuses the account of scheduled work, even with the right password', async () => {
    await app.call(admin, 'staff/change_password', { id: 2, password: PASSWORD, password_confirm: PASSWORD });
    const { email } = await app.call<{ email: string }>(admin, 'staff/get', { id: 2 });

    assert.deepEqual(await app.refusal(guest, 'staff/login', { email, password: PASSWORD }), REFUSED);
  });

  it('asks for both fields, one after the other', async () => {
    const none = await app.refusal(guest, 'staff/login');
    const half = await app.refusal(guest, 'staff/login', { email: 'sam@example.com' });

    assert.deepEqual([none.message, half.message], ['Email required', 'Password required']);
  });

  it('is not moved by what is no text, or by SQL', async () => {
    const list = await app.refusal(guest, 'staff/login', { email: ['a@example.com'], password: PASSWORD });
    const sql = await app.refusal(guest, 'staff/login', { email: "' OR 1=1 -- ", password: "' OR 1=1 -- " });

    assert.equal(list.code, 9999);
    assert.deepEqual(sql, REFUSED);
  });

  it('refuses addresses that are not listed, before it looks at the password', async () => {
    await app.call(admin, 'extension/config_save', {
      ext: 'mod_staff',
      check_ip: '1',
      allowed_ips: '10.0.0.1\n10.0.0.2',
    });

    const refusal = await app.refusal(guest, 'staff/login', { email: 'nobody@example.com', password: PASSWORD });

    assert.equal(refusal.message, 'You are not allowed to login to admin area from this IP address.');
    assert.equal(refusal.status, 403);
  });

  it('lets listed addresses in', async () => {
    const sam = await buildStaff(app);
    await app.call(admin, 'extension/config_save', {
      ext: 'mod_staff',
      check_ip: '1',
      allowed_ips: '10.0.0.1\n127.0.0.1',
    });

    await app.call(guest, 'staff/login', { email: sam.email, password: PASSWORD });
  });

  it('is written to the history, newest first', async () => {
    const sam = await buildStaff(app, { name: 'Sam History' });
    for (const _ of [1, 2]) await app.call(guest, 'staff/login', { email: sam.email, password: PASSWORD });

    const { list } = await app.call<{ list: { id: number; ip: string; staff: object }[] }>(
      admin,
      'staff/login_history_get_list',
      { search: 'history' },
    );

    const [newest = 0, oldest = 0] = list.map(({ id }) => id);
    assert.equal(list.length, 2);
    assert.ok(newest > oldest);
    assert.deepEqual(list[0]?.staff, { id: sam.id, email: sam.email, name: 'Sam History' });
    assert.deepEqual(await app.call(admin, 'staff/login_history_get', { id: newest }), list[0]);
  });

  it('stays in the history when the account is gone', async () => {
    const sam = await buildStaff(app);
    await app.call(guest, 'staff/login', { email: sam.email, password: PASSWORD });
    await app.call(admin, 'staff/delete', { id: sam.id });

    const { list } = await app.call<{ list: object[] }>(admin, 'staff/login_history_get_list');
    assert.equal(list.length, 1);
    assert.equal('staff' in (list[0] ?? {}), false);
  });

  it('is found in the history by whole days', async () => {
    app.clock.set('2026-03-10T15:00:00Z');
    const sam = await buildStaff(app);
    await app.call(guest, 'staff/login', { email: sam.email, password: PASSWORD });
    const count = async (filter: object) =>
      (await app.call<{ total: number }>(admin, 'staff/login_history_get_list', filter)).total;

    assert.equal(await count({ date_from: '2026-03-10 20:00', date_to: '2026-03-10' }), 1);
    assert.equal(await count({ date_from: '2026-03-11' }), 0);
    assert.equal(await count({ date_to: '2026-03-09' }), 0);
  });
});

describe('guest/staff/login under its limit', () => {
  const app = useApp({ modules, environment: { RATE_LIMITS: 'on' } });

  it('refuses the eleventh try of an address within the hour', async () => {
    for (let attempt = 0; attempt < 10; attempt++)
      await app.refusal(guest, 'staff/login', { email: 'nobody@example.com', password: 'x' });

    const refusal = await app.refusal(guest, 'staff/login', {
      email: 'admin@example.com',
      password: 'Correct-Horse-7',
    });

    assert.equal(refusal.status, 429);
  });
});
