import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** The ledger of what was paid for invoices. Rows are only added: what is paid back is a row below zero. */
export const createInvoicePayment: Migration = {
  name: '004_create_invoice_payment',
  async up(db) {
    await db.schema.createTable('invoice_payment', (table) => {
      table.bigIncrements('id');
      table.bigInteger('invoice_id').unsigned().notNullable().index();
      table.bigInteger('client_id').unsigned();
      /** `credit`, `gateway`, `staff` or `status`. */
      table.string('source', 20).notNullable();
      table.bigInteger('gateway_id').unsigned();
      table.bigInteger('transaction_id').unsigned().index();
      /** Minor units. */
      table.bigInteger('amount').notNullable();
      table.string('currency', 20).notNullable();
      datetime(table, 'created_at').notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('invoice_payment');
  },
};
