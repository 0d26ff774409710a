import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createActivityClientEmail: Migration = {
  name: '006_create_activity_client_email',
  async up(db) {
    await db.schema.createTable('activity_client_email', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned();
      table.string('sender', 255);
      table.text('recipients');
      table.string('subject', 255);
      /** Both sealed: letters carry keys. */
      table.text('content_html', 'longtext');
      table.text('content_text', 'longtext');
      table.string('attachment_name', 255);
      table.binary('attachment_content');
      table.string('attachment_mime', 100);
      datetime(table, 'created_at').notNullable().index();
      datetime(table, 'updated_at');
      table.index(['client_id', 'id']);
    });
  },
  down: (db) => db.schema.dropTable('activity_client_email'),
};
