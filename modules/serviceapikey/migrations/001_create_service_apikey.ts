import { datetime, fingerprint, json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createServiceApikey: Migration = {
  name: '001_create_service_apikey',
  async up(db) {
    await db.schema.createTable('service_apikey', (table) => {
      table.bigIncrements('id');
      table.bigInteger('order_id').unsigned().notNullable().unique();
      table.bigInteger('client_id').unsigned().notNullable().index();
      /** Sealed; null until the order is activated. */
      table.text('api_key');
      /** Of the key in capitals: look-ups ignore case, and no two keys differ by case alone. */
      fingerprint(table, 'key_hash').unique();
      /** Of the key to the letter, where case matters. */
      fingerprint(table, 'exact_hash');
      json(table, 'config').notNullable();
      /** The order's status and expiry, so that a key is checked by one read. */
      table.string('status', 20).notNullable();
      datetime(table, 'expires_at');
      timestamps(table);
    });
  },

  async down(db) {
    await db.schema.dropTable('service_apikey');
  },
};
