import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { profile } from '#modules/profile/index';
import { staff as staffModule } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { ADMIN, admin, guest, useApp, type Caller } from '../../support/app.ts';
import { buildStaff, buildStaffGroup, PASSWORD, type BuiltStaff } from '../../support/build/staff.ts';

const EVERYTHING_OF_STAFF = {
  staff: {
    access: 1,
    view: 1,
    create_and_edit_staff: 1,
    delete_staff: 1,
    reset_staff_password: 1,
    manage_groups: 1,
    manage_settings: 1,
  },
};
const NOT_LOWER = 'You can only manage staff accounts in lower groups';
const GROUP_NOT_LOWER = 'You can only manage lower staff groups';
const OWN = 'You cannot manage your own staff account here';
const NOT_SUPER = 'Only super administrators can manage staff groups';

describe('staff: a limited member with every key of this module', () => {
  const app = useApp({ modules: [system, twoFactor, staffModule, client, profile] });
  let lead: BuiltStaff;
  let below: number;
  beforeEach(async () => {
    lead = await buildStaff(app, { permissions: EVERYTHING_OF_STAFF });
    below = await buildStaffGroup(app, {}, lead.groupId);
  });

  const refused = async (call: string, params: object, by: Caller = lead.caller) =>
    (await app.refusal(by, `staff/${call}`, params)).message;
  const rightsAreAll = (by: Caller) => app.call(by, 'staff/is_super_administrator');

  it('manages those of lower groups', async () => {
    const id = await app.call<number>(lead.caller, 'staff/create', {
      email: 'new@example.com',
      password: PASSWORD,
      name: 'New',
      group_id: below,
    });

    await app.call(lead.caller, 'staff/update', { id, status: 'active' });
    await app.call(lead.caller, 'staff/change_password', {
      id,
      password: 'Loud-Day-8',
      password_confirm: 'Loud-Day-8',
    });
    await app.call(lead.caller, 'staff/delete', { id });
  });

  it('does not raise the own account directly', async () => {
    assert.equal(await refused('update', { id: lead.id, name: 'Boss' }), OWN);
    assert.equal(await refused('group_member_add', { admin_id: lead.id, group_id: 1 }), OWN);
    assert.equal(await refused('group_member_add', { admin_id: lead.id, group_id: below }), OWN);
    assert.equal(await refused('delete', { id: lead.id }), OWN);
    assert.equal(
      await refused('update', { id: lead.id, status: 'inactive' }),
      'You cannot deactivate your own staff account',
    );
  });

  it('does not raise the own group', async () => {
    const permissions = { client: { access: 1, delete: 1 } };

    assert.equal(await refused('group_update', { id: lead.groupId, permissions }), NOT_SUPER);
    assert.equal(await refused('group_update', { id: below, permissions }), NOT_SUPER);
    assert.equal(await refused('group_create', { name: 'Kings' }), NOT_SUPER);
    assert.equal(await refused('group_delete', { id: below }), NOT_SUPER);
    assert.equal((await app.refusal(lead.caller, 'staff/group_delete', { id: below })).status, 403);
  });

  it('does not make a stronger account', async () => {
    const application = { email: 'king@example.com', password: PASSWORD, name: 'King' };

    for (const group_id of [1, 2, lead.groupId])
      assert.equal(await refused('create', { ...application, group_id }), GROUP_NOT_LOWER);
  });

  it('does not lift a lower account into a group that is not lower', async () => {
    const low = await buildStaff(app, { groupId: below });

    for (const group_id of [1, 2, lead.groupId])
      assert.equal(await refused('group_member_add', { admin_id: low.id, group_id }), GROUP_NOT_LOWER);
    await app.call(lead.caller, 'staff/update', {
      id: low.id,
      group_id: 1,
      groups: [1],
      permissions: { client: { access: 1 } },
    });
    assert.equal((await app.refusal(low.caller, 'staff/is_super_administrator')).code, 725);
  });

  it('does not become somebody stronger or equal by a new password or e-mail', async () => {
    const equal = await buildStaff(app, { groupId: lead.groupId });
    const beside = await buildStaff(app, { groupId: 2 });
    const passwords = { password: 'Loud-Day-8', password_confirm: 'Loud-Day-8' };

    for (const id of [1, 2, equal.id, beside.id]) {
      assert.equal(await refused('change_password', { id, ...passwords }), NOT_LOWER);
      assert.equal(await refused('update', { id, email: 'mine@example.com' }), NOT_LOWER);
    }
    await app.call(guest, 'staff/login', { email: ADMIN.email, password: ADMIN.password });
  });

  it('does not touch an account that is also in a group that is not lower', async () => {
    const low = await buildStaff(app, { groupId: below });
    await app.call(admin, 'staff/group_member_add', { admin_id: low.id, group_id: 2 });

    assert.equal(await refused('update', { id: low.id, name: 'x' }), NOT_LOWER);
    assert.equal(await refused('group_member_remove', { admin_id: low.id, group_id: below }), NOT_LOWER);
    assert.equal(await refused('delete', { id: low.id }), NOT_LOWER);
  });

  it('does not touch an account in no group, such as that of scheduled work', async () => {
    const low = await buildStaff(app, { groupId: below });
    await app.call(lead.caller, 'staff/group_member_remove', { admin_id: low.id, group_id: below });

    assert.equal(await refused('update', { id: low.id, name: 'x' }), NOT_LOWER);
    assert.equal(await refused('group_member_add', { admin_id: low.id, group_id: below }), NOT_LOWER);
  });

  it('does not remove super administrators or their membership', async () => {
    assert.equal(await refused('delete', { id: 1 }), NOT_LOWER);
    assert.equal(await refused('update', { id: 1, status: 'inactive' }), NOT_LOWER);
    assert.equal(await refused('group_member_remove', { admin_id: 1, group_id: 1 }), NOT_LOWER);
  });

  it('gains nothing by fields of the own profile that are not for it', async () => {
    await app.call(lead.caller, 'profile/update', {
      id: 1,
      group_id: 1,
      groups: [1],
      rights: 'all',
      status: 'inactive',
      system_name: 'cron',
      permissions: { client: { access: 1 } },
      api_token: 'x'.repeat(32),
    });

    assert.equal(await rightsAreAll(lead.caller), false);
    const { groups } = await app.call<{ groups: { id: number }[] }>(admin, 'staff/get', { id: lead.id });
    assert.deepEqual(
      groups.map(({ id }) => id),
      [lead.groupId],
    );
  });

  it('loses the rights at once when a group goes', async () => {
    await app.call(admin, 'staff/group_member_remove', { admin_id: lead.id, group_id: lead.groupId });

    assert.equal((await app.refusal(lead.caller, 'staff/get_list')).code, 725);
  });
});

describe('staff: the last active super administrator', () => {
  const app = useApp({ modules: [system, twoFactor, staffModule, client, profile] });
  const LAST = 'Cannot remove the last active super administrator';

  it('is neither removed nor taken out of the group', async () => {
    await buildStaff(app, { groupId: 1, status: 'inactive' });

    assert.equal((await app.refusal(admin, 'staff/delete', { id: 1 })).message, LAST);
    const removal = await app.refusal(admin, 'staff/group_member_remove', { admin_id: 1, group_id: 1 });
    assert.equal(removal.message, LAST);
  });

  it('does not deactivate the own account', async () => {
    await buildStaff(app, { groupId: 1 });

    const refusal = await app.refusal(admin, 'staff/update', { id: 1, status: 'inactive' });

    assert.equal(refusal.message, 'You cannot deactivate your own staff account');
  });

  it('may be removed when there is another', async () => {
    const second = await buildStaff(app, { groupId: 1 });

    await app.call(second.caller, 'staff/delete', { id: 1 });

    assert.equal((await app.refusal(second.caller, 'staff/delete', { id: second.id })).message, LAST);
  });

  it('is not the account of scheduled work', async () => {
    await app.call(admin, 'staff/group_member_add', { admin_id: 2, group_id: 1 });

    assert.equal((await app.refusal(admin, 'staff/delete', { id: 1 })).message, LAST);
  });

  for (const [how, path, of] of [
    ['deactivate', 'update', (id: number) => ({ id, status: 'inactive' })],
    ['remove', 'delete', (id: number) => ({ id })],
    ['demote', 'group_member_remove', (id: number) => ({ admin_id: id, group_id: 1 })],
  ] as const)
    it(`remains when the last two ${how} each other at once`, async () => {
      const second = await buildStaff(app, { groupId: 1 });
      const act = (by: Caller, id: number) =>
        app.request('post', `/api/admin/staff/${path}`).auth('admin', String(by.token)).send(of(id));

      await Promise.all([act(admin, second.id), act(second.caller, 1)]);

      const members = await app.app.database
        .knex('admin_group_member')
        .join('admin', 'admin.id', 'admin_group_member.admin_id')
        .where({ admin_group_id: 1, status: 'active' });
      assert.equal(members.length, 1);
    });
});
