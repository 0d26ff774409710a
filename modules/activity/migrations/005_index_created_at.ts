import type { Migration } from '#core/db/migrate';

/** For the days of a list, and for the end of what is kept. */
export const indexCreatedAt: Migration = {
  name: '005_index_created_at',
  up: (db) => db.schema.alterTable('activity_system', (table) => table.index(['created_at', 'priority'])),
  down: (db) => db.schema.alterTable('activity_system', (table) => table.dropIndex(['created_at', 'priority'])),
};
