import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { profile } from '#modules/profile/index';
import { growTree, type Group } from '#modules/staff/group-tree';
import { staff as staffModule } from '#modules/staff/index';
import { mergeRights } from '#modules/staff/rights';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, useApp } from '../../support/app.ts';
import { buildStaff, buildStaffGroup } from '../../support/build/staff.ts';

interface View {
  id: number;
  path: string;
  depth: number;
  permissions: unknown;
}

describe('admin/staff: groups', () => {
  const app = useApp({ modules: [system, twoFactor, staffModule, client, profile] });
  const refused = async (call: string, params: object) => (await app.refusal(admin, `staff/${call}`, params)).message;

  it('come with three, each below the one before', async () => {
    const { list } = await app.call<{ list: View[] }>(admin, 'staff/group_get_list');

    assert.deepEqual(
      list.map(({ id, path, depth }) => [id, path, depth]),
      [
        [1, 'Super Administrator', 0],
        [2, 'Super Administrator / Support Lead', 1],
        [3, 'Super Administrator / Support Lead / Support Staff', 2],
      ],
    );
    assert.deepEqual(list[0]?.permissions, []);
  });

  it('are listed with each followed by those below it', async () => {
    const sales = await buildStaffGroup(app);
    const lead = await buildStaffGroup(app, {}, 2);

    const { list } = await app.call<{ list: View[] }>(admin, 'staff/group_get_list');

    assert.deepEqual(
      list.map(({ id }) => id),
      [1, 2, 3, lead, sales],
    );
  });

  it('keep permissions as they were sent, without the marker of the form', async () => {
    const id = await buildStaffGroup(app);
    const permissions = { client: { access: 1, view: '1', create: true, delete: 0 }, _submitted: 1 };

    await app.call(admin, 'staff/group_update', { id, permissions });

    const group = await app.call<View>(admin, 'staff/group_get', { id });
    assert.deepEqual(group.permissions, { client: { access: 1, view: '1', create: true, delete: 0 } });
  });

  it('lose all permissions by an empty map', async () => {
    const id = await buildStaffGroup(app, { client: { access: 1 } });

    await app.call(admin, 'staff/group_update', { id, permissions: [] });

    assert.deepEqual((await app.call<View>(admin, 'staff/group_get', { id })).permissions, []);
  });

  it('keep permissions, name and parent that are not sent', async () => {
    const id = await buildStaffGroup(app, { client: { access: 1 } }, 2);

    await app.call(admin, 'staff/group_update', { id, name: 'Renamed' });

    const group = await app.call<View>(admin, 'staff/group_get', { id });
    assert.equal(group.path, 'Super Administrator / Support Lead / Renamed');
    assert.deepEqual(group.permissions, { client: { access: 1 } });
  });

  it('refuse what would break the tree', async () => {
    const sales = await buildStaffGroup(app);
    const below = await buildStaffGroup(app, {}, sales);

    assert.equal(await refused('group_create', { name: 'x', parent_id: 9999 }), 'Group not found');
    assert.equal(await refused('group_update', { id: sales, parent_id: 9999 }), 'Parent group not found');
    assert.equal(
      await refused('group_update', { id: sales, parent_id: null }),
      'Staff groups must have a parent group',
    );
    assert.equal(await refused('group_update', { id: sales, parent_id: sales }), 'A group cannot be its own parent');
    assert.equal(
      await refused('group_update', { id: sales, parent_id: below }),
      'A group cannot use one of its subgroups as parent',
    );
    assert.equal(await refused('group_update', { id: 1, name: 'Kings' }), 'Protected staff groups cannot be modified');
    assert.equal(
      await refused('group_update', { id: sales, permissions: 'all' }),
      'Parameter "permissions" must be an array',
    );
  });

  it('make no circle when two are put below each other at once', async () => {
    const [one, two] = [await buildStaffGroup(app), await buildStaffGroup(app)];
    const put = (id: number, parent: number) =>
      app
        .request('post', '/api/admin/staff/group_update')
        .auth('admin', String(admin.token))
        .send({ id, parent_id: parent });

    const answers = await Promise.all([put(one, two), put(two, one)]);

    const refusals = answers.filter(({ body }) => (body as { error: unknown }).error !== null);
    assert.equal(refusals.length, 1);
  });

  it('are removed only when nobody needs them', async () => {
    const { groupId } = await buildStaff(app);
    const parent = await buildStaffGroup(app);
    const child = await buildStaffGroup(app, {}, parent);

    assert.equal(await refused('group_delete', { id: 1 }), 'Protected staff groups cannot be removed');
    assert.equal(await refused('group_delete', { id: groupId }), 'Cannot remove group which has staff members');
    assert.equal(await refused('group_delete', { id: parent }), 'Cannot remove group which has child groups');
    await app.call(admin, 'staff/group_delete', { id: child });
    assert.equal(await refused('group_get', { id: child }), 'Group not found');
  });

  it('take a member twice and let go of one who is none', async () => {
    const { id, groupId } = await buildStaff(app);
    const other = await buildStaffGroup(app);
    const ids = async () =>
      (await app.call<View[]>(admin, 'staff/admin_group_get_list', { admin_id: id })).map((group) => group.id);

    for (const _ of [1, 2]) await app.call(admin, 'staff/group_member_add', { admin_id: id, group_id: other });
    assert.deepEqual(await ids(), [groupId, other]);

    for (const _ of [1, 2]) await app.call(admin, 'staff/group_member_remove', { admin_id: id, group_id: other });
    assert.deepEqual(await ids(), [groupId]);
  });

  it('list their members but for the account of scheduled work', async () => {
    await app.call(admin, 'staff/group_member_add', { admin_id: 2, group_id: 1 });

    const members = await app.call<{ id: number }[]>(admin, 'staff/group_member_get_list', { group_id: 1 });

    assert.deepEqual(
      members.map(({ id }) => id),
      [1],
    );
  });

  it('grant a member what any of the groups grants, at once', async () => {
    const sam = await buildStaff(app, { permissions: { staff: { access: '0', view: 1 } } });
    const other = await buildStaffGroup(app, { staff: { access: '1', view: 0 } });
    assert.equal((await app.refusal(sam.caller, 'staff/get_list')).code, 725);

    await app.call(admin, 'staff/group_member_add', { admin_id: sam.id, group_id: other });

    await app.call(sam.caller, 'staff/get_list');
  });
});

describe('staff: merged rights', () => {
  const group = (permissions: Record<string, Record<string, unknown>>, systemName?: string) => ({
    systemName,
    permissions,
  });

  it('are all rights for super administrators', () => {
    assert.equal(mergeRights([group({}), group({}, 'super_admin')]), 'all');
  });

  it('read values as PHP casts them', () => {
    const rights = mergeRights([group({ client: { a: 1, b: '0', c: '', d: 'false', e: null, f: false } })]);

    assert.deepEqual(rights, { client: { a: true, b: false, c: false, d: true, e: false, f: false } });
  });

  it('are nothing without groups', () => {
    assert.deepEqual(mergeRights([]), {});
  });

  it('do not lend keys that every object has', () => {
    const rights = mergeRights([
      group(JSON.parse('{"__proto__":{"access":1}}') as Record<string, Record<string, unknown>>),
    ]);

    assert.equal(rights === 'all' ? 'all' : rights['client']?.['access'], undefined);
  });
});

describe('staff: the tree of groups', () => {
  const at = new Date(0);
  const group = (id: number, parentId?: number): Group => ({
    id,
    name: `g${id}`,
    systemName: undefined,
    parentId,
    permissions: {},
    isProtected: false,
    createdAt: at,
    updatedAt: at,
  });

  it('knows who is below whom', () => {
    const tree = growTree([group(1), group(2, 1), group(3, 2)]);

    assert.deepEqual([tree.isBelow(3, 1), tree.isBelow(1, 3), tree.isBelow(2, 2)], [true, false, false]);
  });

  it('puts groups in a circle, or whose parent is gone, at the top', () => {
    const tree = growTree([group(1, 2), group(2, 1), group(3, 9)]);

    assert.deepEqual(
      tree.all.map(({ id, depth }) => [id, depth]),
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
    );
    assert.equal(tree.isBelow(1, 2), false);
  });
});
