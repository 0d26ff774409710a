import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createClientOrderStatus: Migration = {
  name: '003_create_client_order_status',
  async up(db) {
    await db.schema.createTable('client_order_status', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_order_id').unsigned().notNullable();
      table.string('status', 20).notNullable();
      table.text('notes');
      timestamps(table);
      table.index(['client_order_id', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('client_order_status');
  },
};
