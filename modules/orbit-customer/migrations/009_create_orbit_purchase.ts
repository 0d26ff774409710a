import { datetime, json } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** What a purchase cost, as it was when it was made. */
export const createOrbitPurchase: Migration = {
  name: '009_create_orbit_purchase',
  async up(db) {
    await db.schema.createTable('orbit_purchase', (table) => {
      table.bigInteger('order_id').unsigned().notNullable().primary();
      table.bigInteger('invoice_id').unsigned().notNullable().index();
      json(table, 'pricing').notNullable();
      table.string('discount_code', 255);
      datetime(table, 'created_at').notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_purchase');
  },
};
