import type { Migration } from '#core/db/migrate';

export const createExtstarsOrderLine: Migration = {
  name: '006_create_extstars_order_line',
  async up(db) {
    await db.schema.createTable('extstars_order_line', (table) => {
      table.bigInteger('order_id').unsigned().notNullable().primary();
      table.integer('extstars_order_id').unsigned().notNullable().index();
    });
  },
  async down(db) {
    await db.schema.dropTable('extstars_order_line');
  },
};
