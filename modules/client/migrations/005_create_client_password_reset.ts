import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createClientPasswordReset: Migration = {
  name: '005_create_client_password_reset',
  async up(db) {
    await db.schema.createTable('client_password_reset', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned().notNullable().index();
      /** SHA-256 of what the link carries: who reads the table cannot use what it holds. */
      table.string('hash', 64).notNullable().unique();
      table.string('ip', 45);
      timestamps(table);
      table.index(['created_at']);
    });
  },

  async down(db) {
    await db.schema.dropTable('client_password_reset');
  },
};
