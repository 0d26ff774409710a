import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

const PARTIES = [
  'seller_company', 'seller_company_vat', 'seller_company_number', 'seller_address', 'seller_phone', 'seller_email',
  'buyer_first_name', 'buyer_last_name', 'buyer_company', 'buyer_company_vat', 'buyer_company_number', 'buyer_address',
  'buyer_city', 'buyer_state', 'buyer_country', 'buyer_zip', 'buyer_phone', 'buyer_phone_cc', 'buyer_email',
]; // prettier-ignore

export const createInvoice: Migration = {
  name: '001_create_invoice',
  async up(db) {
    await db.schema.createTable('invoice', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned();
      table.string('serie', 50);
      table.string('nr', 191).index();
      table.string('hash', 191).notNullable().unique();
      datetime(table, 'hash_expires_at');
      table.string('currency', 20).notNullable();
      /** Units of `currency` for one of the default currency at the payment, with six decimals. */
      table.string('currency_rate', 30);
      /** Minor units of `currency`. */
      table.bigInteger('credit_amount').notNullable().defaultTo(0);
      table.bigInteger('refund_amount').notNullable().defaultTo(0);
      table.string('base_currency', 20);
      /** Minor units of `base_currency`. */
      table.bigInteger('base_income_amount');
      table.bigInteger('base_refund_amount');
      table.text('notes');
      table.text('text_1');
      table.text('text_2');
      table.string('status', 50).notNullable();
      for (const column of PARTIES) table.string(column, 255);
      /** The number, as printed, of the invoice that a credit note is for. */
      table.string('refund_of', 80);
      table.bigInteger('gateway_id').unsigned();
      table.boolean('approved').notNullable().defaultTo(false);
      table.string('taxname', 255);
      /** Per cent, as text. */
      table.string('taxrate', 35);
      datetime(table, 'due_at');
      datetime(table, 'reminded_at');
      datetime(table, 'paid_at');
      timestamps(table);
      table.index(['client_id', 'id']);
      table.index(['status', 'approved', 'due_at']);
      table.index(['created_at', 'id']);
      table.index(['paid_at', 'base_income_amount', 'base_refund_amount']);
      table.index(['status', 'buyer_country']);
    });
  },

  async down(db) {
    await db.schema.dropTable('invoice');
  },
};
