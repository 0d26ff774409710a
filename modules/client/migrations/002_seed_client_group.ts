import type { Migration } from '#core/db/migrate';

export const seedClientGroup: Migration = {
  name: '002_seed_client_group',
  async up(db) {
    const now = new Date(0);
    await db('client_group').insert({ id: 1, title: 'Default', created_at: now, updated_at: now });
  },

  async down(db) {
    await db('client_group').where({ id: 1 }).del();
  },
};
