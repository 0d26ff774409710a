import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createServiceCustom: Migration = {
  name: '001_create_service_custom',
  async up(db) {
    await db.schema.createTable('service_custom', (table) => {
      table.bigIncrements('id');
      table.bigInteger('order_id').unsigned().notNullable().unique();
      table.bigInteger('client_id').unsigned().notNullable().index();
      table.string('plugin', 255);
      json(table, 'config').notNullable();
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('service_custom');
  },
};
