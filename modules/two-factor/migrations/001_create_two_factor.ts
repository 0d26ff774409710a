import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createTwoFactor: Migration = {
  name: '001_create_two_factor',
  async up(db) {
    await db.schema.createTable('two_factor', (table) => {
      table.bigIncrements('id');
      table.string('role', 8).notNullable();
      table.bigInteger('account_id').unsigned().notNullable();
      /** Encrypted: whoever has only the database cannot make codes. */
      table.string('secret', 255).notNullable();
      /** Null until a code has shown that the owner's device has the secret. */
      datetime(table, 'enabled_at');
      /** The half minute of the last code that was used: only later ones count. */
      table.bigInteger('last_step').notNullable();
      /** Where the last right code came from. */
      table.string('last_ip', 45);
      timestamps(table);
      table.unique(['role', 'account_id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('two_factor');
  },
};
