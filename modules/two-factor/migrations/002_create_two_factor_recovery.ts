import { datetime, fingerprint } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createTwoFactorRecovery: Migration = {
  name: '002_create_two_factor_recovery',
  async up(db) {
    await db.schema.createTable('two_factor_recovery', (table) => {
      table.bigIncrements('id');
      table.string('role', 8).notNullable();
      table.bigInteger('account_id').unsigned().notNullable();
      fingerprint(table, 'hash').notNullable().unique();
      datetime(table, 'created_at').notNullable();
      table.index(['role', 'account_id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('two_factor_recovery');
  },
};
