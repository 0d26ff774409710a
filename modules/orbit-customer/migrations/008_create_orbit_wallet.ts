import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Wallets of clients. */
export const createOrbitWallet: Migration = {
  name: '008_create_orbit_wallet',
  async up(db) {
    await db.schema.createTable('orbit_wallet', (table) => {
      table.bigInteger('client_id').unsigned().notNullable().primary();
      /** Signs in. */
      table.string('wallet', 44).collate('ascii_bin').unique();
      /** Pays. */
      table.string('payment_wallet', 44).collate('ascii_bin');
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_wallet');
  },
};
