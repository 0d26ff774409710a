import type { Migration } from '#core/db/migrate';
import { createServiceDownloadable } from './001_create_service_downloadable.ts';
import { createServiceDownloadableFile } from './002_create_service_downloadable_file.ts';
import { createServiceDownloadableStored } from './003_create_service_downloadable_stored.ts';

export const migrations: readonly Migration[] = [
  createServiceDownloadable,
  createServiceDownloadableFile,
  createServiceDownloadableStored,
];
