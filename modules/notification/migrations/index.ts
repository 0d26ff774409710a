import type { Migration } from '#core/db/migrate';
import { createNotification } from './001_create_notification.ts';

export const migrations: readonly Migration[] = [createNotification];
