import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createSandboxRefund: Migration = {
  name: '003_create_sandbox_refund',
  async up(db) {
    await db.schema.createTable('sandbox_refund', (table) => {
      table.bigIncrements('id');
      table.bigInteger('payment_id').unsigned().notNullable().index();
      /** SHA-256 of what the merchant called it: said twice it is one refund. */
      table.string('refund_key', 64).collate('ascii_bin').notNullable().unique();
      table.bigInteger('refund_amount').notNullable();
      datetime(table, 'created_at').notNullable();
    });
  },
  down: (db) => db.schema.dropTable('sandbox_refund'),
};
