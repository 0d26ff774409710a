import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createClientOrderMeta: Migration = {
  name: '002_create_client_order_meta',
  async up(db) {
    await db.schema.createTable('client_order_meta', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_order_id').unsigned().notNullable();
      table.string('name', 191).notNullable();
      table.text('value');
      timestamps(table);
      table.unique(['client_order_id', 'name']);
    });
  },

  async down(db) {
    await db.schema.dropTable('client_order_meta');
  },
};
