import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createSubscription: Migration = {
  name: '012_create_subscription',
  async up(db) {
    await db.schema.createTable('subscription', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned().index();
      table.bigInteger('pay_gateway_id').unsigned();
      table.string('sid', 255).index();
      /** SHA-256 of the id at the gateway, of those that the gateway itself announced: one row each. */
      table.string('sid_key', 64).collate('ascii_bin');
      table.string('rel_type', 100);
      table.bigInteger('rel_id').unsigned();
      table.string('period', 255);
      /** Minor units of `currency`. */
      table.bigInteger('price_amount');
      table.string('currency', 50);
      table.string('status', 255);
      timestamps(table);
      table.unique(['pay_gateway_id', 'sid_key']);
      table.index(['rel_type', 'rel_id']);
    });
  },
  down: (db) => db.schema.dropTable('subscription'),
};
