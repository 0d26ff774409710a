import type { Migration } from '#core/db/migrate';

const SEEDED_AT = new Date('2022-12-01T12:00:00Z');
const times = { created_at: SEEDED_AT, updated_at: SEEDED_AT };

/** What every installation begins with: bank transfers and the like, and PayPal to be set up. */
export const seedPayGateway: Migration = {
  name: '014_seed_pay_gateway',
  async up(db) {
    const row = { allow_single: true, allow_recurrent: true, test_mode: false, ...times };
    await db('pay_gateway').insert([
      { id: 1, name: 'Custom', gateway: 'Custom', enabled: true, ...row },
      { id: 2, name: 'PayPal', gateway: 'PayPalEmail', enabled: false, ...row },
    ]);
  },
  down: async (db) => void (await db('pay_gateway').whereIn('id', [1, 2]).del()),
};
