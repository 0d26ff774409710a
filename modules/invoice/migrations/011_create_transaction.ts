import { datetime, json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createTransaction: Migration = {
  name: '011_create_transaction',
  async up(db) {
    await db.schema.createTable('transaction', (table) => {
      table.bigIncrements('id');
      table.bigInteger('invoice_id').unsigned().index();
      table.bigInteger('gateway_id').unsigned().index();
      table.string('txn_id', 255).index();
      /** SHA-256 of kind and id at the gateway: the same payment is one row, whatever the collation and the length. */
      table.string('txn_key', 64).collate('ascii_bin');
      /** The same for a refund that was asked for and whose id is not known yet. */
      table.string('request_key', 64).collate('ascii_bin');
      table.string('txn_status', 255);
      table.string('s_id', 255).index();
      table.string('s_period', 255);
      /** Minor units of `currency`. */
      table.bigInteger('txn_amount');
      table.string('currency', 10);
      table.string('type', 255);
      table.string('status', 255).notNullable();
      table.string('ip', 45);
      table.text('error');
      table.integer('error_code');
      table.text('note');
      table.boolean('validate_ipn').notNullable().defaultTo(true);
      /** The call it came with, without cookies and credentials. */
      json(table, 'ipn');
      table.string('ipn_hash', 64).collate('ascii_bin');
      /** What the gateway says, as far as it is understood. */
      json(table, 'notice');
      /** `ledger`: booked on a balance; `entered`: staff said it was paid; null: nothing was booked. Set once. */
      table.string('booking', 16);
      /** Line of the client's balance that carries the money. */
      table.bigInteger('balance_line_id').unsigned();
      /** Payment that a refund pays back. */
      table.bigInteger('parent_id').unsigned().index();
      datetime(table, 'deleted_at');
      timestamps(table);
      table.unique(['gateway_id', 'txn_key']);
      table.unique(['gateway_id', 'request_key']);
      table.index(['gateway_id', 'ipn_hash']);
      table.index(['status', 'updated_at']);
    });
  },
  down: (db) => db.schema.dropTable('transaction'),
};
