import { fingerprint, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createCart: Migration = {
  name: '001_create_cart',
  async up(db) {
    await db.schema.createTable('cart', (table) => {
      table.bigIncrements('id');
      /** Fingerprint of the token that the visitor's session holds: the session's id changes at sign-in, this does not. */
      fingerprint(table, 'session_id').notNullable().unique();
      table.string('currency', 20).notNullable();
      table.bigInteger('promo_id').unsigned().index();
      timestamps(table);
      table.index(['created_at']);
    });
  },
  down: (db) => db.schema.dropTable('cart'),
};
