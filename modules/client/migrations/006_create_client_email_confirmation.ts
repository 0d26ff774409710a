import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createClientEmailConfirmation: Migration = {
  name: '006_create_client_email_confirmation',
  async up(db) {
    await db.schema.createTable('client_email_confirmation', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned().notNullable().index();
      /** SHA-256 of what the link carries. */
      table.string('hash', 64).notNullable().unique();
      datetime(table, 'created_at').notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('client_email_confirmation');
  },
};
