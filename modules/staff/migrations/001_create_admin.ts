import { fingerprint, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createAdmin: Migration = {
  name: '001_create_admin',
  async up(db) {
    await db.schema.createTable('admin', (table) => {
      table.bigIncrements('id');
      table.string('system_name', 100).unique();
      table.string('email', 255).notNullable();
      /** The e-mail in small letters: two accounts never differ by case alone. */
      table.string('email_key', 255).notNullable().collate('utf8mb4_bin').unique();
      table.string('pass', 255).notNullable();
      table.string('name', 255).notNullable().index();
      table.string('signature', 255);
      table.string('status', 30).notNullable().index();
      /** Sealed; the account's owner may look at it. */
      table.text('api_token');
      fingerprint(table, 'api_token_hash').unique();
      table.string('timezone', 64);
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('admin');
  },
};
