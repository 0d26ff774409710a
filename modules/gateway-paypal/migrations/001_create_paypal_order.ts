import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** What PayPal was asked for; it knows its own number only, and perhaps another currency. */
export const createPaypalOrder: Migration = {
  name: '001_create_paypal_order',
  async up(db) {
    await db.schema.createTable('paypal_order', (table) => {
      table.bigIncrements('id');
      table.bigInteger('gateway_id').unsigned().notNullable();
      table.string('reference', 32).collate('ascii_bin').notNullable().unique();
      /** PayPal's; null until it answered. */
      table.string('order_id', 64).collate('ascii_bin').index();
      table.text('approve_url');
      /** Orders that nobody approves are gone after hours: then this counts up, and there is a new one. */
      table.integer('attempt').notNullable();
      /** Minor units of each currency: what is due, and what PayPal takes for it. */
      table.bigInteger('due_amount').notNullable();
      table.string('due_currency', 10).notNullable();
      table.bigInteger('charged_amount').notNullable();
      table.string('charged_currency', 10).notNullable();
      /** `open`, `capturing` or `closed`. */
      table.string('status', 16).notNullable();
      timestamps(table);
    });
  },
  down: (db) => db.schema.dropTable('paypal_order'),
};
