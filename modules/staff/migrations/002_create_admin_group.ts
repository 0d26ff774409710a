import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createAdminGroup: Migration = {
  name: '002_create_admin_group',
  async up(db) {
    await db.schema.createTable('admin_group', (table) => {
      table.bigIncrements('id');
      table.string('name', 255).notNullable();
      table.string('system_name', 100).unique();
      table.bigInteger('parent_id').unsigned().index();
      /** Module → key → truth value, as it was sent; null grants nothing. */
      json(table, 'permissions');
      table.boolean('protected').notNullable().defaultTo(false);
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('admin_group');
  },
};
