import type { Migration } from '#core/db/migrate';
import { isMysql } from '#core/db/tables';

/** MySQL's blob ends at 64 KiB, which an invoice in Chinese exceeds. */
export const widenAttachment: Migration = {
  name: '007_widen_attachment',
  async up(db) {
    if (!isMysql(db)) return;
    await db.schema.alterTable('email_queue', (table) => {
      table.specificType('attachment_content', 'longblob').nullable().alter();
    });
  },
  async down(db) {
    if (!isMysql(db)) return;
    await db('email_queue').update({ attachment_content: null, attachment_name: null });
    await db.schema.alterTable('email_queue', (table) => {
      table.specificType('attachment_content', 'blob').nullable().alter();
    });
  },
};
