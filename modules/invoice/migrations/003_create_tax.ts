import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createTax: Migration = {
  name: '003_create_tax',
  async up(db) {
    await db.schema.createTable('tax', (table) => {
      table.bigIncrements('id');
      table.string('name', 255).notNullable();
      table.string('country', 10);
      table.string('state', 100);
      /** Per cent, as staff wrote it. */
      table.string('taxrate', 35).notNullable();
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('tax');
  },
};
