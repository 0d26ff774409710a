import { fingerprint, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Transfers that clients prepared to add to their balance. */
export const createOrbitTopup: Migration = {
  name: '010_create_orbit_topup',
  async up(db) {
    await db.schema.createTable('orbit_topup', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned().notNullable().index();
      table.string('wallet', 44).notNullable().collate('ascii_bin');
      table.bigInteger('amount_micro').notNullable();
      table.string('memo', 80).notNullable().unique();
      /** Of what the wallet signs. */
      fingerprint(table, 'message_hash').notNullable();
      table.bigInteger('last_valid_block_height').notNullable();
      table.string('status', 10).notNullable();
      /** Of the transaction on the chain, which credits once. */
      table.string('signature', 88).collate('ascii_bin').unique();
      table.bigInteger('invoice_id').unsigned();
      table.bigInteger('credited_amount');
      table.string('currency', 3);
      timestamps(table);
      table.index(['status', 'created_at']);
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_topup');
  },
};
