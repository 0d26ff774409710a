import type { Migration } from '#core/db/migrate';
import { createServiceLicense } from './001_create_service_license.ts';

export const migrations: readonly Migration[] = [createServiceLicense];
