import type { Migration } from '#core/db/migrate';

/** See 002_index_admin. */
export const indexClient: Migration = {
  name: '003_index_client',
  up: (db) => db.schema.alterTable('activity_system', (table) => table.index(['client_id', 'id', 'priority'])),
  down: (db) => db.schema.alterTable('activity_system', (table) => table.dropIndex(['client_id', 'id', 'priority'])),
};
