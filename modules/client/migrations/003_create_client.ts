import { datetime, fingerprint } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Names and lengths are FOSSBilling's, so that its rows fit. */
const TEXTS: readonly (readonly [name: string, length: number])[] = [
  ['aid', 255],
  ['auth_type', 255],
  ['billing_email', 255],
  ['pass', 255],
  ['type', 100],
  ['first_name', 100],
  ['last_name', 100],
  ['gender', 20],
  ['birthday', 10],
  ['phone_cc', 10],
  ['phone', 100],
  ['company', 100],
  ['company_vat', 100],
  ['company_number', 255],
  ['address_1', 100],
  ['address_2', 100],
  ['city', 100],
  ['state', 100],
  ['postcode', 100],
  ['country', 100],
  ['currency', 10],
  ['lang', 10],
  ['timezone', 64],
  ['ip', 45],
  ['referred_by', 255],
];

export const createClient: Migration = {
  name: '003_create_client',
  async up(db) {
    await db.schema.createTable('client', (table) => {
      table.bigIncrements('id');
      table.bigInteger('client_group_id').unsigned();
      table.string('role', 30).notNullable().defaultTo('client');
      /** Lower case, and compared to the letter: an accent makes another address. */
      table.string('email', 255).notNullable().collate('utf8mb4_bin').unique();
      table.string('status', 30).notNullable();
      table.boolean('email_approved');
      table.boolean('tax_exempt').notNullable().defaultTo(false);
      for (const [name, length] of TEXTS) table.string(name, length);
      table.text('notes');
      for (let number = 1; number <= 20; number++) table.text(`custom_${number}`);
      /** Sealed, since the client may look at it at any time. */
      table.string('api_token', 512);
      fingerprint(table, 'api_token_hash').unique();
      datetime(table, 'created_at');
      datetime(table, 'updated_at').notNullable();
      table.index(['aid']);
      table.index(['created_at', 'id']);
      table.index(['client_group_id', 'created_at', 'id']);
      table.index(['status', 'created_at', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('client');
  },
};
