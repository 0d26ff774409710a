import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createEmailTemplate: Migration = {
  name: '001_create_email_template',
  async up(db) {
    await db.schema.createTable('email_template', (table) => {
      table.bigIncrements('id');
      table.string('action_code', 255).notNullable().unique();
      /** Name of the module for what modules ship, free text for the rest. */
      table.string('category', 64);
      table.boolean('enabled').notNullable().defaultTo(true);
      table.boolean('is_custom').notNullable().defaultTo(false);
      /** Subject and content are those of staff, not those of the file. */
      table.boolean('is_overridden').notNullable().defaultTo(false);
      table.string('subject', 255);
      table.text('content', 'longtext');
      table.text('description');
      /** Sealed: what the last letter was told, without its secrets. */
      table.text('vars', 'longtext');
      table.text('last_error');
      datetime(table, 'error_checked_at');
      table.index(['category', 'action_code']);
    });
  },
  down: (db) => db.schema.dropTable('email_template'),
};
