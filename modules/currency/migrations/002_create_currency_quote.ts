import { datetime, json } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** What providers of rates said last. */
export const createCurrencyQuote: Migration = {
  name: '002_create_currency_quote',
  async up(db) {
    await db.schema.createTable('currency_quote', (table) => {
      table.string('provider', 32).notNullable();
      table.string('base', 3).notNullable();
      json(table, 'rates').notNullable();
      datetime(table, 'fetched_at').notNullable();
      datetime(table, 'next_at');
      table.primary(['provider', 'base']);
    });
  },

  async down(db) {
    await db.schema.dropTable('currency_quote');
  },
};
