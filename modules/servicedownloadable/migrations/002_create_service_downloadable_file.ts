import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createServiceDownloadableFile: Migration = {
  name: '002_create_service_downloadable_file',
  async up(db) {
    await db.schema.createTable('service_downloadable_file', (table) => {
      table.bigIncrements('id');
      table.bigInteger('service_downloadable_id').unsigned().notNullable();
      table.string('file_key', 32).notNullable();
      table.string('filename', 255).notNullable();
      table.string('stored_filename', 64).notNullable().index();
      table.string('label', 255);
      table.text('description');
      table.bigInteger('downloads').unsigned().notNullable().defaultTo(0);
      table.integer('sort_order').notNullable().defaultTo(0);
      timestamps(table);
      table.unique(['service_downloadable_id', 'file_key'], { indexName: 'service_downloadable_file_key_unique' });
    });
  },

  async down(db) {
    await db.schema.dropTable('service_downloadable_file');
  },
};
