import type { Migration } from '#core/db/migrate';
import { createServiceCustom } from './001_create_service_custom.ts';

export const migrations: readonly Migration[] = [createServiceCustom];
