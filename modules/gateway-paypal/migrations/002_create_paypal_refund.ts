import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createPaypalRefund: Migration = {
  name: '002_create_paypal_refund',
  async up(db) {
    await db.schema.createTable('paypal_refund', (table) => {
      table.bigIncrements('id');
      table.bigInteger('paypal_order_id').unsigned().notNullable().index();
      /** SHA-256 of what the engine calls it: said twice it is one refund. */
      table.string('refund_key', 64).collate('ascii_bin').notNullable().unique();
      table.bigInteger('due_amount').notNullable();
      table.bigInteger('charged_amount').notNullable();
      /** PayPal's; null until it answered. */
      table.string('refund_id', 64).collate('ascii_bin').index();
      datetime(table, 'created_at').notNullable();
    });
  },
  down: (db) => db.schema.dropTable('paypal_refund'),
};
