import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Every number ever taken, so that none is given twice and none can go missing unseen. */
export const createInvoiceNumber: Migration = {
  name: '005_create_invoice_number',
  async up(db) {
    await db.schema.createTable('invoice_number', (table) => {
      table.bigIncrements('id');
      /** The prefix when the number was taken; '' without one. */
      table.string('serie', 50).notNullable();
      table.bigInteger('number').notNullable();
      table.bigInteger('invoice_id').unsigned().notNullable().index();
      /** Staff began to count here: no number before it is missing. */
      table.boolean('is_first').notNullable();
      datetime(table, 'created_at').notNullable();
      /** When its invoice was deleted. */
      datetime(table, 'removed_at');
      table.unique(['serie', 'number']);
    });
  },

  async down(db) {
    await db.schema.dropTable('invoice_number');
  },
};
