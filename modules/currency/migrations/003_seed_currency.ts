import type { Migration } from '#core/db/migrate';

const SEEDED_AT = new Date('2022-12-01T12:00:00Z');

export const seedCurrency: Migration = {
  name: '003_seed_currency',
  async up(db) {
    await db('currency').insert({ id: 1, code: 'USD', is_default: true, created_at: SEEDED_AT, updated_at: SEEDED_AT });
  },

  async down(db) {
    await db('currency').where({ id: 1 }).del();
  },
};
