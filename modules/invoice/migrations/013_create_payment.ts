import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** What gateways were asked for. What they say of it is in `transaction`. */
export const createPayment: Migration = {
  name: '013_create_payment',
  async up(db) {
    await db.schema.createTable('payment', (table) => {
      table.bigIncrements('id');
      table.string('reference', 32).collate('ascii_bin').notNullable().unique();
      table.bigInteger('invoice_id').unsigned().notNullable();
      table.bigInteger('gateway_id').unsigned().notNullable();
      /** Who gets the money if the invoice is gone by then. */
      table.bigInteger('client_id').unsigned();
      table.string('channel', 32);
      table.boolean('subscribes').notNullable();
      /** Minor units of `currency`. */
      table.bigInteger('due_amount').notNullable();
      table.string('currency', 10).notNullable();
      /** `open`, `paid`, `failed` or `closed`. */
      table.string('status', 16).notNullable();
      table.string('external_id', 255);
      /** When the gateway is to be asked how it stands. */
      datetime(table, 'ask_at').notNullable();
      table.integer('asked').notNullable().defaultTo(0);
      timestamps(table);
      table.index(['invoice_id', 'status']);
      table.index(['status', 'ask_at']);
    });
  },
  down: (db) => db.schema.dropTable('payment'),
};
