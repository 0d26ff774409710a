import type { Migration } from '#core/db/migrate';

/** Reports count the active orders of each product. */
export const indexOrderProductStatus: Migration = {
  name: '005_index_order_product_status',
  async up(db) {
    await db.schema.alterTable('client_order', (table) => {
      table.index(['status', 'product_id']);
    });
  },

  async down(db) {
    await db.schema.alterTable('client_order', (table) => {
      table.dropIndex(['status', 'product_id']);
    });
  },
};
