import { Type } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint } from '#core/endpoint';
import { ROWS, sortable } from '#core/listing';
import { Anything, Id, listed, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { Account } from './account.ts';
import type { Groups } from './group-service.ts';
import { clientPath } from './overview.ts';
import { fullName } from './repository.ts';
import type { ReadRules } from './rules.ts';
import * as wire from './schema.ts';
import type { Clients } from './service.ts';

interface Needs {
  readonly clients: Clients;
  readonly groups: Groups;
  readonly readRules: ReadRules;
  readonly admin: ReturnType<typeof adminApi>;
}

const Shown = MapOf(Anything());
const STATUSES = ['active', 'suspended', 'canceled'] as const;

/** Clients as staff find, make and change them. */
export function staffPages({ clients, groups, readRules, admin }: Needs): readonly Page[] {
  const choices = async (ctx: Context) => ({
    groups: Object.entries(await groups.titles(ctx)),
    statuses: STATUSES,
    custom: (await readRules(ctx)).customFields.filter(({ isActive }) => isActive),
  });

  const list = adminEndpoint({
    summary: 'Clients, newest first.',
    permission: 'view',
    input: sortable(wire.ListInput),
    output: Shown,
    async handle(ctx, input) {
      const request = { page: input.page, perPage: ROWS, sort: input.sort };
      const page = await clients.list(ctx, wire.toFilter(input), request);
      return { ...listed(page, rowOf), ...(await choices(ctx)), may: rightsOf(ctx.actor) };
    },
  });

  const blank = adminEndpoint({
    summary: 'The form for a new client.',
    permission: 'create',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({ ...(await choices(ctx)), client: {} }),
  });

  const edit = adminEndpoint({
    summary: 'The form to change a client.',
    permission: 'edit_profile',
    input: Type.Object({ id: Id }),
    output: Shown,
    handle: async (ctx, { id }) => ({
      ...(await choices(ctx)),
      client: wire.presentForStaff(await clients.lookUp(ctx, { id })),
      name: nameOf(await clients.lookUp(ctx, { id })),
    }),
  });

  const groupList = adminEndpoint({
    summary: 'The groups of clients.',
    permission: 'manage_groups',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({ groups: Object.entries(await groups.titles(ctx)) }),
  });

  const groupsAt = '/admin/client/groups';
  return [
    { role: 'admin', route: 'GET /client', endpoint: list, view: 'admin/list' },
    { role: 'admin', route: 'GET /client/csv', endpoint: admin.export_csv },
    { role: 'admin', route: 'GET /client/new', endpoint: blank, view: 'admin/new' },
    { role: 'admin', route: 'POST /client/new', endpoint: admin.create, leavesFor: pageOfId, says: 'clients.made' },
    { role: 'admin', route: 'GET /client/manage/:id/edit', endpoint: edit, view: 'admin/edit' },
    { role: 'admin', route: 'POST /client/manage/:id/edit', endpoint: admin.update, then: clientAt, says: 'clients.saved' },
    { role: 'admin', route: 'GET /client/groups', endpoint: groupList, view: 'admin/groups' },
    { role: 'admin', route: 'POST /client/groups', endpoint: admin.group_create, then: groupsAt, says: 'groups.made' },
    { role: 'admin', route: 'POST /client/groups/:id', endpoint: admin.group_update, then: groupsAt, says: 'groups.saved' },
    { role: 'admin', route: 'POST /client/groups/:id/delete', endpoint: admin.group_delete, then: groupsAt, says: 'groups.removed' },
  ]; // prettier-ignore
}

export const staffMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.clients', href: '/admin/client', order: 100, permission: 'view', group: 'clients' },
  { role: 'admin', title: 'menu.groups', href: '/admin/client/groups', order: 190, permission: 'manage_groups', group: 'clients' },
]; // prettier-ignore

/** The page of one client, as the routes have it. */
export const clientAt = '/admin/client/manage/:id';

const pageOfId = (id: unknown): string => clientPath(Number(id));

export const nameOf = ({ client: { firstName, lastName, email, id } }: Account): string =>
  fullName(firstName, lastName) || email || `#${id}`;

const rowOf = (account: Account) => ({ ...wire.presentForStaff(account), name: nameOf(account) });

/** What is not allowed is not offered. */
export const rightsOf = ({ rights }: AdminActor): Record<string, boolean> =>
  Object.fromEntries(
    [
      'create', 'edit_profile', 'impersonate_login', 'change_password', 'manage_balance', 'view_login_history', 'delete',
      'export',
    ].map((key) => [key, holds(rights, 'client', key)]),
  ); // prettier-ignore
