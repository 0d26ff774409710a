import { datetime, json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createPromo: Migration = {
  name: '006_create_promo',
  async up(db) {
    await db.schema.createTable('promo', (table) => {
      table.bigIncrements('id');
      table.string('code', 100).notNullable();
      /** The code in small letters: no two codes differ by case alone, on any database. */
      table.string('code_key', 200).collate('utf8mb4_bin').notNullable().unique();
      table.text('description');
      table.string('type', 30).notNullable().defaultTo('percentage');
      /** Of a per cent, or of one unit of the default currency. */
      table.bigInteger('value_hundredths').notNullable();
      table.integer('maxuses').notNullable().defaultTo(0);
      table.integer('used').notNullable().defaultTo(0);
      table.boolean('freesetup').notNullable().defaultTo(false);
      table.boolean('once_per_client').notNullable().defaultTo(false);
      table.boolean('recurring').notNullable().defaultTo(false);
      table.boolean('active').notNullable().defaultTo(false);
      json(table, 'products');
      json(table, 'periods');
      json(table, 'client_groups');
      datetime(table, 'start_at').index();
      datetime(table, 'end_at').index();
      timestamps(table);
      table.index(['active']);
    });
  },

  async down(db) {
    await db.schema.dropTable('promo');
  },
};
