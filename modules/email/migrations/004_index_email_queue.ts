import type { Migration } from '#core/db/migrate';

/** The order in which the queue is sent and shown. The builder has no word for a descending index. */
export const indexEmailQueue: Migration = {
  name: '004_index_email_queue',
  async up(db) {
    await db.raw('create index email_queue_order on email_queue (priority desc, id)');
  },
  async down(db) {
    await db.schema.alterTable('email_queue', (table) => {
      table.dropIndex([], 'email_queue_order');
    });
  },
};
