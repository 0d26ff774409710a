import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createAdminPasswordReset: Migration = {
  name: '004_create_admin_password_reset',
  async up(db) {
    await db.schema.createTable('admin_password_reset', (table) => {
      table.bigIncrements('id');
      table.bigInteger('admin_id').unsigned().notNullable().index();
      /** SHA-256 of what the mailed link ends in: who reads the table cannot use it. */
      table.string('hash', 64).notNullable().collate('ascii_bin').unique();
      table.string('ip', 45);
      datetime(table, 'created_at').notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('admin_password_reset');
  },
};
