import type { Migration } from '#core/db/migrate';

/** Reports count orders by the day they were made, and by title in a time. */
export const indexOrderCreatedAt: Migration = {
  name: '004_index_order_created_at',
  async up(db) {
    await db.schema.alterTable('client_order', (table) => {
      table.index(['created_at', 'title']);
    });
  },

  async down(db) {
    await db.schema.alterTable('client_order', (table) => {
      table.dropIndex(['created_at', 'title']);
    });
  },
};
