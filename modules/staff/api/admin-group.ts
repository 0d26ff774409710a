import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, Id, MapOf, OrNull, required, Text } from '#core/schema';
import type { StaffGroups } from '../groups.ts';
import { GroupView, presentGroup, presentStaff, readPermissions, StaffView } from '../schema.ts';

const Line = Text({ maxLength: 255 });
const GroupId = required('Group ID was not passed', Id);
const AccountId = required('Staff member ID was not passed', Id);
const Membership = Type.Object({ admin_id: AccountId, group_id: GroupId });

export const groupApi = (groups: StaffGroups) => ({
  group_get_pairs: adminEndpoint({
    summary: 'Paths of staff groups by id.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: async (ctx) => Object.fromEntries((await groups.list(ctx)).map(({ id, path }) => [id, path])),
  }),

  group_get_list: adminEndpoint({
    summary: 'Staff groups, each followed by those below it.',
    permission: 'manage_groups',
    input: Type.Object({ search: Type.Optional(Text()) }),
    output: Type.Object({ list: Type.Array(GroupView) }),
    handle: async (ctx, { search }) => ({ list: (await groups.list(ctx, search)).map(presentGroup) }),
  }),

  group_create: adminEndpoint({
    summary: 'Create a staff group; without a parent it is below the super administrators.',
    permission: 'manage_groups',
    input: Type.Object({ name: required('Group name was not passed', Line), parent_id: Type.Optional(Id) }),
    output: Type.Integer(),
    handle: (ctx, { name, parent_id: parentId }) => groups.create(ctx, name, parentId),
  }),

  group_get: adminEndpoint({
    summary: 'A staff group.',
    permission: 'manage_groups',
    input: Type.Object({ id: GroupId }),
    output: GroupView,
    handle: async (ctx, { id }) => presentGroup(await groups.get(ctx, id)),
  }),

  group_update: adminEndpoint({
    summary: 'Change a staff group. Super administrators only; the permissions that are sent replace all of before.',
    permission: 'access',
    input: Type.Object({
      id: GroupId,
      name: Type.Optional(Line),
      parent_id: Type.Optional(OrNull(Id)),
      permissions: Type.Optional(Anything({ description: 'Module → key → truth value.' })),
    }),
    output: Done,
    handle: (ctx, { id, name, parent_id: parentId, permissions }) => {
      const granted = permissions === undefined ? undefined : () => readPermissions(permissions);
      return done(groups.update(ctx, id, { name, parentId, permissions: granted }));
    },
  }),

  group_delete: adminEndpoint({
    summary: 'Remove an empty staff group. Super administrators only.',
    permission: 'access',
    input: Type.Object({ id: GroupId }),
    output: Done,
    handle: (ctx, { id }) => done(groups.remove(ctx, id)),
  }),

  group_member_add: adminEndpoint({
    summary: 'Put a staff member into a group.',
    permission: 'manage_groups',
    input: Membership,
    output: Done,
    handle: (ctx, { admin_id: accountId, group_id: groupId }) => done(groups.addMember(ctx, accountId, groupId)),
  }),

  group_member_remove: adminEndpoint({
    summary: 'Take a staff member out of a group.',
    permission: 'manage_groups',
    input: Membership,
    output: Done,
    handle: (ctx, { admin_id: accountId, group_id: groupId }) => done(groups.removeMember(ctx, accountId, groupId)),
  }),

  group_member_get_list: adminEndpoint({
    summary: 'Staff members of a group.',
    permission: 'manage_groups',
    input: Type.Object({ group_id: GroupId }),
    output: Type.Array(StaffView),
    handle: async (ctx, { group_id: groupId }) => (await groups.listMembers(ctx, groupId)).map(presentStaff),
  }),

  admin_group_get_list: adminEndpoint({
    summary: 'Groups of a staff member.',
    permission: 'manage_groups',
    input: Type.Object({ admin_id: AccountId }),
    output: Type.Array(GroupView),
    handle: async (ctx, { admin_id: accountId }) => (await groups.listOf(ctx, accountId)).map(presentGroup),
  }),
});
