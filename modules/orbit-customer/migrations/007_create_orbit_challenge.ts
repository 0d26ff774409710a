import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Texts that wallets were asked to sign. */
export const createOrbitChallenge: Migration = {
  name: '007_create_orbit_challenge',
  async up(db) {
    await db.schema.createTable('orbit_challenge', (table) => {
      table.bigIncrements('id');
      table.string('wallet', 44).notNullable().collate('ascii_bin');
      table.text('text').notNullable();
      datetime(table, 'expires_at').notNullable().index();
      datetime(table, 'created_at').notNullable();
      table.index(['wallet', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_challenge');
  },
};
