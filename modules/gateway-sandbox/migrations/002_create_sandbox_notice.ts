import { datetime, json } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createSandboxNotice: Migration = {
  name: '002_create_sandbox_notice',
  async up(db) {
    await db.schema.createTable('sandbox_notice', (table) => {
      table.bigIncrements('id');
      table.bigInteger('payment_id').unsigned().notNullable().index();
      json(table, 'body').notNullable();
      datetime(table, 'send_at').notNullable();
      datetime(table, 'sent_at');
      datetime(table, 'created_at').notNullable();
    });
  },
  down: (db) => db.schema.dropTable('sandbox_notice'),
};
