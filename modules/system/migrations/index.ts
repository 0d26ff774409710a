import type { Migration } from '#core/db/migrate';
import { seedSettings } from './001_seed_settings.ts';

export const migrations: readonly Migration[] = [seedSettings];
