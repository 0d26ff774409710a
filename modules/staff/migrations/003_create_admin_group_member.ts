import { datetime } from '#core/db/columns';
import type { Migration } from '#core/db/migrate';

export const createAdminGroupMember: Migration = {
  name: '003_create_admin_group_member',
  async up(db) {
    await db.schema.createTable('admin_group_member', (table) => {
      table.bigIncrements('id');
      table.bigInteger('admin_id').unsigned().notNullable();
      table.bigInteger('admin_group_id').unsigned().notNullable().index();
      datetime(table, 'created_at').notNullable();
      table.unique(['admin_id', 'admin_group_id']);
    });
  },

  async down(db) {
    await db.schema.dropTable('admin_group_member');
  },
};
