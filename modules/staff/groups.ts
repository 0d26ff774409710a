import { atomic, type Context, type Tx } from '#core/context';
import { conflict, notFound } from '#core/error';
import { staffGroupBeingRemoved } from './contract.ts';
import * as groups from './group-repository.ts';
import type { GroupTree, PlacedGroup } from './group-tree.ts';
import { checkIsUnbound, checkManagesAccount, checkManagesGroup, keepOneAdministrator } from './hierarchy.ts';
import * as accounts from './repository.ts';
import { SUPER_ADMIN, type Permissions } from './rights.ts';
import { existing, getToChange, noGroup, withGroups, type Staff } from './service.ts';

export interface GroupChange {
  readonly name: string | undefined;
  /** `null` asks for no parent, which no group but the first may have. */
  readonly parentId: number | null | undefined;
  /** Reads what was sent; it refuses what is not a map, once it is clear that the group may be changed. */
  readonly permissions: (() => Permissions) | undefined;
}

/** Staff groups: who is in which, and what they grant. */
export interface StaffGroups {
  list(ctx: Context, search?: string): Promise<readonly PlacedGroup[]>;
  get(ctx: Context, id: number): Promise<PlacedGroup>;
  create(ctx: Context, name: string, parentId: number | undefined): Promise<number>;
  update(ctx: Context, id: number, change: GroupChange): Promise<void>;
  remove(ctx: Context, id: number): Promise<void>;
  addMember(ctx: Context, accountId: number, groupId: number): Promise<void>;
  removeMember(ctx: Context, accountId: number, groupId: number): Promise<void>;
  listMembers(ctx: Context, groupId: number): Promise<readonly Staff[]>;
  listOf(ctx: Context, accountId: number): Promise<readonly PlacedGroup[]>;
}

export function createStaffGroups(): StaffGroups {
  return {
    async list(ctx, search = '') {
      const { all } = await groups.readTree(ctx.db);
      return all.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));
    },

    get: async (ctx, id) => known(await groups.readTree(ctx.db), id),

    create: (ctx, name, parentId) =>
      atomic(ctx, async (tx) => {
        checkIsUnbound(tx);
        const tree = await holdTree(tx);
        const top = tree.all.find(({ systemName }) => systemName === SUPER_ADMIN);
        const parent = known(tree, parentId ?? top?.id ?? 0);
        const id = await groups.insert(tx.db, { name, parentId: parent.id }, tx.now);
        await tx.record(`Created new staff group ${id}`);
        return id;
      }),

    update: (ctx, id, { name, parentId, permissions }) =>
      atomic(ctx, async (tx) => {
        checkIsUnbound(tx);
        const tree = await holdTree(tx);
        if (known(tree, id).isProtected)
          throw conflict('staff.protected_group', 'Protected staff groups cannot be modified');
        if (parentId !== undefined) checkParent(tree, id, parentId);
        await groups.change(tx.db, id, { name, parentId: parentId ?? undefined, permissions: permissions?.() }, tx.now);
        await tx.record(`Updated staff group ${id}`);
      }),

    remove: (ctx, id) =>
      atomic(ctx, async (tx) => {
        checkIsUnbound(tx);
        const tree = await holdTree(tx);
        if (known(tree, id).isProtected)
          throw conflict('staff.protected_group', 'Protected staff groups cannot be removed');
        if (await groups.hasMembers(tx.db, id))
          throw conflict('staff.group_in_use', 'Cannot remove group which has staff members');
        await tx.ask(staffGroupBeingRemoved, { groupId: id });
        if (tree.hasChildren(id)) throw conflict('staff.group_in_use', 'Cannot remove group which has child groups');
        await groups.remove(tx.db, id);
        await tx.record(`Deleted staff group ${id}`);
      }),

    addMember: (ctx, accountId, groupId) =>
      atomic(ctx, async (tx) => {
        await checkMembership(tx, accountId, groupId);
        await groups.insertMember(tx.db, accountId, groupId, tx.now);
        await tx.record(`Added staff member ${accountId} to group ${groupId}`);
      }),

    removeMember: (ctx, accountId, groupId) =>
      atomic(ctx, async (tx) => {
        const { account, group } = await checkMembership(tx, accountId, groupId);
        if (group.systemName === SUPER_ADMIN) await keepOneAdministrator(tx, account);
        await groups.removeMember(tx.db, accountId, groupId);
        await tx.record(`Removed staff member ${accountId} from group ${groupId}`);
      }),

    async listMembers(ctx, groupId) {
      known(await groups.readTree(ctx.db), groupId);
      const members = await accounts.findAll(ctx.db, await groups.listMemberIds(ctx.db, groupId));
      return withGroups(
        ctx,
        members.filter(({ systemName }) => systemName === undefined),
      );
    },

    async listOf(ctx, accountId) {
      const [found] = await withGroups(ctx, [existing(await accounts.find(ctx.db, accountId))]);
      return found?.groups ?? [];
    },
  };
}

async function holdTree(tx: Tx): Promise<GroupTree> {
  await groups.holdTree(tx.db);
  return groups.readTree(tx.db);
}

async function checkMembership(tx: Tx, accountId: number, groupId: number) {
  const account = await getToChange(tx, accountId);
  const tree = await holdTree(tx);
  const group = known(tree, groupId);
  await checkManagesAccount(tx, account, tree);
  await checkManagesGroup(tx, groupId, tree);
  return { account, group };
}

function checkParent(tree: GroupTree, id: number, parentId: number | null): void {
  if (parentId === null || parentId === 0) throw conflict('staff.no_parent', 'Staff groups must have a parent group');
  if (tree.find(parentId) === undefined) throw notFound('staff.unknown_parent', 'Parent group not found');
  if (parentId === id) throw conflict('staff.own_parent', 'A group cannot be its own parent');
  if (tree.isBelow(parentId, id)) throw conflict('staff.circle', 'A group cannot use one of its subgroups as parent');
}

function known(tree: GroupTree, id: number): PlacedGroup {
  const group = tree.find(id);
  if (group === undefined) throw noGroup();
  return group;
}

export const examineGroups = async ({ db }: Context): Promise<readonly string[]> =>
  (await groups.countSuperAdministrators(db)) > 0 ? [] : ['No active staff member is a super administrator.'];
