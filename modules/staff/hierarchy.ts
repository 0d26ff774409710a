import type { Actor } from '#core/actor';
import type { Tx } from '#core/context';
import { conflict, forbidden } from '#core/error';
import type { Account } from './repository.ts';
import * as groups from './group-repository.ts';
import type { GroupTree } from './group-tree.ts';
import { SUPER_ADMIN } from './rights.ts';

/** Who may manage whom (spec C4). Jobs, the command line and super administrators may manage everybody. */
export const isUnbound = (actor: Actor): boolean =>
  actor.kind === 'system' || (actor.kind === 'admin' && actor.rights === 'all');

/** Only accounts all of whose groups are below the caller's; never the caller's own, and none that is in no group. */
export async function checkManagesAccount({ db, actor }: Tx, { id }: Account, tree: GroupTree): Promise<void> {
  if (isUnbound(actor)) return;
  const own = actor.kind === 'admin' ? actor.id : 0;
  if (id === own) throw conflict('staff.own_account', 'You cannot manage your own staff account here');
  const of = await groups.listGroupIds(db, [own, id]);
  const [mine, theirs] = [of.get(own) ?? [], of.get(id) ?? []];
  if (theirs.length === 0 || !theirs.every((group) => isLower(group, mine, tree)))
    throw conflict('staff.not_lower', 'You can only manage staff accounts in lower groups');
}

export async function checkManagesGroup({ db, actor }: Tx, groupId: number, tree: GroupTree): Promise<void> {
  if (isUnbound(actor)) return;
  const own = actor.kind === 'admin' ? actor.id : 0;
  const mine = (await groups.listGroupIds(db, [own])).get(own) ?? [];
  if (!isLower(groupId, mine, tree)) throw conflict('staff.group_not_lower', 'You can only manage lower staff groups');
}

export function checkIsUnbound({ actor }: Tx): void {
  if (!isUnbound(actor)) throw forbidden('staff.not_super', 'Only super administrators can manage staff groups');
}

/** Throws when nobody but this account could manage everything. Call it before an account loses that. */
export async function keepOneAdministrator({ db, now }: Tx, { id, status, systemName }: Account): Promise<void> {
  const isAdministrator =
    status === 'active' &&
    systemName === undefined &&
    (await groups.listGrants(db, id)).some((grant) => grant.systemName === SUPER_ADMIN);
  if (!isAdministrator) return;
  await groups.holdSuperAdministrators(db, now);
  if ((await groups.countSuperAdministrators(db, id)) === 0)
    throw conflict('staff.last_super', 'Cannot remove the last active super administrator');
}

const isLower = (group: number, mine: readonly number[], tree: GroupTree): boolean =>
  mine.some((own) => tree.isBelow(group, own));
