import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createExtstarsOrder: Migration = {
  name: '005_create_extstars_order',
  async up(db) {
    await db.schema.createTable('extstars_order', (table) => {
      table.increments('id');
      table.integer('app_id').unsigned().notNullable();
      /** `donation` or `codes`. */
      table.string('kind', 10).notNullable();
      /** As it was given: a sum or a number of codes. */
      table.string('given', 40).notNullable();
      table.integer('quantity').unsigned().notNullable();
      table.bigInteger('money_amount').notNullable();
      table.string('currency', 3).notNullable();
      table.string('pay_method', 20).notNullable();
      table.bigInteger('gateway_id').unsigned();
      table.string('reference', 40);
      table.boolean('is_test').notNullable();
      table.string('check_hash', 43).collate('ascii_bin').notNullable();
      datetime(table, 'check_until').notNullable();
      table.string('device_id', 255).notNullable();
      table.string('ip', 45);
      table.string('user_email', 255).notNullable().index();
      table.string('user_name', 255).notNullable();
      table.string('user_link', 255).notNullable();
      table.bigInteger('client_id').unsigned().index();
      table.bigInteger('invoice_id').unsigned().unique();
      /** `unpaid`, `paid` or `closed`. */
      table.string('status', 10).notNullable();
      datetime(table, 'paid_at');
      datetime(table, 'delivered_at');
      timestamps(table);
      table.index(['status', 'created_at', 'id']);
      table.index(['app_id', 'id']);
    });
  },
  async down(db) {
    await db.schema.dropTable('extstars_order');
  },
};
