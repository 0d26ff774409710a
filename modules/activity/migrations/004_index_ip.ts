import type { Migration } from '#core/db/migrate';

/** See 002_index_admin. */
export const indexIp: Migration = {
  name: '004_index_ip',
  up: (db) => db.schema.alterTable('activity_system', (table) => table.index(['ip', 'id', 'priority'])),
  down: (db) => db.schema.alterTable('activity_system', (table) => table.dropIndex(['ip', 'id', 'priority'])),
};
