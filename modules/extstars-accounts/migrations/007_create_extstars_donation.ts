import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createExtstarsDonation: Migration = {
  name: '007_create_extstars_donation',
  async up(db) {
    await db.schema.createTable('extstars_donation', (table) => {
      table.increments('id');
      table.integer('app_id').unsigned().notNullable();
      table.integer('extstars_order_id').unsigned().notNullable().unique();
      table.string('user_name', 255).notNullable();
      table.string('user_link', 255).notNullable();
      /** Of the e-mail address; empty without one. */
      table.string('avatar_hash', 64).notNullable();
      table.bigInteger('money_amount').notNullable();
      table.string('currency', 3).notNullable();
      table.boolean('is_hidden').notNullable();
      datetime(table, 'paid_at').notNullable();
      table.index(['app_id', 'is_hidden', 'money_amount', 'paid_at', 'id'], 'extstars_donation_by_amount');
      table.index(['app_id', 'is_hidden', 'paid_at', 'id'], 'extstars_donation_by_time');
    });
  },
  async down(db) {
    await db.schema.dropTable('extstars_donation');
  },
};
