import type { Migration } from '#core/db/migrate';
import { createServiceApikey } from './001_create_service_apikey.ts';

export const migrations: readonly Migration[] = [createServiceApikey];
