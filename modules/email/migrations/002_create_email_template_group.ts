import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

/** Which staff groups get a letter that is for staff. */
export const createEmailTemplateGroup: Migration = {
  name: '002_create_email_template_group',
  async up(db) {
    await db.schema.createTable('email_template_group', (table) => {
      table.bigIncrements('id');
      table.bigInteger('email_template_id').unsigned().notNullable();
      table.bigInteger('admin_group_id').unsigned().notNullable().index();
      datetime(table, 'created_at');
      table.unique(['email_template_id', 'admin_group_id']);
    });
  },
  down: (db) => db.schema.dropTable('email_template_group'),
};
