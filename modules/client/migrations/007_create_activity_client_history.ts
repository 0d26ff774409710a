import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createActivityClientHistory: Migration = {
  name: '007_create_activity_client_history',
  async up(db) {
    await db.schema.createTable('activity_client_history', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned();
      table.string('ip', 45);
      datetime(table, 'created_at').notNullable().index();
      table.index(['client_id', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('activity_client_history');
  },
};
