import { datetime, fingerprint } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Devices that wait for somebody to approve them. */
export const createOrbitDevice: Migration = {
  name: '006_create_orbit_device',
  async up(db) {
    await db.schema.createTable('orbit_device', (table) => {
      table.bigIncrements('id');
      fingerprint(table, 'device_hash').notNullable().unique();
      table.string('user_code', 8).notNullable().unique();
      table.string('status', 10).notNullable();
      /** Who decided. */
      table.bigInteger('client_id').unsigned().index();
      table.integer('poll_seconds').notNullable();
      datetime(table, 'polled_at');
      table.string('ip', 45);
      datetime(table, 'expires_at').notNullable().index();
      datetime(table, 'created_at').notNullable();
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_device');
  },
};
