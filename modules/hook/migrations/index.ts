import type { Migration } from '#core/db/migrate';
import { createHookListener } from './001_create_hook_listener.ts';

export const migrations: readonly Migration[] = [createHookListener];
