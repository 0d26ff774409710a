import type { Migration } from '#core/db/migrate';

/** Masters are counted by status. */
export const indexOrderMasterStatus: Migration = {
  name: '006_index_order_master_status',
  async up(db) {
    await db.schema.alterTable('client_order', (table) => {
      table.index(['group_master', 'status']);
    });
  },

  async down(db) {
    await db.schema.alterTable('client_order', (table) => {
      table.dropIndex(['group_master', 'status']);
    });
  },
};
