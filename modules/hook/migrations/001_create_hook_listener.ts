import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Which module listens to what, as it was when the listeners were last connected. */
export const createHookListener: Migration = {
  name: '001_create_hook_listener',
  async up(db) {
    await db.schema.createTable('hook_listener', (table) => {
      table.bigIncrements('id');
      table.string('module', 64).notNullable();
      table.string('event', 128).notNullable();
      timestamps(table);
      table.unique(['module', 'event']);
    });
  },
  down: (db) => db.schema.dropTable('hook_listener'),
};
