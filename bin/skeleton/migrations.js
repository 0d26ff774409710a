// @ts-check
import { datetime } from 'tollkeeper/core/db/columns';

/**
 * One change of schema each, in order. A released one is never edited: add another.
 *
 * @type {readonly import('tollkeeper/core/db/migrate').Migration[]}
 */
export const migrations = [
  {
    name: '001_create_note',
    async up(db) {
      await db.schema.createTable('skeleton_note', (table) => {
        table.increments('id');
        table.bigInteger('client_id').unsigned().notNullable().index();
        table.text('text').notNullable();
        table.integer('word_count').notNullable();
        datetime(table, 'created_at').notNullable().index();
      });
    },
    async down(db) {
      await db.schema.dropTable('skeleton_note');
    },
  },
];
