import type { Migration } from '#core/db/migrate';
import { createAdmin } from './001_create_admin.ts';
import { createAdminGroup } from './002_create_admin_group.ts';
import { createAdminGroupMember } from './003_create_admin_group_member.ts';
import { createAdminPasswordReset } from './004_create_admin_password_reset.ts';
import { createActivityAdminHistory } from './005_create_activity_admin_history.ts';
import { seedAdminGroup } from './006_seed_admin_group.ts';

export const migrations: readonly Migration[] = [
  createAdmin,
  createAdminGroup,
  createAdminGroupMember,
  createAdminPasswordReset,
  createActivityAdminHistory,
  seedAdminGroup,
];
