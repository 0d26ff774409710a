import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createInvoiceItem: Migration = {
  name: '002_create_invoice_item',
  async up(db) {
    await db.schema.createTable('invoice_item', (table) => {
      table.bigIncrements('id');
      table.bigInteger('invoice_id').unsigned().notNullable();
      table.string('type', 100).notNullable();
      /** The order of an `order` line, as text. Longer payloads of `hook_call` are in `payload`. */
      table.string('rel_id', 64);
      table.text('payload');
      table.string('task', 100).notNullable();
      table.string('status', 20).notNullable();
      table.string('title', 255).notNullable();
      table.string('period', 10);
      table.bigInteger('quantity').notNullable();
      table.string('unit', 100);
      /** Minor units of the invoice's currency, per unit. */
      table.bigInteger('price_amount').notNullable();
      table.boolean('charged').notNullable().defaultTo(false);
      table.boolean('taxed').notNullable().defaultTo(false);
      table.integer('attempts').notNullable().defaultTo(0);
      timestamps(table);
      table.index(['invoice_id', 'id']);
      table.index(['type', 'rel_id', 'invoice_id']);
      table.index(['status', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('invoice_item');
  },
};
