import { datetime, fingerprint } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Bearer tokens of those who signed in by device or wallet. */
export const createOrbitToken: Migration = {
  name: '005_create_orbit_token',
  async up(db) {
    await db.schema.createTable('orbit_token', (table) => {
      table.bigIncrements('id');
      fingerprint(table, 'token_hash').notNullable().unique();
      table.bigInteger('client_id').unsigned().notNullable().index();
      table.string('origin', 10).notNullable();
      datetime(table, 'expires_at').notNullable().index();
      datetime(table, 'revoked_at');
      datetime(table, 'created_at').notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_token');
  },
};
