import type { Migration } from '#core/db/migrate';

export const createProductPaymentPeriod: Migration = {
  name: '003_create_product_payment_period',
  async up(db) {
    await db.schema.createTable('product_payment_period', (table) => {
      table.bigIncrements('id');
      table.bigInteger('product_payment_id').unsigned().notNullable();
      table.string('code', 10).notNullable();
      table.bigInteger('price_amount').notNullable().defaultTo(0);
      table.bigInteger('setup_price_amount').notNullable().defaultTo(0);
      table.boolean('enabled').notNullable().defaultTo(true);
      table.integer('sort_order').notNullable().defaultTo(0);
      table.unique(['product_payment_id', 'code']);
    });
  },

  async down(db) {
    await db.schema.dropTable('product_payment_period');
  },
};
