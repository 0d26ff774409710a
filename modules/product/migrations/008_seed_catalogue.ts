import type { Migration } from '#core/db/migrate';

const SEEDED_AT = new Date('2022-12-01T12:00:00Z');
const times = { created_at: SEEDED_AT, updated_at: SEEDED_AT };

/** What a fresh shop begins with. Programs expect to find it. */
export const seedCatalogue: Migration = {
  name: '008_seed_catalogue',
  async up(db) {
    await db('product_category').insert({ id: 1, title: 'Default category', ...times });
    await db('product_payment').insert({ id: 1, type: 'free', currency: 'USD' });
    await db('product').insert({
      id: 1,
      product_category_id: 1,
      product_payment_id: 1,
      title: 'Domains registration and transfer',
      slug: 'domain-checker',
      unit: 'year',
      type: 'domain',
      status: 'enabled',
      setup: 'after_payment',
      priority: 1,
      ...times,
    });
    await db('tld').insert({
      id: 1,
      tld_registrar_id: 1,
      tld_registrar_title: 'Custom',
      tld: '.com',
      price_registration_amount: 1199,
      price_renew_amount: 1199,
      price_transfer_amount: 1199,
      currency: 'USD',
    });
  },

  async down(db) {
    await db('tld').where({ id: 1 }).del();
    await db('product').where({ id: 1 }).del();
    await db('product_payment').where({ id: 1 }).del();
    await db('product_category').where({ id: 1 }).del();
  },
};
