import { Type } from '@sinclair/typebox';
import { atomic } from '#core/context';
import { adminEndpoint } from '#core/endpoint';
import { defineModule } from '#core/module';
import { Text } from '#core/schema';
import { defineService, provide } from '#core/service';

const notesService = defineService<object>('notes');

const list = adminEndpoint({
  summary: 'All notes.',
  permission: 'view',
  input: Type.Object({}),
  output: Type.Array(Type.String()),
  handle: async (ctx) => {
    const rows = await ctx.db<{ text: string }>('note').orderBy('id');
    return rows.map(({ text }) => text);
  },
});

/** A module with a table, settings, a page and a menu: everything a life cycle can touch. */
export const notes = defineModule({
  name: 'notes',
  title: 'Note Keeper',
  description: 'Keeps notes.',
  version: '2.1.0',
  settings: Type.Object({ color: Text() }),
  permissions: { view: 'Read notes.', manage_settings: 'Change settings.' },
  tables: ['note'],
  migrations: [
    {
      name: '001_create_note',
      async up(db) {
        await db.schema.createTable('note', (table) => {
          table.increments('id');
          table.string('text', 255).notNullable();
        });
      },
      down: (db) => db.schema.dropTable('note'),
    },
  ],
  setup: () => ({
    provides: provide(notesService, {}),
    api: {
      admin: {
        list,
        add: adminEndpoint({
          summary: 'Keep a note.',
          permission: 'access',
          input: Type.Object({ text: Text() }),
          output: Type.Literal(true),
          handle: async (ctx, { text }) => {
            await atomic(ctx, (tx) => tx.db('note').insert({ text }));
            return true as const;
          },
        }),
      },
    },
    pages: [{ role: 'admin', route: 'GET /notes', endpoint: list, view: 'list' }],
    menu: [
      { role: 'admin', title: 'Archive', href: '/admin/notes/archive', order: 20 },
      { role: 'admin', title: 'Notes', href: '/admin/notes', order: 10, permission: 'view' },
      { role: 'client', title: 'My notes', href: '/notes', order: 1 },
    ],
  }),
});

/** Cannot be without notes. */
export const readers = defineModule({
  name: 'readers',
  title: 'Readers',
  version: '1.0.0',
  uses: { notes: notesService },
  migrations: [],
  setup: () => ({}),
});
