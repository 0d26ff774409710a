import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';

const PATH = '/admin/activity';

/** What people did, in the panel. */
export const activityPages = (admin: ReturnType<typeof adminApi>): readonly Page[] => [
  { role: 'admin', route: 'GET /activity', endpoint: admin.log_get_list, view: 'admin/log' },
];

export const activityMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.activity', href: PATH, order: 30, permission: 'view', group: 'system' },
];
