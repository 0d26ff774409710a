import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createClientGroup: Migration = {
  name: '001_create_client_group',
  async up(db) {
    await db.schema.createTable('client_group', (table) => {
      table.bigIncrements('id');
      table.string('title', 255);
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('client_group');
  },
};
