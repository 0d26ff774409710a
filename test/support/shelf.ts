import { Type } from '@sinclair/typebox';
import type { AdminActor, ClientActor } from '#core/actor';
import { adminEndpoint, clientEndpoint, guestEndpoint, signedIn } from '#core/endpoint';
import { conflict, rateLimited, unauthenticated } from '#core/error';
import { defineModule } from '#core/module';
import { Id, Int, OneOf, required, Text } from '#core/schema';

const seven: ClientActor = { kind: 'client', id: 7, email: 'seven@example.com', mustConfirmEmail: false };
const keeper: AdminActor = { kind: 'admin', id: 1, email: 'keeper@example.com', rights: { shelf: { access: true } } };

const login = (role: 'client' | 'admin', id: number) =>
  guestEndpoint({
    summary: 'Sign in.',
    input: Type.Object({ email: required('Email required', Text()), password: required('Password required', Text()) }),
    output: Type.Integer(),
    handle: async (_ctx, { password }) => {
      if (password !== 'right') throw unauthenticated('gate.wrong', 'Please check your login details.');
      return signedIn(role, id, id);
    },
  });
const [clientLogin, adminLogin] = [login('client', 7), login('admin', 1)];

/** One client and one staff member, who sign in with the password "right". */
export const clients = defineModule({
  name: 'clients',
  title: 'Clients',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    signIn: { role: 'client', endpoint: clientLogin },
    authenticators: [
      { role: 'client', byToken: async () => undefined, byId: async (_ctx, id) => (id === 7 ? seven : undefined) },
    ],
  }),
});
export const keepers = defineModule({
  name: 'keepers',
  title: 'Keepers',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    signIn: { role: 'admin', endpoint: adminLogin },
    authenticators: [
      { role: 'admin', byToken: async () => undefined, byId: async (_ctx, id) => (id === 1 ? keeper : undefined) },
    ],
  }),
});

const Book = Type.Object({ id: Type.Integer(), title: Type.String(), reader: Type.String() });
const OneBook = Type.Object({ id: Id });

const read = clientEndpoint({
  summary: 'One book.',
  input: OneBook,
  output: Book,
  handle: async (ctx, { id }) => ({ id, title: '<b>Moby & Dick</b>', reader: ctx.actor.email }),
});
const rename = clientEndpoint({
  summary: 'Rename a book.',
  input: Type.Object({
    id: Id,
    title: required('A book needs a title.', Text({ maxLength: 20, description: 'As on the cover.' })),
    shelf: Type.Optional(OneOf('upper', 'lower')),
    copies: Int({ minimum: 1, default: 1 }),
  }),
  output: Type.Literal(true),
  handle: async (_ctx, { title }) => {
    if (title === 'taken') throw conflict('shelf.taken', 'There is such a book.');
    if (title === 'busy') throw rateLimited(30);
    if (title === 'broken') throw new Error('the pages are loose');
    return true as const;
  },
});
const catalogue = guestEndpoint({
  summary: 'All books.',
  input: Type.Object({ search: Type.Optional(Text()) }),
  output: Type.Array(Type.String()),
  handle: async () => ['Moby Dick'],
});
const archive = adminEndpoint({
  summary: 'Books that nobody reads.',
  permission: 'archive',
  input: Type.Object({}),
  output: Type.Array(Type.String()),
  handle: async () => [],
});

/** A module with a page of every kind. It is not active by itself. */
export const shelf = defineModule({
  name: 'shelf',
  title: 'Shelf',
  description: 'Keeps books.',
  version: '1.0.0',
  permissions: { archive: 'See the archive.' },
  migrations: [],
  folder: new URL('.', import.meta.url),
  setup: () => ({
    api: { guest: { catalogue }, client: { rename }, admin: { archive } },
    pages: [
      { role: 'guest', route: 'GET /books', endpoint: catalogue, view: 'books' },
      { role: 'client', route: 'GET /books/:id', endpoint: read, view: 'book' },
      { role: 'client', route: 'POST /books/:id', endpoint: rename, then: '/books/:id' },
      { role: 'client', route: 'POST /books/:id/rename', endpoint: rename, then: '/books/:id' },
      { role: 'admin', route: 'GET /archive', endpoint: archive, view: 'books' },
      // The endpoint's role counts, however open the page.
      { role: 'guest', route: 'GET /open-archive', endpoint: archive, view: 'books' },
    ],
    menu: [
      { role: 'client', title: 'My books', href: '/books', order: 2 },
      { role: 'client', title: 'First', href: '/books/1', order: 1 },
      { role: 'admin', title: 'Stock', href: '/admin/stock', order: 1 },
      { role: 'admin', title: 'Archive', href: '/admin/archive', order: 2, permission: 'archive' },
    ],
  }),
});
