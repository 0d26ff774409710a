import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createExtstarsActivation: Migration = {
  name: '003_create_extstars_activation',
  async up(db) {
    await db.schema.createTable('extstars_activation', (table) => {
      table.bigIncrements('id');
      table.integer('app_id').unsigned().notNullable();
      table.bigInteger('code_id').unsigned().notNullable();
      table.string('device_id', 255).notNullable();
      table.string('device_hash', 43).collate('ascii_bin').notNullable();
      table.text('device_info').notNullable();
      table.integer('active_order').unsigned().notNullable();
      table.string('token_hash', 43).collate('ascii_bin').notNullable().unique();
      /** 1 while it is live, else null: a device has one live activation of an app. */
      table.smallint('live');
      datetime(table, 'activated_at').notNullable();
      datetime(table, 'released_at');
      table.string('released_by', 10);
      table.string('step_hash', 43).collate('ascii_bin');
      datetime(table, 'last_check_at');
      /** Of what the last successful check carried, and its answer, sealed: for a reply that was lost. */
      table.string('asked_hash', 43).collate('ascii_bin');
      table.text('answer');
      /** Standing and window of its code, so that a check is one read. */
      table.string('standing', 10).notNullable();
      datetime(table, 'starts_at');
      datetime(table, 'expires_at');
      table.string('ip', 45);
      table.unique(['app_id', 'device_hash', 'live']);
      table.unique(['code_id', 'active_order']);
      table.index(['code_id', 'live']);
    });
  },
  async down(db) {
    await db.schema.dropTable('extstars_activation');
  },
};
