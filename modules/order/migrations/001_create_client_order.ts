import { datetime, json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createClientOrder: Migration = {
  name: '001_create_client_order',
  async up(db) {
    await db.schema.createTable('client_order', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned().notNullable();
      table.bigInteger('product_id').unsigned().notNullable().index();
      table.bigInteger('form_id').unsigned().index();
      table.bigInteger('promo_id').unsigned().index();
      table.boolean('promo_recurring');
      table.bigInteger('promo_used');
      table.string('group_id', 64).index();
      table.boolean('group_master').notNullable();
      table.string('invoice_option', 32);
      table.string('title', 255).notNullable();
      table.string('currency', 20).notNullable();
      table.bigInteger('unpaid_invoice_id').unsigned().index();
      table.bigInteger('service_id').unsigned();
      table.string('service_type', 100).notNullable();
      table.string('period', 20);
      table.bigInteger('quantity').notNullable();
      table.string('unit', 100).notNullable();
      /** Minor units of `currency`. */
      table.bigInteger('price_amount').notNullable();
      table.bigInteger('discount_amount');
      table.string('status', 20).notNullable();
      table.string('reason', 255);
      table.text('notes');
      json(table, 'config').notNullable();
      table.integer('suspension_grace_days');
      table.string('referred_by', 255);
      /** Day of the month that periods are counted from: after 31 January come the last of February and 31 March. */
      table.specificType('anchor_day', 'tinyint');
      datetime(table, 'expires_at');
      datetime(table, 'activated_at');
      datetime(table, 'suspended_at');
      datetime(table, 'unsuspended_at');
      datetime(table, 'canceled_at');
      timestamps(table);
      table.index(['client_id', 'id']);
      table.index(['status', 'expires_at']);
    });
  },

  async down(db) {
    await db.schema.dropTable('client_order');
  },
};
