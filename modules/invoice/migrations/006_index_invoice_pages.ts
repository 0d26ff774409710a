import type { Migration } from '#core/db/migrate';

/** The ids alone: a page in the middle of all invoices is found without reading those before it. */
export const indexInvoicePages: Migration = {
  name: '006_index_invoice_pages',
  async up(db) {
    await db.schema.alterTable('invoice', (table) => {
      table.index(['id'], 'invoice_id_alone');
    });
  },

  async down(db) {
    await db.schema.alterTable('invoice', (table) => {
      table.dropIndex(['id'], 'invoice_id_alone');
    });
  },
};
