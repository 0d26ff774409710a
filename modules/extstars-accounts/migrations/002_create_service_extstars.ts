import { datetime, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createServiceExtstars: Migration = {
  name: '002_create_service_extstars',
  async up(db) {
    await db.schema.createTable('service_extstars', (table) => {
      table.bigIncrements('id');
      table.integer('app_id').unsigned().notNullable();
      table.bigInteger('order_id').unsigned().unique();
      table.bigInteger('client_id').unsigned().index();
      /** Sealed. */
      table.text('code').notNullable();
      /** Of the code in capitals: look-ups ignore case. */
      table.string('code_hash', 43).collate('ascii_bin').notNullable().unique();
      /** E-mail address of who may use it; empty when that is still open. */
      table.string('destination', 255).notNullable().index();
      /** 0: any number. */
      table.integer('max_activations').unsigned().notNullable();
      /** Null: as the app says. */
      table.boolean('allow_deactivate');
      /** Period that begins with the first activation. */
      table.string('pending_period', 5);
      datetime(table, 'starts_at');
      datetime(table, 'expires_at');
      /** As staff set it. */
      table.string('status', 20).notNullable();
      /** Of its order; null without one. */
      table.string('order_status', 20);
      /** The order was deleted. */
      datetime(table, 'order_removed_at');
      /** What comes of the three above: active, suspended or revoked. */
      table.string('standing', 10).notNullable();
      table.string('batch', 32).index();
      table.text('note');
      /** The end that was reminded of, so that each is once. */
      datetime(table, 'reminded_for');
      /** The end that nobody was told of yet. */
      datetime(table, 'expiry_untold').index();
      timestamps(table);
      table.index(['app_id', 'id']);
      table.index(['expires_at', 'id']);
    });
  },
  async down(db) {
    await db.schema.dropTable('service_extstars');
  },
};
