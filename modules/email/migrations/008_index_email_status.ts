import type { Migration } from '#core/db/migrate';

/** Staff are shown what failed, however much waits. */
export const indexEmailStatus: Migration = {
  name: '008_index_email_status',
  up: (db) => db.schema.alterTable('email_queue', (table) => table.index(['status', 'id'])),
  down: (db) => db.schema.alterTable('email_queue', (table) => table.dropIndex(['status', 'id'])),
};
