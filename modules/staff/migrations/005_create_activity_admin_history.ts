import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createActivityAdminHistory: Migration = {
  name: '005_create_activity_admin_history',
  async up(db) {
    await db.schema.createTable('activity_admin_history', (table) => {
      table.bigIncrements('id');
      table.bigInteger('admin_id').unsigned().notNullable().index();
      table.string('ip', 45);
      datetime(table, 'created_at').notNullable().index();
    });
  },

  async down(db) {
    await db.schema.dropTable('activity_admin_history');
  },
};
