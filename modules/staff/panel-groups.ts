import { Type } from '@sinclair/typebox';
import type { ModuleCatalog } from '#core/catalog';
import { adminEndpoint } from '#core/endpoint';
import { Anything, Id, isTruthy, MapOf } from '#core/schema';
import type { Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { StaffGroups } from './groups.ts';
import type { Permissions } from './rights.ts';
import { presentGroup, presentStaff } from './schema.ts';

const PATH = '/admin/staff/groups';
const Shown = MapOf(Anything());

interface Parts {
  readonly groups: StaffGroups;
  readonly catalog: ModuleCatalog;
  readonly admin: ReturnType<typeof adminApi>;
}

/** Staff groups and what they grant, in the panel. */
export function groupPages({ groups, catalog, admin }: Parts): readonly Page[] {
  const list = adminEndpoint({
    summary: 'Staff groups, each followed by those below it.',
    permission: 'manage_groups',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({
      groups: (await groups.list(ctx)).map(presentGroup),
      may_change: ctx.actor.rights === 'all',
    }),
  });
  const one = adminEndpoint({
    summary: 'A staff group: what it grants and who is in it.',
    permission: 'manage_groups',
    input: Type.Object({ id: Id }),
    output: Shown,
    handle: async (ctx, { id }) => {
      const group = await groups.get(ctx, id);
      return {
        ...presentGroup(group),
        parents: (await groups.list(ctx)).filter((other) => other.id !== id).map(({ id: at, path }) => [at, path]),
        modules: tree(group.permissions),
        members: (await groups.listMembers(ctx, id)).map(presentStaff),
        grants_all: group.systemName === 'super_admin',
        may_change: ctx.actor.rights === 'all' && !group.isProtected,
      };
    },
  });

  /** Every module and what can be granted in it; `access` comes first. */
  const tree = (granted: Permissions) =>
    catalog
      .list()
      .filter(({ module }) => catalog.isActive(module.name))
      .map(({ module: { name, title, permissions = {} } }) => ({
        name,
        title,
        keys: [['access', ''] as const, ...Object.entries(permissions)].map(([key, text]) => ({
          key,
          text,
          isGranted: isTruthy(granted[name]?.[key] ?? false),
        })),
      }))
      .toSorted((a, b) => (a.title < b.title ? -1 : 1));

  const form = { role: 'admin', then: `${PATH}/:id` } as const;
  return [
    { role: 'admin', route: 'GET /staff/groups', endpoint: list, view: 'admin/groups' },
    { ...form, route: 'POST /staff/groups', endpoint: admin.group_create, then: PATH, says: 'group.created' },
    { role: 'admin', route: 'GET /staff/groups/:id', endpoint: one, view: 'admin/group' },
    { ...form, route: 'POST /staff/groups/:id', endpoint: admin.group_update, says: 'group.saved' },
    {
      ...form,
      route: 'POST /staff/groups/:id/delete',
      endpoint: admin.group_delete,
      then: PATH,
      says: 'group.removed',
    },
  ];
}
