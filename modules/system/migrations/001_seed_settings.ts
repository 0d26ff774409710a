import { systemClock } from '#core/clock';
import type { Migration } from '#core/db/migrate';

const NOTE = `This is a placeholder for your About Us page.
Replace this with information about your company, such as:
- Your company history and mission
- Services offered
- Values and vision
- Contact or support information
- Any other details you want your clients to know about your business`;

const PRIVACY_POLICY = `This is a sample Privacy Policy. Please replace this with your company's actual privacy terms.
Include details such as:
- How customer data is collected and used
- Security measures
- Third-party sharing policies
- Customer rights`;

const TERMS = `This is a sample Terms of Service. Please replace this with your own legal terms.
Include details such as:
- Your company name and address
- Conditions of service
- Payment and refund policies
- Service-level agreements (SLAs)`;

/** What a fresh installation starts with (spec D4), in its order. */
const PARAMS: readonly (readonly [name: string, value: string | null])[] = [
  ['last_patch', '106'],
  ['company_name', 'Company Name'],
  ['company_email', 'support@yourcompany.com'],
  ['company_signature', 'Tollkeeper'],
  ['company_logo', 'public/branding/logo.svg'],
  ['company_logo_dark', 'public/branding/logo-dark.svg'],
  ['company_address_1', 'Demo address line 1'],
  ['company_address_2', 'Demo address line 2'],
  ['company_address_3', 'Demo address line 3'],
  ['company_tel', '+123 456 12345'],
  ['company_tos', TERMS],
  ['company_privacy_policy', PRIVACY_POLICY],
  ['company_note', NOTE],
  ['invoice_series', 'FOSS'],
  ['invoice_due_days', '5'],
  ['invoice_auto_approval', '1'],
  ['invoice_issue_days_before_expire', '14'],
  ['theme', 'huraga'],
  ['issue_invoice_days_before_expire', '7'],
  ['invoice_refund_logic', 'credit_note'],
  ['invoice_cn_series', 'CN-'],
  ['invoice_cn_starting_number', '1'],
  ['invoice_starting_number', '1'],
  ['nameserver_1', null],
  ['nameserver_2', null],
  ['nameserver_3', null],
  ['nameserver_4', null],
  ['funds_min_amount', '10'],
  ['funds_max_amount', '200'],
  ['company_favicon', 'public/branding/favicon.ico'],
  ['hide_company_public', '1'],
  ['invoice_hash_lifetime_days', '90'],
];

/** The table is the core's; the rows of owner `system` are this module's. */
export const seedSettings: Migration = {
  name: '001_seed_settings',
  async up(db) {
    const now = systemClock();
    const rows = PARAMS.map(([name, value]) => ({
      owner: 'system',
      name,
      value,
      is_public: false,
      created_at: now,
      updated_at: now,
    }));
    await db('setting').insert(rows).onConflict(['owner', 'name']).ignore();
  },
  async down(db) {
    await db('setting')
      .where({ owner: 'system' })
      .whereIn(
        'name',
        PARAMS.map(([name]) => name),
      )
      .del();
  },
};
