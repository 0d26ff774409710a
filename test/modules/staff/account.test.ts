import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { profile } from '#modules/profile/index';
import { staff as staffModule } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, guest, staff, useApp } from '../../support/app.ts';
import { buildStaff, buildStaffGroup, PASSWORD } from '../../support/build/staff.ts';
import { signIn } from '../../support/sign-in.ts';

interface Member {
  id: number;
  email: string;
  status: string;
  groups: { id: number }[];
}

describe('admin/staff: accounts', () => {
  const app = useApp({ modules: [system, twoFactor, staffModule, client, profile] });
  const application = { email: 'tim@example.com', password: PASSWORD, name: 'Tim', group_id: 3 };

  it('creates an inactive member in a group', async () => {
    const id = await app.call<number>(admin, 'staff/create', application);

    const member = await app.call<Member>(admin, 'staff/get', { id });
    assert.equal(member.status, 'inactive');
    assert.deepEqual(
      member.groups.map((group) => group.id),
      [3],
    );
  });

  it('never shows the token or the password', async () => {
    const { body } = await app
      .request('post', '/api/admin/staff/get')
      .auth('admin', String(admin.token))
      .send({ id: 1 });

    assert.doesNotMatch(JSON.stringify(body), /token|pass|argon/);
  });

  it('takes an unknown status for active', async () => {
    const id = await app.call<number>(admin, 'staff/create', { ...application, status: 'boss' });

    assert.equal((await app.call<Member>(admin, 'staff/get', { id })).status, 'active');
  });

  it('drops what is not asked for, such as a system name or a token', async () => {
    const id = await app.call<number>(admin, 'staff/create', {
      ...application,
      system_name: 'cron',
      api_token: 'x'.repeat(32),
      permissions: { staff: { access: 1 } },
      id: 77,
    });

    const member = await app.call<Member & { system_name: string | null }>(admin, 'staff/get', { id });
    assert.equal(member.system_name, null);
    assert.equal((await app.refusal(staff('x'.repeat(32)), 'profile/get')).code, 205);
  });

  it('says what is missing or not valid', async () => {
    const messages: string[] = [];
    for (const change of [
      { email: '' },
      { password: '' },
      { name: ' ' },
      { group_id: '' },
      { email: 'tim' },
      { password: 'weak' },
      { group_id: 9999 },
      { timezone: 'Mars/Olympus' },
    ])
      messages.push((await app.refusal(admin, 'staff/create', { ...application, ...change })).message);

    assert.deepEqual(messages, [
      'Email address was not passed',
      'Password was not passed',
      'Name was not passed',
      'Group ID was not passed',
      'Email address is invalid',
      'Minimum password length is 8 characters.',
      'Group not found',
      'Invalid timezone: Mars/Olympus',
    ]);
  });

  it('refuses an e-mail that is taken, whatever its case, on create and on update', async () => {
    const sam = await buildStaff(app, { email: 'sam@example.com' });
    const tim = await buildStaff(app, { email: 'tim@example.com' });

    const created = await app.refusal(admin, 'staff/create', { ...application, email: 'SAM@example.com' });
    const updated = await app.refusal(admin, 'staff/update', { id: tim.id, email: sam.email });

    assert.equal(created.message, 'Staff member with email SAM@example.com is already registered.');
    assert.deepEqual([created.code, updated.code], [788954, 788954]);
  });

  it('gives one e-mail to one of two who ask at once', async () => {
    const answers = await Promise.all(
      [1, 2].map(() =>
        app.request('post', '/api/admin/staff/create').auth('admin', String(admin.token)).send(application),
      ),
    );

    const codes = answers.map(({ body }) => (body as { error: { code: number } | null }).error?.code);
    assert.deepEqual(codes.toSorted(), [788954, undefined]);
  });

  it('filters by text, status and id, and pages', async () => {
    const sam = await buildStaff(app, { email: 'sam@example.com', name: 'Sam' });
    await buildStaff(app, { email: 'tim@example.org', name: 'Tim 100%', status: 'inactive' });
    const ids = async (filter: object) => {
      const page = await app.call<{ list: Member[]; total: number }>(admin, 'staff/get_list', filter);
      return [page.total, ...page.list.map(({ id }) => id)];
    };

    assert.deepEqual(await ids({ search: 'SAM' }), [1, sam.id]);
    assert.deepEqual(await ids({ search: 'example.org', status: 'inactive' }), [1, sam.id + 1]);
    assert.deepEqual(await ids({ id: String(sam.id) }), [1, sam.id]);
    assert.deepEqual(await ids({ per_page: 1, page: 2 }), [3, sam.id]);
    assert.deepEqual(await ids({ search: "x' or 1=1" }), [0]);
  });

  it('lists names, the account of scheduled work included', async () => {
    assert.deepEqual(await app.call(admin, 'staff/get_pairs'), { 1: 'Administrator', 2: 'System Cron Job' });
    assert.deepEqual(await app.call(admin, 'staff/get_pairs', { search: 'nobody' }), []);
  });

  it('changes only what was sent', async () => {
    const sam = await buildStaff(app, { name: 'Sam' });

    await app.call(admin, 'staff/update', { id: sam.id, signature: 'Yours', timezone: 'Europe/Berlin' });

    const member = await app.call<Member & { name: string; signature: string }>(admin, 'staff/get', { id: sam.id });
    assert.deepEqual([member.name, member.email, member.signature], ['Sam', sam.email, 'Yours']);
  });

  it('takes token and sessions from a member who becomes inactive, for good', async () => {
    const sam = await buildStaff(app);
    const browser = await signIn(app, sam.email, PASSWORD);

    await app.call(admin, 'staff/update', { id: sam.id, status: 'inactive' });

    assert.equal((await app.refusal(sam.caller, 'profile/get')).code, 205);
    assert.equal((await browser.post('admin/profile/get')).status, 401);
    await app.call(admin, 'staff/update', { id: sam.id, status: 'active' });
    assert.equal((await app.refusal(sam.caller, 'profile/get')).code, 205);
    assert.equal((await browser.post('admin/profile/get')).status, 401);
  });

  it('removes a member with token and sessions, but not the account of scheduled work', async () => {
    const sam = await buildStaff(app);
    const browser = await signIn(app, sam.email, PASSWORD);

    await app.call(admin, 'staff/delete', { id: sam.id });

    assert.equal((await app.refusal(admin, 'staff/get', { id: sam.id })).message, 'Staff member not found');
    assert.equal((await app.refusal(sam.caller, 'profile/get')).code, 205);
    assert.equal((await browser.post('admin/profile/get')).status, 401);
    const cron = await app.refusal(admin, 'staff/delete', { id: 2 });
    assert.equal(cron.message, 'The cron administrator account cannot be removed');
  });

  it('sets a password and ends the sessions', async () => {
    const sam = await buildStaff(app);
    const browser = await signIn(app, sam.email, PASSWORD);
    const params = { id: sam.id, password: 'Loud-Day-8', password_confirm: 'Loud-Day-8' };

    await app.call(admin, 'staff/change_password', params);

    await app.call(guest, 'staff/login', { email: sam.email, password: 'Loud-Day-8' });
    assert.equal((await browser.post('admin/profile/get')).status, 401);
  });

  it('refuses passwords that differ or are weak, and unknown members', async () => {
    const change = async (id: number, password: string, confirmation = password) =>
      (await app.refusal(admin, 'staff/change_password', { id, password, password_confirm: confirmation })).message;

    assert.equal(await change(2, 'Loud-Day-8', 'Loud-Day-9'), 'Passwords do not match.');
    assert.equal(await change(2, 'loudday8'), 'Password must include at least one uppercase letter.');
    assert.equal(await change(9999, 'Loud-Day-8'), 'Staff member not found');
  });

  it('writes what was done to the activity log, without secrets', async () => {
    const groupId = await buildStaffGroup(app);
    const id = await app.call<number>(admin, 'staff/create', { ...application, group_id: groupId });

    const rows = (await app.app.database.knex('activity_system')) as { admin_id: number | null; message: string }[];

    assert.ok(rows.some(({ admin_id: by, message }) => by === 1 && message === `Created new staff member ${id}`));
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(PASSWORD));
  });

  it('is closed to those who are not signed in', async () => {
    assert.equal((await app.refusal({ role: 'admin' }, 'staff/get_list')).code, 201);
    assert.equal((await app.refusal(staff('0'.repeat(32)), 'staff/get_list')).code, 205);
  });

  it('asks for the key of each call', async () => {
    const sam = await buildStaff(app, { permissions: { staff: { access: 1 } } });
    const needed: Record<string, string> = {};
    for (const [method, params] of Object.entries({
      get_list: {},
      get_pairs: {},
      get: { id: 1 },
      create: application,
      update: { id: 1 },
      delete: { id: 1 },
      change_password: { id: 1, password: 'x', password_confirm: 'x' },
      group_get_list: {},
      group_get_pairs: {},
      group_create: { name: 'x' },
      group_get: { id: 1 },
      group_member_add: { admin_id: 1, group_id: 1 },
      group_member_remove: { admin_id: 1, group_id: 1 },
      group_member_get_list: { group_id: 1 },
      admin_group_get_list: { admin_id: 1 },
      login_history_get_list: {},
      login_history_get: { id: 1 },
    })) {
      const { message, status } = await app.refusal(sam.caller, `staff/${method}`, params);
      assert.equal(status, 403);
      needed[method] = /"staff\.(\w+)"/.exec(message)?.[1] ?? message;
    }

    assert.deepEqual(needed, {
      get_list: 'view',
      get_pairs: 'view',
      get: 'view',
      create: 'create_and_edit_staff',
      update: 'create_and_edit_staff',
      delete: 'delete_staff',
      change_password: 'reset_staff_password',
      group_get_list: 'manage_groups',
      group_get_pairs: 'view',
      group_create: 'manage_groups',
      group_get: 'manage_groups',
      group_member_add: 'manage_groups',
      group_member_remove: 'manage_groups',
      group_member_get_list: 'manage_groups',
      admin_group_get_list: 'manage_groups',
      login_history_get_list: 'manage_settings',
      login_history_get: 'manage_settings',
    });
  });
});
