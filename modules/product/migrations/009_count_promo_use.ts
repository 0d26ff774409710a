import type { Migration } from '#core/db/migrate';

/** What staff made the counter of a promo more, or less, than its redemptions, so that a fault can be told from their wish. */
export const countPromoUse: Migration = {
  name: '009_count_promo_use',
  async up(db) {
    await db.schema.alterTable('promo', (table) => {
      table.integer('used_offset').notNullable().defaultTo(0);
    });
  },

  async down(db) {
    await db.schema.alterTable('promo', (table) => table.dropColumn('used_offset'));
  },
};
