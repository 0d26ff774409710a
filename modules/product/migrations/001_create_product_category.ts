import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createProductCategory: Migration = {
  name: '001_create_product_category',
  async up(db) {
    await db.schema.createTable('product_category', (table) => {
      table.bigIncrements('id');
      table.string('title', 100);
      table.text('description');
      table.string('icon_url', 255);
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('product_category');
  },
};
