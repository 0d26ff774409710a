import type { Migration } from '#core/db/migrate';

/** Lists and jobs walk the orders of a status, and lists the masters, by id; suspended ones are walked by time. */
export const indexOrderLists: Migration = {
  name: '007_index_order_lists',
  async up(db) {
    await db.schema.alterTable('client_order', (table) => {
      table.index(['group_master', 'id']);
      table.index(['status', 'id']);
      table.index(['status', 'suspended_at']);
    });
    await db.schema.alterTable('client_order_meta', (table) => {
      table.index(['name', 'client_order_id']);
    });
  },

  async down(db) {
    await db.schema.alterTable('client_order_meta', (table) => {
      table.dropIndex(['name', 'client_order_id']);
    });
    await db.schema.alterTable('client_order', (table) => {
      table.dropIndex(['status', 'suspended_at']);
      table.dropIndex(['status', 'id']);
      table.dropIndex(['group_master', 'id']);
    });
  },
};
