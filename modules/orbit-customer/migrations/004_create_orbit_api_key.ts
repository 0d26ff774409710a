import { datetime, fingerprint, json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Keys by which programs of clients are known. */
export const createOrbitApiKey: Migration = {
  name: '004_create_orbit_api_key',
  async up(db) {
    await db.schema.createTable('orbit_api_key', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_id').unsigned().notNullable().index();
      table.string('name', 255).notNullable();
      fingerprint(table, 'key_hash').notNullable().unique();
      /** What of the key is shown later. */
      table.string('key_head', 6).notNullable();
      table.string('key_tail', 4).notNullable();
      table.boolean('is_enabled').notNullable();
      json(table, 'ip_whitelist').notNullable();
      datetime(table, 'last_used_at');
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_api_key');
  },
};
