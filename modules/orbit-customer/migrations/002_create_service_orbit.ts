import { datetime, fingerprint, json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** What an order of a licence delivers. */
export const createServiceOrbit: Migration = {
  name: '002_create_service_orbit',
  async up(db) {
    await db.schema.createTable('service_orbit', (table) => {
      table.bigIncrements('id');
      table.bigInteger('order_id').unsigned().notNullable().unique();
      table.bigInteger('client_id').unsigned().notNullable().index();
      /** Sealed; null until the order is activated. */
      table.string('license_key', 512);
      fingerprint(table, 'key_hash').unique();
      table.string('slug', 60).unique();
      table.string('product_name', 255).notNullable();
      /** The order's, so that a list of licences needs nothing of orders. */
      table.string('status', 20).notNullable();
      table.string('period', 10);
      datetime(table, 'issued_at');
      datetime(table, 'expires_at');
      table.string('auth_mode', 20).notNullable();
      table.boolean('auto_renewal').notNullable();
      /** Ids; null allows every location. */
      json(table, 'location_ids');
      table.integer('ip_limit');
      json(table, 'domains').notNullable();
      json(table, 'devnet_domains').notNullable();
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('service_orbit');
  },
};
