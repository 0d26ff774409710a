import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createExtstarsApp: Migration = {
  name: '001_create_extstars_app',
  async up(db) {
    await db.schema.createTable('extstars_app', (table) => {
      table.bigIncrements('id');
      /** The number that is compiled into the software: chosen by staff, never changed. */
      table.integer('app_id').unsigned().notNullable().unique();
      /** What one code costs; null while the app sells none. */
      table.bigInteger('product_id').unsigned().unique();
      table.string('name', 255).notNullable();
      table.boolean('enabled').notNullable();
      table.string('currency', 3).notNullable();
      /** Sealed. */
      table.text('sign_key').notNullable();
      /** Sealed JSON of keys that were replaced, each with the time until which it verifies. */
      table.text('retired_keys');
      /** The client on whom donations of people without an account are booked. */
      table.bigInteger('house_client_id').unsigned();
      json(table, 'config').notNullable();
      timestamps(table);
    });
  },
  async down(db) {
    await db.schema.dropTable('extstars_app');
  },
};
