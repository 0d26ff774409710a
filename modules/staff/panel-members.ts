import { Type } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, Id, listed, MapOf, Paging, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { StaffGroups } from './groups.ts';
import { presentStaff } from './schema.ts';
import type { StaffAdministration } from './service.ts';

const PATH = '/admin/staff';
const ONE = `${PATH}/manage/:id`;
const PER_PAGE = 50;
const Shown = MapOf(Anything());
const STATUSES = ['active', 'inactive'];

interface Parts {
  readonly staff: StaffAdministration;
  readonly groups: StaffGroups;
  readonly admin: ReturnType<typeof adminApi>;
}

/** Staff members, in the panel. Whom one may change is for the services to judge: a form that is refused says so. */
export function memberPages({ staff, groups, admin }: Parts): readonly Page[] {
  const list = adminEndpoint({
    summary: 'Staff members, with their groups.',
    permission: 'view',
    input: Type.Object({ page: Paging.page, search: Type.Optional(Text()), status: Type.Optional(Text()) }),
    output: Shown,
    handle: async (ctx, { page, search, status }) => {
      const filter = { ...(search && { search }), ...(status && { status }), withoutCron: true };
      return {
        ...listed(await staff.list(ctx, filter, { page, perPage: PER_PAGE }), ({ account, groups: of }) => ({
          id: account.id,
          name: account.name,
          email: account.email,
          groups: of.map(({ name }) => name).join(', '),
          status: account.status,
        })),
        statuses: STATUSES,
        ...mayOf(ctx),
      };
    },
  });
  const blank = adminEndpoint({
    summary: 'The form for a new staff member.',
    permission: 'create_and_edit_staff',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({ groups: await choices(ctx) }),
  });
  const one = adminEndpoint({
    summary: 'A staff member, as a form.',
    permission: 'view',
    input: Type.Object({ id: Id }),
    output: Shown,
    handle: async (ctx, { id }) => {
      const member = presentStaff(await staff.get(ctx, id));
      const theirs = new Set(member.groups.map((group) => group.id));
      return {
        ...member,
        has_two_factor: await staff.hasTwoFactor(ctx, id),
        is_own: ctx.actor.id === id,
        others: (await choices(ctx)).filter(([group]) => !theirs.has(Number(group))),
        ...mayOf(ctx),
      };
    },
  });

  const removeToken = adminEndpoint({
    summary: 'Take the API token of a staff member away.',
    permission: 'create_and_edit_staff',
    input: Type.Object({ id: Id }),
    output: Done,
    handle: (ctx, { id }) => done(staff.removeToken(ctx, id)),
  });

  const choices = async (ctx: Context): Promise<[string, string][]> =>
    (await groups.list(ctx)).map(({ id, path }) => [String(id), path]);

  const form = { role: 'admin', then: ONE } as const;
  return [
    { role: 'admin', route: 'GET /staff', endpoint: list, view: 'admin/members' },
    { role: 'admin', route: 'GET /staff/new', endpoint: blank, view: 'admin/new-member' },
    { ...form, route: 'POST /staff/new', endpoint: admin.create, then: PATH, says: 'staff.created' },
    { role: 'admin', route: 'GET /staff/manage/:id', endpoint: one, view: 'admin/member' },
    { ...form, route: 'POST /staff/manage/:id', endpoint: admin.update, says: 'staff.saved' },
    { ...form, route: 'POST /staff/manage/:id/password', endpoint: admin.change_password, says: 'staff.passwordSet' },
    {
      ...form,
      route: 'POST /staff/manage/:id/two-factor',
      endpoint: admin.two_factor_switch_off,
      says: 'staff.twoFactorIsOff',
    },
    { ...form, route: 'POST /staff/manage/:id/token', endpoint: removeToken, says: 'staff.tokenRemoved' },
    { ...form, route: 'POST /staff/manage/:id/delete', endpoint: admin.delete, then: PATH, says: 'staff.removed' },
    {
      ...form,
      route: 'POST /staff/manage/:admin_id/group',
      endpoint: admin.group_member_add,
      then: `${PATH}/manage/:admin_id`,
      says: 'staff.groupAdded',
    },
    {
      ...form,
      route: 'POST /staff/manage/:admin_id/group/:group_id/leave',
      endpoint: admin.group_member_remove,
      then: `${PATH}/manage/:admin_id`,
      says: 'staff.groupLeft',
    },
    {
      role: 'admin',
      route: 'GET /staff/logins',
      endpoint: admin.login_history_get_list,
      view: 'admin/logins',
    },
  ];
}

function mayOf({ actor: { rights } }: Context<AdminActor>) {
  return {
    may_edit: holds(rights, 'staff', 'create_and_edit_staff'),
    may_remove: holds(rights, 'staff', 'delete_staff'),
    may_set_password: holds(rights, 'staff', 'reset_staff_password'),
    may_group: holds(rights, 'staff', 'manage_groups'),
  };
}

export const memberMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.staff', href: PATH, order: 10, permission: 'view', group: 'system' },
  {
    role: 'admin',
    title: 'menu.groups',
    href: `${PATH}/groups`,
    order: 11,
    permission: 'manage_groups',
    group: 'system',
  },
  {
    role: 'admin',
    title: 'menu.logins',
    href: `${PATH}/logins`,
    order: 12,
    permission: 'manage_settings',
    group: 'system',
  },
];
