import type { Migration } from '#core/db/migrate';

/** The log is narrowed by how grave a line is in nearly every call. */
export const indexPriority: Migration = {
  name: '001_index_priority',
  up: (db) => db.schema.alterTable('activity_system', (table) => table.index(['priority', 'id'])),
  down: (db) => db.schema.alterTable('activity_system', (table) => table.dropIndex(['priority', 'id'])),
};
