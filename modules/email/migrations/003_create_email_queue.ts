import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createEmailQueue: Migration = {
  name: '003_create_email_queue',
  async up(db) {
    await db.schema.createTable('email_queue', (table) => {
      table.bigIncrements('id');
      /** The same letter posted twice is one row. */
      table.string('posting', 255).notNullable().unique();
      table.string('recipient', 255).notNullable();
      table.string('sender', 255).notNullable();
      table.string('subject', 255).notNullable();
      /** Sealed: letters carry keys and links. */
      table.text('content', 'longtext').notNullable();
      /** Sealed: the same without what works once, for people to look at; null where there is nothing to hide. */
      table.text('content_shown', 'longtext');
      table.string('to_name', 255);
      table.string('from_name', 255);
      table.bigInteger('client_id').unsigned().index();
      table.bigInteger('admin_id').unsigned();
      table.integer('priority').notNullable().defaultTo(0);
      table.integer('tries').notNullable().defaultTo(0);
      table.string('status', 20).notNullable();
      table.text('unsubscribe_url');
      table.string('last_error', 1000);
      /** Not before. */
      datetime(table, 'send_at').notNullable();
      /** One process sends it at a time; it is free again at this time should that process die. */
      datetime(table, 'leased_until');
      table.string('lease_holder', 36);
      table.string('attachment_name', 255);
      table.binary('attachment_content');
      table.string('attachment_mime', 100);
      timestamps(table);
      table.index(['send_at']);
    });
  },
  down: (db) => db.schema.dropTable('email_queue'),
};
