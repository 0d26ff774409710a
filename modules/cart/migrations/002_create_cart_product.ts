import { json } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createCartProduct: Migration = {
  name: '002_create_cart_product',
  async up(db) {
    await db.schema.createTable('cart_product', (table) => {
      table.bigIncrements('id');
      table.bigInteger('cart_id').unsigned().notNullable().index();
      table.bigInteger('product_id').unsigned().notNullable().index();
      json(table, 'config').notNullable();
    });
  },
  down: (db) => db.schema.dropTable('cart_product'),
};
