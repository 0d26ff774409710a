import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createClientBalance: Migration = {
  name: '004_create_client_balance',
  async up(db) {
    await db.schema.createTable('client_balance', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned().notNullable();
      table.string('type', 100).notNullable();
      table.string('rel_id', 20);
      /** An invoice line is booked once. */
      table.bigInteger('invoice_item_id').unsigned().unique();
      /** The line that this one takes back. Both stay, and neither is listed. */
      table.bigInteger('reversed_id').unsigned().unique();
      table.bigInteger('line_amount').notNullable();
      table.string('currency', 10).notNullable();
      table.text('description');
      datetime(table, 'created_at').notNullable();
      table.index(['client_id', 'id']);
      table.index(['client_id', 'currency', 'line_amount']);
    });
  },

  async down(db) {
    await db.schema.dropTable('client_balance');
  },
};
