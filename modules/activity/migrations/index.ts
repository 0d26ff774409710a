import type { Migration } from '#core/db/migrate';
import { indexPriority } from './001_index_priority.ts';
import { indexAdmin } from './002_index_admin.ts';
import { indexClient } from './003_index_client.ts';
import { indexIp } from './004_index_ip.ts';
import { indexCreatedAt } from './005_index_created_at.ts';

/** The table is the core's, which only writes it; what reading needs is here. */
export const migrations: readonly Migration[] = [indexPriority, indexAdmin, indexClient, indexIp, indexCreatedAt];
