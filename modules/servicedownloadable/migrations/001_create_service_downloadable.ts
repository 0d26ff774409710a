import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createServiceDownloadable: Migration = {
  name: '001_create_service_downloadable',
  async up(db) {
    await db.schema.createTable('service_downloadable', (table) => {
      table.bigIncrements('id');
      table.bigInteger('order_id').unsigned().notNullable().unique();
      table.bigInteger('client_id').unsigned().notNullable().index();
      /** A change of the product's files walks its orders in chunks, by product and id. */
      table.bigInteger('product_id').unsigned().notNullable().index();
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('service_downloadable');
  },
};
