import type { Migration } from '#core/db/migrate';

const SEEDED_AT = new Date('2022-12-01T12:00:00Z');
const NAMES = ['super_admin', 'support_lead', 'support_staff'];

const grant = (...keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, true]));

/** The groups every installation begins with. */
export const seedAdminGroup: Migration = {
  name: '006_seed_admin_group',
  async up(db) {
    const dates = { created_at: SEEDED_AT, updated_at: SEEDED_AT };
    await db('admin_group').insert([
      {
        id: 1,
        name: 'Super Administrator',
        system_name: 'super_admin',
        parent_id: null,
        permissions: null,
        protected: true,
        ...dates,
      },
      {
        id: 2,
        name: 'Support Lead',
        system_name: 'support_lead',
        parent_id: 1,
        permissions: JSON.stringify({
          support: grant('access', 'view', 'manage_tickets', 'manage_helpdesk', 'manage_canned', 'manage_kb'),
          staff: grant(
            'access',
            'view',
            'create_and_edit_staff',
            'reset_staff_password',
            'manage_groups',
            'manage_settings',
          ),
        }),
        protected: false,
        ...dates,
      },
      {
        id: 3,
        name: 'Support Staff',
        system_name: 'support_staff',
        parent_id: 2,
        permissions: JSON.stringify({ support: grant('access', 'view', 'manage_tickets') }),
        protected: false,
        ...dates,
      },
    ]);
  },

  async down(db) {
    await db('admin_group').whereIn('system_name', NAMES).del();
  },
};
