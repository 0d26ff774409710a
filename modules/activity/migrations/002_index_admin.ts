import type { Migration } from '#core/db/migrate';

/** In the order of a page and with all that finding it takes: the lines themselves are read only to be shown. */
export const indexAdmin: Migration = {
  name: '002_index_admin',
  up: (db) => db.schema.alterTable('activity_system', (table) => table.index(['admin_id', 'id', 'priority'])),
  down: (db) => db.schema.alterTable('activity_system', (table) => table.dropIndex(['admin_id', 'id', 'priority'])),
};
