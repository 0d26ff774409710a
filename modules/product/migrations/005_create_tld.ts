import { json } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Endings of domain names: the prices of products of the type `domain`, which have none of their own. */
export const createTld: Migration = {
  name: '005_create_tld',
  async up(db) {
    await db.schema.createTable('tld', (table) => {
      table.bigIncrements('id');
      table.bigInteger('tld_registrar_id').unsigned();
      table.string('tld_registrar_title', 255);
      table.string('tld', 15).notNullable().unique();
      table.bigInteger('price_registration_amount').notNullable();
      table.bigInteger('price_renew_amount').notNullable();
      table.bigInteger('price_transfer_amount').notNullable();
      table.string('currency', 20).notNullable();
      table.boolean('allow_register').notNullable().defaultTo(true);
      table.boolean('allow_transfer').notNullable().defaultTo(true);
      table.boolean('active').notNullable().defaultTo(true);
      table.integer('min_years').notNullable().defaultTo(1);
      json(table, 'periods');
    });
  },

  async down(db) {
    await db.schema.dropTable('tld');
  },
};
