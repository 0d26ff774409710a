import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createPromoRedemption: Migration = {
  name: '007_create_promo_redemption',
  async up(db) {
    await db.schema.createTable('promo_redemption', (table) => {
      table.bigIncrements('id');
      table.bigInteger('promo_id').unsigned().notNullable();
      table.bigInteger('client_id').unsigned();
      table.bigInteger('client_order_id').unsigned().index();
      table.bigInteger('invoice_id').unsigned().index();
      table.string('phase', 30).notNullable();
      table.string('status', 30).notNullable();
      table.bigInteger('discount_amount').notNullable();
      table.string('currency', 20).notNullable();
      datetime(table, 'committed_at');
      datetime(table, 'released_at');
      table.string('release_reason', 100);
      timestamps(table);
      table.index(['promo_id', 'id']);
      table.index(['client_id', 'promo_id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('promo_redemption');
  },
};
