import { Type, type Static } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { DateTime, MapOf, Or } from '#core/schema';
import type { StaffMember } from './contract.ts';
import type { PlacedGroup } from './group-tree.ts';
import type { Account } from './repository.ts';
import type { SignIn } from './sign-in-repository.ts';
import type { Permissions } from './rights.ts';
import type { Staff } from './service.ts';

/** The wire shapes of staff (platform spec C4 and C5). */

export const GroupView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  system_name: Or(Type.String()),
  parent_id: Or(Type.Integer()),
  parent_name: Or(Type.String()),
  path: Type.String({ description: 'Parent / Child' }),
  depth: Type.Integer(),
  permissions: MapOf(MapOf(Type.Unknown())),
  protected: Type.Boolean(),
  created_at: DateTime,
  updated_at: DateTime,
});

export const presentGroup = (group: PlacedGroup): Static<typeof GroupView> => ({
  id: group.id,
  name: group.name,
  system_name: group.systemName ?? null,
  parent_id: group.parentId ?? null,
  parent_name: group.parentName ?? null,
  path: group.path,
  depth: group.depth,
  permissions: group.permissions,
  protected: group.isProtected,
  created_at: group.createdAt,
  updated_at: group.updatedAt,
});

export const StaffView = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  name: Type.String(),
  system_name: Or(Type.String()),
  status: Type.String(),
  signature: Or(Type.String()),
  timezone: Or(Type.String()),
  created_at: DateTime,
  updated_at: DateTime,
  groups: Type.Array(GroupView),
});

export const presentStaff = ({ account, groups }: Staff): Static<typeof StaffView> => ({
  id: account.id,
  email: account.email,
  name: account.name,
  system_name: account.systemName ?? null,
  status: account.status,
  signature: account.signature ?? null,
  timezone: account.timezone ?? null,
  created_at: account.createdAt,
  updated_at: account.updatedAt,
  groups: groups.map(presentGroup),
});

const Person = Type.Object({ id: Type.Integer(), email: Type.String(), name: Type.String() });

export const SignedInView = Person;
export const presentSignedIn = ({ id, email, name }: Account): Static<typeof Person> => ({ id, email, name });

export const SignInView = Type.Object({
  id: Type.Integer(),
  ip: Or(Type.String()),
  created_at: DateTime,
  staff: Type.Optional(Person),
});

export const presentSignIn = ({ id, ip, at, by }: SignIn): Static<typeof SignInView> => ({
  id,
  ip: ip ?? null,
  created_at: at,
  ...(by !== undefined && { staff: by }),
});

export const readStatus = (sent: string): StaffMember['status'] => (sent === 'inactive' ? 'inactive' : 'active');

/** Of the panel's form, to tell that nothing is ticked from that nothing was sent. */
const MARKER = '_submitted';

/** Module → key → truth value, kept as it was sent; what is not shaped like that grants nothing and is dropped. */
export function readPermissions(sent: unknown): Permissions {
  if (typeof sent !== 'object' || sent === null)
    throw invalidInput('staff.permissions', 'Parameter "permissions" must be an array');
  const modules = Object.entries(sent).flatMap(([module, keys]): [string, Record<string, unknown>][] =>
    module === MARKER || typeof keys !== 'object' || keys === null
      ? []
      : [[module, Object.fromEntries(Object.entries(keys as object).filter(([, value]) => typeof value !== 'object'))]],
  );
  return Object.fromEntries(modules.filter(([, keys]) => Object.keys(keys).length > 0));
}
