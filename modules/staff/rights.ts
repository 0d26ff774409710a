import type { Rights } from '#core/actor';
import { isTruthy } from '#core/schema';

/** What a group grants: module → key → truth value, kept as it was sent. */
export type Permissions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export const SUPER_ADMIN = 'super_admin';

export interface Grant {
  readonly systemName: string | undefined;
  readonly permissions: Permissions;
}

/** The OR over all groups of an account; whoever is in the group of super administrators may do everything. */
export function mergeRights(groups: readonly Grant[]): Rights {
  if (groups.some(({ systemName }) => systemName === SUPER_ADMIN)) return 'all';
  const modules = new Map<string, Map<string, boolean>>();
  for (const { permissions } of groups) {
    for (const [module, keys] of Object.entries(permissions)) {
      const merged = modules.get(module) ?? new Map<string, boolean>();
      modules.set(module, merged);
      for (const [key, value] of Object.entries(keys)) merged.set(key, merged.get(key) === true || isTruthy(value));
    }
  }
  return Object.fromEntries([...modules].map(([module, keys]) => [module, Object.fromEntries(keys)]));
}
