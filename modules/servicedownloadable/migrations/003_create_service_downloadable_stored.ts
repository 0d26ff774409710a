import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** What lies on the disk, whoever wants it. */
export const createServiceDownloadableStored: Migration = {
  name: '003_create_service_downloadable_stored',
  async up(db) {
    await db.schema.createTable('service_downloadable_stored', (table) => {
      table.bigIncrements('id');
      table.string('stored_filename', 64).notNullable().unique();
      /** The product it was uploaded for; null for a file of one order. */
      table.bigInteger('product_id').unsigned();
      table.bigInteger('size').unsigned().notNullable();
      table.string('sha256', 64).notNullable();
      datetime(table, 'created_at').notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('service_downloadable_stored');
  },
};
