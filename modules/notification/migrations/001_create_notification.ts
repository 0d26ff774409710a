import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createNotification: Migration = {
  name: '001_create_notification',
  async up(db) {
    await db.schema.createTable('notification', (table) => {
      table.bigIncrements('id');
      table.text('message', 'longtext').notNullable();
      timestamps(table);
      table.index(['created_at']);
    });
  },
  down: (db) => db.schema.dropTable('notification'),
};
