import { timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createPayGateway: Migration = {
  name: '010_create_pay_gateway',
  async up(db) {
    await db.schema.createTable('pay_gateway', (table) => {
      table.bigIncrements('id');
      table.string('name', 255).notNullable();
      /** Code of the adapter. */
      table.string('gateway', 100).notNullable().index();
      /** JSON list; null accepts every configured currency. */
      table.text('accepted_currencies');
      table.boolean('enabled').notNullable();
      table.boolean('allow_single').notNullable();
      table.boolean('allow_recurrent').notNullable();
      table.boolean('test_mode').notNullable();
      /** Sealed JSON. */
      table.text('config', 'mediumtext');
      timestamps(table);
    });
  },
  down: (db) => db.schema.dropTable('pay_gateway'),
};
