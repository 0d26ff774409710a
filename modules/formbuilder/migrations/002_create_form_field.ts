import { json, timestamps } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

const FLAGS = ['hide_label', 'required', 'hidden', 'readonly', 'is_unique'];
const TEXTS = ['prefix', 'suffix', 'show_initial', 'show_middle', 'show_prefix', 'show_suffix'];

export const createFormField: Migration = {
  name: '002_create_form_field',
  async up(db) {
    await db.schema.createTable('form_field', (table) => {
      table.bigIncrements('id');
      table.bigInteger('form_id').notNullable();
      table.string('name', 255).notNullable();
      table.string('label', 255).notNullable();
      table.string('description', 255);
      table.string('type', 32).notNullable();
      /** Longer than FOSSBilling's, which holds the 255 characters of a value but not its JSON. */
      table.text('default_value');
      for (const name of FLAGS) table.boolean(name);
      for (const name of TEXTS) table.string(name, 255);
      json(table, 'options');
      table.integer('text_size');
      timestamps(table);
      table.index(['form_id', 'id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('form_field');
  },
};
