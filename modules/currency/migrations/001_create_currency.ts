import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createCurrency: Migration = {
  name: '001_create_currency',
  async up(db) {
    await db.schema.createTable('currency', (table) => {
      table.bigIncrements('id');
      table.string('code', 3).notNullable().unique();
      /** True or null: the index lets one at most be true. */
      table.boolean('is_default').unique();
      /** Units for one of the default currency, as an exact fraction in decimal text: no number of a database holds it. */
      table.string('rate_numerator', 64).notNullable().defaultTo('1');
      table.string('rate_denominator', 64).notNullable().defaultTo('1');
      table.boolean('is_rate_manual').notNullable().defaultTo(false);
      table.string('format_pattern', 100);
      table.smallint('fraction_digits');
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('currency');
  },
};
