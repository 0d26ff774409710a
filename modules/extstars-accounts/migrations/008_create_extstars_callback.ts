import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createExtstarsCallback: Migration = {
  name: '008_create_extstars_callback',
  async up(db) {
    await db.schema.createTable('extstars_callback', (table) => {
      table.increments('id');
      table.integer('app_id').unsigned().notNullable().index();
      table.integer('extstars_order_id').unsigned().notNullable().unique();
      table.integer('attempts').unsigned().notNullable();
      datetime(table, 'next_at');
      datetime(table, 'delivered_at');
      datetime(table, 'failed_at');
      table.string('last_error', 255);
      timestamps(table);
    });
  },
  async down(db) {
    await db.schema.dropTable('extstars_callback');
  },
};
