import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** What left the queue lately: a posting that is delivered again is known by it. */
export const createEmailSent: Migration = {
  name: '005_create_email_sent',
  async up(db) {
    await db.schema.createTable('email_sent', (table) => {
      table.string('posting', 255).primary();
      datetime(table, 'sent_at').notNullable().index();
    });
  },
  down: (db) => db.schema.dropTable('email_sent'),
};
