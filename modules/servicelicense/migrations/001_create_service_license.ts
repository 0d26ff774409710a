import { datetime, fingerprint, json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createServiceLicense: Migration = {
  name: '001_create_service_license',
  async up(db) {
    await db.schema.createTable('service_license', (table) => {
      table.bigIncrements('id');
      table.bigInteger('order_id').unsigned().notNullable().unique();
      table.bigInteger('client_id').unsigned().notNullable().index();
      /** Sealed; null until the order is activated. */
      table.text('license_key');
      /** Of the key in capitals: look-ups ignore case. */
      fingerprint(table, 'key_hash').unique();
      table.boolean('validate_ip').notNullable();
      table.boolean('validate_host').notNullable();
      table.boolean('validate_path').notNullable();
      table.boolean('validate_version').notNullable();
      json(table, 'ips').notNullable();
      json(table, 'hosts').notNullable();
      json(table, 'paths').notNullable();
      json(table, 'versions').notNullable();
      json(table, 'config').notNullable();
      table.string('plugin', 255).notNullable();
      /** The client's name and the order's status and expiry, so that a licence is checked by one read. */
      table.string('licensed_to', 512).notNullable();
      table.string('status', 20).notNullable();
      datetime(table, 'expires_at');
      datetime(table, 'pinged_at');
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('service_license');
  },
};
