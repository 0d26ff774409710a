import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createProduct: Migration = {
  name: '004_create_product',
  async up(db) {
    await db.schema.createTable('product', (table) => {
      table.bigIncrements('id');
      table.bigInteger('product_category_id').unsigned().index();
      table.bigInteger('product_payment_id').unsigned().notNullable().index();
      table.bigInteger('form_id').unsigned().index();
      table.string('title', 255).notNullable();
      table.string('slug', 255).notNullable().unique();
      table.text('description');
      table.string('unit', 50).notNullable().defaultTo('product');
      table.boolean('active').notNullable().defaultTo(true);
      table.string('status', 50).notNullable();
      table.boolean('hidden').notNullable().defaultTo(false);
      table.boolean('is_addon').notNullable().defaultTo(false);
      table.string('setup', 50).notNullable();
      json(table, 'addons');
      table.string('icon_url', 255);
      table.boolean('allow_quantity_select').notNullable().defaultTo(false);
      table.boolean('stock_control').notNullable().defaultTo(false);
      table.integer('quantity_in_stock').notNullable().defaultTo(0);
      table.integer('suspension_grace_days').notNullable().defaultTo(0);
      table.string('plugin', 255);
      json(table, 'plugin_config');
      json(table, 'upgrades');
      table.bigInteger('priority');
      json(table, 'config');
      timestamps(table);
      table.string('type', 64).notNullable().index();
      table.index(['is_addon', 'priority', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('product');
  },
};
