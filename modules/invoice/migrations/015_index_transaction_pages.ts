import type { Migration } from '#core/db/migrate';

/** For pages of what was not deleted, and to count what was. */
export const indexTransactionPages: Migration = {
  name: '015_index_transaction_pages',
  async up(db) {
    await db.schema.alterTable('transaction', (table) => {
      table.index(['deleted_at', 'id']);
    });
  },

  async down(db) {
    await db.schema.alterTable('transaction', (table) => {
      table.dropIndex(['deleted_at', 'id']);
    });
  },
};
