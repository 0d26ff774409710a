import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** The gateway's own side: what a real one would keep at its place. */
export const createSandboxPayment: Migration = {
  name: '001_create_sandbox_payment',
  async up(db) {
    await db.schema.createTable('sandbox_payment', (table) => {
      table.bigIncrements('id');
      table.string('reference', 32).collate('ascii_bin').notNullable().unique();
      table.string('external_id', 64).notNullable();
      table.string('title', 500).notNullable();
      /** Minor units of `currency`. */
      table.bigInteger('due_amount').notNullable();
      table.bigInteger('refunded_amount').notNullable().defaultTo(0);
      table.string('currency', 10).notNullable();
      table.string('channel', 32);
      table.string('period', 10);
      table.string('subscription_id', 64).index();
      /** `none`, `active`, `ending` or `ended`. */
      table.string('subscription', 16).notNullable();
      table.integer('periods').notNullable().defaultTo(0);
      /** `open`, `pending`, `paid`, `failed` or `closed`. */
      table.string('status', 16).notNullable();
      table.integer('asked').notNullable().defaultTo(0);
      table.text('notify_url').notNullable();
      table.text('back_url').notNullable();
      table.text('cancel_url').notNullable();
      table.text('sealed_secret').notNullable();
      json(table, 'script').notNullable();
      timestamps(table);
    });
  },
  down: (db) => db.schema.dropTable('sandbox_payment'),
};
