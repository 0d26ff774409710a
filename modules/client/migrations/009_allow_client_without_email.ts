import type { Knex } from 'knex';
import type { Migration } from '#core/db/migrate';
import { isMysql } from '#core/db/tables';

/** Who signs in by other means than a password may have no address; several such clients do not get into each other's way. */
export const allowClientWithoutEmail: Migration = {
  name: '009_allow_client_without_email',
  up: (db) => setNull(db, true),

  async down(db) {
    await db('client')
      .whereNull('email')
      .update({ email: db.raw(isMysql(db) ? "concat('client-', id, '@invalid')" : "'client-' || id || '@invalid'") });
    await setNull(db, false);
  },
};

async function setNull(db: Knex, isAllowed: boolean): Promise<void> {
  // The builder would lose the collation on MySQL.
  if (isMysql(db))
    await db.raw(`alter table client modify email varchar(255) collate utf8mb4_bin ${isAllowed ? 'null' : 'not null'}`);
  else
    await db.schema.alterTable(
      'client',
      (table) => void (isAllowed ? table.setNullable('email') : table.dropNullable('email')),
    );
}
