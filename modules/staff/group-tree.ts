import type { Permissions } from './rights.ts';

export interface Group {
  readonly id: number;
  readonly name: string;
  readonly systemName: string | undefined;
  readonly parentId: number | undefined;
  readonly permissions: Permissions;
  readonly isProtected: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A group with its place among all groups. */
export interface PlacedGroup extends Group {
  readonly parentName: string | undefined;
  /** `Parent / Child`. */
  readonly path: string;
  readonly depth: number;
}

export interface GroupTree {
  /** Parents before their children, siblings by id. */
  readonly all: readonly PlacedGroup[];
  find(id: number): PlacedGroup | undefined;
  /** Whether `id` is somewhere below `ancestor`; no group is below itself. */
  isBelow(id: number, ancestor: number): boolean;
  hasChildren(id: number): boolean;
}

/** A group whose parent is gone, or whose parents run in a circle, stands at the top: nobody is below it by mistake. */
export function growTree(groups: readonly Group[]): GroupTree {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const ancestors = new Map(groups.map((group) => [group.id, ancestorsOf(group, byId)]));
  const children = groupByParent(groups, ancestors);
  const all: PlacedGroup[] = [];
  const visit = (parent: number | undefined): void => {
    for (const group of (children.get(parent) ?? []).toSorted((a, b) => a.id - b.id)) {
      all.push(place(group, ancestors.get(group.id) ?? []));
      visit(group.id);
    }
  };
  visit(undefined);
  const placed = new Map(all.map((group) => [group.id, group]));
  return {
    all,
    find: (id) => placed.get(id),
    isBelow: (id, ancestor) => ancestors.get(id)?.some((group) => group.id === ancestor) ?? false,
    hasChildren: (id) => groups.some(({ parentId }) => parentId === id),
  };
}

/** The parent first, the top last; empty when the way up does not end. */
function ancestorsOf(group: Group, byId: ReadonlyMap<number, Group>): readonly Group[] {
  const way: Group[] = [];
  for (let at = parentOf(group, byId); at !== undefined; at = parentOf(at, byId)) {
    if (at.id === group.id || way.includes(at)) return [];
    way.push(at);
  }
  return way;
}

const parentOf = ({ parentId }: Group, byId: ReadonlyMap<number, Group>): Group | undefined =>
  parentId === undefined ? undefined : byId.get(parentId);

function groupByParent(
  groups: readonly Group[],
  ancestors: ReadonlyMap<number, readonly Group[]>,
): ReadonlyMap<number | undefined, readonly Group[]> {
  const children = new Map<number | undefined, Group[]>();
  for (const group of groups) {
    const parent = ancestors.get(group.id)?.[0]?.id;
    children.set(parent, [...(children.get(parent) ?? []), group]);
  }
  return children;
}

const place = (group: Group, ancestors: readonly Group[]): PlacedGroup => ({
  ...group,
  parentName: ancestors[0]?.name,
  path: [...ancestors.toReversed(), group].map(({ name }) => name).join(' / '),
  depth: ancestors.length,
});
