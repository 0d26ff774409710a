import type { Knex } from 'knex';
import { toBoolean, toDate, toObject, type StoredDate } from '#core/db/columns';
import { growTree, type Group, type GroupTree } from './group-tree.ts';
import { SUPER_ADMIN, type Grant, type Permissions } from './rights.ts';

interface Row {
  id: number;
  name: string;
  system_name: string | null;
  parent_id: number | null;
  permissions: string | null;
  protected: boolean | number;
  created_at: StoredDate;
  updated_at: StoredDate;
}

interface MemberRow {
  admin_id: number;
  admin_group_id: number;
  created_at: StoredDate;
}

const table = (db: Knex) => db<Row>('admin_group');
const members = (db: Knex) => db<MemberRow>('admin_group_member');

/** All groups: there are few, and what a group is depends on those above it. */
export const readTree = async (db: Knex): Promise<GroupTree> => growTree((await table(db).orderBy('id')).map(toGroup));

/** Held until the transaction ends, so that no member joins a group that goes, and no two moves make a circle. */
export async function holdTree(db: Knex.Transaction): Promise<void> {
  await table(db).where({ system_name: SUPER_ADMIN }).forUpdate().first('id');
}

/**
 * Held until the transaction ends: whoever takes an active super administrator away comes here one at a time. Row locks
 * do not cross the nodes of a cluster, but two writes to one row do collide there.
 */
export async function holdSuperAdministrators(db: Knex.Transaction, now: Date): Promise<void> {
  await table(db).where({ system_name: SUPER_ADMIN }).forUpdate().first('id');
  await table(db).where({ system_name: SUPER_ADMIN }).update({ updated_at: now });
}

/** How many active people but `except` may do everything. */
export async function countSuperAdministrators(db: Knex, except = 0): Promise<number> {
  const [counted] = (await db('admin_group_member as member')
    .join('admin_group', 'admin_group.id', 'member.admin_group_id')
    .join('admin', 'admin.id', 'member.admin_id')
    .where({ 'admin_group.system_name': SUPER_ADMIN, 'admin.status': 'active' })
    .whereNull('admin.system_name')
    .whereNot('admin.id', except)
    .count({ total: '*' })) as { total: number | string }[];
  return Number(counted?.total ?? 0);
}

/** What the groups of an account grant. */
export async function listGrants(db: Knex, accountId: number): Promise<Grant[]> {
  const rows = (await members(db)
    .join('admin_group', 'admin_group.id', 'admin_group_member.admin_group_id')
    .where('admin_group_member.admin_id', accountId)
    .select('admin_group.system_name', 'admin_group.permissions')) as Pick<Row, 'system_name' | 'permissions'>[];
  return rows.map((row) => ({ systemName: row.system_name ?? undefined, permissions: toPermissions(row) }));
}

/** Ids of the groups of several accounts in one query, by account. */
export async function listGroupIds(db: Knex, accountIds: readonly number[]): Promise<ReadonlyMap<number, number[]>> {
  const rows = await members(db)
    .whereIn('admin_id', [...accountIds])
    .select('admin_id', 'admin_group_id');
  const byAccount = new Map<number, number[]>(accountIds.map((id) => [id, []]));
  for (const row of rows) byAccount.get(row.admin_id)?.push(row.admin_group_id);
  return byAccount;
}

export const listMemberIds = async (db: Knex, groupId: number): Promise<number[]> =>
  (await members(db).where({ admin_group_id: groupId }).select('admin_id')).map((row) => row.admin_id);

export const hasMembers = async (db: Knex, groupId: number): Promise<boolean> =>
  (await members(db).where({ admin_group_id: groupId }).first('admin_id')) !== undefined;

/** Being a member already is no mistake. */
export async function insertMember(db: Knex.Transaction, accountId: number, groupId: number, now: Date): Promise<void> {
  await members(db)
    .insert({ admin_id: accountId, admin_group_id: groupId, created_at: now })
    .onConflict(['admin_id', 'admin_group_id'])
    .ignore();
}

export async function removeMember(db: Knex.Transaction, accountId: number, groupId: number): Promise<void> {
  await members(db).where({ admin_id: accountId, admin_group_id: groupId }).del();
}

export async function insert(
  db: Knex.Transaction,
  group: { name: string; parentId: number },
  now: Date,
): Promise<number> {
  const [id = 0] = await table(db).insert({
    name: group.name,
    parent_id: group.parentId,
    protected: false,
    created_at: now,
    updated_at: now,
  });
  return id;
}

export interface Change {
  readonly name?: string | undefined;
  readonly parentId?: number | undefined;
  readonly permissions?: Permissions | undefined;
}

export async function change(db: Knex.Transaction, id: number, to: Change, now: Date): Promise<void> {
  await table(db)
    .where({ id })
    .update({
      ...(to.name !== undefined && { name: to.name }),
      ...(to.parentId !== undefined && { parent_id: to.parentId }),
      ...(to.permissions !== undefined && {
        permissions: Object.keys(to.permissions).length === 0 ? null : JSON.stringify(to.permissions),
      }),
      updated_at: now,
    });
}

export const remove = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await table(db).where({ id }).del());

// What is stored went through `readPermissions`.
const toPermissions = ({ permissions }: Pick<Row, 'permissions'>): Permissions => toObject(permissions) as Permissions;

const toGroup = (row: Row): Group => ({
  id: row.id,
  name: row.name,
  systemName: row.system_name ?? undefined,
  parentId: row.parent_id ?? undefined,
  permissions: toPermissions(row),
  isProtected: toBoolean(row.protected),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
