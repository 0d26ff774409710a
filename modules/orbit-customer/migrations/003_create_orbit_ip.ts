import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Addresses from which a licence may be used. */
export const createOrbitIp: Migration = {
  name: '003_create_orbit_ip',
  async up(db) {
    await db.schema.createTable('orbit_ip', (table) => {
      table.bigIncrements('id');
      table.bigInteger('license_id').unsigned().notNullable();
      table.string('ip_address', 15).notNullable();
      table.bigInteger('location_id').unsigned().notNullable().index();
      datetime(table, 'expires_at').index();
      datetime(table, 'created_at').notNullable();
      table.unique(['license_id', 'ip_address', 'location_id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_ip');
  },
};
