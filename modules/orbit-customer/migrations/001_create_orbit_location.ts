import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Where licences may be used. */
export const createOrbitLocation: Migration = {
  name: '001_create_orbit_location',
  async up(db) {
    await db.schema.createTable('orbit_location', (table) => {
      table.bigIncrements('id');
      /** Region, such as `fra`. */
      table.string('code', 40).notNullable().unique();
      table.string('name', 255).notNullable();
      json(table, 'urls').notNullable();
      table.boolean('is_enabled').notNullable();
      timestamps(table);
      table.index(['name', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('orbit_location');
  },
};
