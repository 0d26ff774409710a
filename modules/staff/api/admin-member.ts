import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, Id, Int, listed, MapOf, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import { presentStaff, readStatus, StaffView } from '../schema.ts';
import type { StaffAdministration } from '../service.ts';

const Line = Text({ maxLength: 255 });
const Zone = Text({ maxLength: 64 });
const GivenId = Type.Object({ id: required('ID was not passed', Id) });

export const memberApi = (staff: StaffAdministration) => ({
  get_list: adminEndpoint({
    summary: 'List staff members; the account of scheduled work is left out unless `no_cron` is false.',
    permission: 'view',
    input: Type.Object({
      ...Paging,
      id: Type.Optional(Text()),
      search: Type.Optional(Text()),
      status: Type.Optional(Text()),
      no_cron: Flag(true),
    }),
    output: PageOf(StaffView),
    handle: async (ctx, { id, search, status, no_cron: withoutCron, ...paging }) => {
      const filter = {
        ...(id && { id: Number(id) || 0 }),
        ...(search && { search }),
        ...(status && { status }),
        withoutCron,
      };
      return listed(await staff.list(ctx, filter, pageRequest(paging)), presentStaff);
    },
  }),

  get_pairs: adminEndpoint({
    summary: 'Names of staff members by id.',
    permission: 'view',
    input: Type.Object({ search: Type.Optional(Text()), per_page: Int({ minimum: 1, maximum: 500, default: 30 }) }),
    output: MapOf(Type.String()),
    handle: async (ctx, { search, per_page: limit }) =>
      Object.fromEntries(await staff.listNames(ctx, search || undefined, limit)),
  }),

  get: adminEndpoint({
    summary: 'A staff member with all groups.',
    permission: 'view',
    input: GivenId,
    output: StaffView,
    handle: async (ctx, { id }) => presentStaff(await staff.get(ctx, id)),
  }),

  is_super_administrator: adminEndpoint({
    summary: 'Whether the caller may do everything.',
    permission: 'access',
    input: Type.Object({}),
    output: Type.Boolean(),
    handle: (ctx) => Promise.resolve(ctx.actor.rights === 'all'),
  }),

  create: adminEndpoint({
    summary: 'Create a staff member in a group.',
    permission: 'create_and_edit_staff',
    input: Type.Object({
      email: required('Email address was not passed', Line),
      password: required('Password was not passed', Text()),
      name: required('Name was not passed', Line),
      group_id: required('Group ID was not passed', Id),
      signature: Type.Optional(Line),
      timezone: Type.Optional(Zone),
      status: Text({ default: 'inactive' }),
    }),
    output: Type.Integer(),
    handle: (ctx, { email, password, name, group_id: groupId, signature, timezone, status }) =>
      staff.create(ctx, { email, password, name, groupId, signature, timezone, status: readStatus(status) }),
  }),

  update: adminEndpoint({
    summary: 'Change a staff member; one that is made inactive loses the API token and all sessions.',
    permission: 'create_and_edit_staff',
    input: Type.Object({
      ...GivenId.properties,
      email: Type.Optional(Line),
      name: Type.Optional(Line),
      status: Type.Optional(Text()),
      signature: Type.Optional(Line),
      timezone: Type.Optional(Zone),
    }),
    output: Done,
    handle: (ctx, { id, status, ...change }) =>
      done(staff.update(ctx, id, { ...change, status: status === undefined ? status : readStatus(status) })),
  }),

  delete: adminEndpoint({
    summary: 'Remove a staff member.',
    permission: 'delete_staff',
    input: GivenId,
    output: Done,
    handle: (ctx, { id }) => done(staff.remove(ctx, id)),
  }),

  change_password: adminEndpoint({
    summary: 'Set the password of a staff member and end all sessions of the account.',
    permission: 'reset_staff_password',
    input: Type.Object({
      ...GivenId.properties,
      password: required('Password required', Text()),
      password_confirm: required('Password confirmation required', Text()),
    }),
    output: Done,
    handle: (ctx, { id, password, password_confirm: confirmation }) =>
      done(staff.setPassword(ctx, id, password, confirmation)),
  }),

  two_factor_switch_off: adminEndpoint({
    summary: 'Switch off the two-factor login of a staff member who has lost the device and the recovery codes.',
    permission: 'reset_staff_password',
    input: GivenId,
    output: Done,
    handle: (ctx, { id }) => done(staff.switchOffTwoFactor(ctx, id)),
  }),
});
