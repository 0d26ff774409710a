// @ts-check
import { adminEndpoint, clientEndpoint, guestEndpoint } from 'tollkeeper/core/endpoint';
import { on } from 'tollkeeper/core/listener';
import { defineModule } from 'tollkeeper/core/module';
import { Flag, Id, PageOf, Paging, Text, required } from 'tollkeeper/core/schema';
import { Type } from 'tollkeeper/core/type';
import { migrations } from './migrations.js';
import { createNotes, noteAdded } from './notes.js';

/** Clients keep notes; staff read them; guests see how many there are. */

const Note = Type.Object({ id: Id, client_id: Id, text: Type.String(), word_count: Type.Integer() });

/** A note as it goes over the wire. @param {import('./repository.js').Note} note */
const present = (note) => ({ id: note.id, client_id: note.clientId, text: note.text, word_count: note.wordCount });

export const skeleton = defineModule({
  name: 'skeleton',
  title: 'Skeleton',
  version: '1.0.0',
  description: 'Notes of clients.',
  permissions: { view: 'Read the notes of all clients.' },
  settings: Type.Object({ is_open: Flag(true) }),
  tables: ['skeleton_note'],
  migrations,

  setup(_services, { settings }) {
    const notes = createNotes(settings);
    return {
      api: {
        guest: {
          count: guestEndpoint({
            summary: 'How many notes there are.',
            input: Type.Object({}),
            output: Type.Integer(),
            handle: (ctx) => notes.count(ctx),
          }),
        },
        client: {
          add: clientEndpoint({
            summary: 'Keep a note.',
            input: Type.Object({ text: required('Text is missing', Text({ maxLength: 1000 })) }),
            output: Id,
            handle: (ctx, { text }) => notes.add(ctx, text),
          }),
        },
        admin: {
          get_list: adminEndpoint({
            summary: 'The notes of all clients, the newest first.',
            permission: 'view',
            input: Type.Object(Paging),
            output: PageOf(Note),
            handle: async (ctx, { page, per_page }) => {
              const found = await notes.list(ctx, { page, perPage: per_page });
              const pages = Math.ceil(found.total / per_page);
              return { pages, page, per_page, total: found.total, list: found.items.map(present) };
            },
          }),
        },
      },
      listeners: [on(noteAdded, 'count_words', (ctx, { noteId }) => notes.countWords(ctx, noteId))],
      jobs: [{ name: 'forget', schedule: '15 3 * * *', run: (ctx) => notes.forgetOld(ctx) }],
    };
  },
});
