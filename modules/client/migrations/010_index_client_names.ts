import type { Migration } from '#core/db/migrate';

const COLUMNS = ['first_name', 'last_name', 'company'] as const;

/** Staff look for clients by the beginning of a name. */
export const indexClientNames: Migration = {
  name: '010_index_client_names',
  async up(db) {
    await db.schema.alterTable('client', (table) => {
      for (const column of COLUMNS) table.index([column]);
    });
  },

  async down(db) {
    await db.schema.alterTable('client', (table) => {
      for (const column of COLUMNS) table.dropIndex([column]);
    });
  },
};
