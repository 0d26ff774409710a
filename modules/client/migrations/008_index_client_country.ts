import type { Migration } from '#core/db/migrate';

/** Reports count clients by country. */
export const indexClientCountry: Migration = {
  name: '008_index_client_country',
  async up(db) {
    await db.schema.alterTable('client', (table) => {
      table.index(['country']);
    });
  },

  async down(db) {
    await db.schema.alterTable('client', (table) => {
      table.dropIndex(['country']);
    });
  },
};
