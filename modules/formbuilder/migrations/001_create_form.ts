import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createForm: Migration = {
  name: '001_create_form',
  async up(db) {
    await db.schema.createTable('form', (table) => {
      table.bigIncrements('id');
      table.string('name', 255).notNullable();
      json(table, 'style').notNullable();
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('form');
  },
};
