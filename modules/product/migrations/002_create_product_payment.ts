import type { Migration } from '#core/db/migrate';

/** What a product costs; amounts in minor units of the currency beside them, which holds for its periods too. */
export const createProductPayment: Migration = {
  name: '002_create_product_payment',
  async up(db) {
    await db.schema.createTable('product_payment', (table) => {
      table.bigIncrements('id');
      table.string('type', 30).notNullable();
      table.bigInteger('once_price_amount').notNullable().defaultTo(0);
      table.bigInteger('once_setup_price_amount').notNullable().defaultTo(0);
      table.string('currency', 20).notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('product_payment');
  },
};
