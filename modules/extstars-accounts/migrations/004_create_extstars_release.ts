import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createExtstarsRelease: Migration = {
  name: '004_create_extstars_release',
  async up(db) {
    await db.schema.createTable('extstars_release', (table) => {
      table.increments('id');
      table.integer('app_id').unsigned().notNullable();
      table.integer('build_version').unsigned().notNullable();
      table.string('version_code', 255).notNullable();
      table.bigInteger('download_size').unsigned().notNullable();
      table.string('download_url', 1000).notNullable();
      table.text('update_description').notNullable();
      table.boolean('is_published').notNullable();
      timestamps(table);
      table.index(['app_id', 'is_published', 'build_version', 'id']);
    });
  },
  async down(db) {
    await db.schema.dropTable('extstars_release');
  },
};
