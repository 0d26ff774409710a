import type { Search } from '#core/web/search';
import type { Widget } from '#core/web/widget';
import { fullName } from './repository.ts';
import { listNewest, search, type Found } from './repository-search.ts';

/** Where staff see a client. */
export const clientPath = (id: number): string => `/admin/client/manage/${id}`;

export const clientSearch: readonly Search[] = [
  {
    title: 'panel.clients',
    permission: 'view',
    find: async (ctx, text, limit) => (await search(ctx.db, text, limit)).map(hitOf),
  },
];

const NEWEST = 5;

export const clientWidgets: readonly Widget[] = [
  {
    title: 'panel.newest',
    permission: 'view',
    order: 60,
    kind: 'rows',
    href: '/admin/client',
    load: async (ctx) =>
      (await listNewest(ctx.db, NEWEST)).map((client) => ({ ...hitOf(client), at: client.createdAt })),
  },
];

const hitOf = ({ id, firstName, lastName, company, email }: Found) => ({
  title: fullName(firstName, lastName) || email || `#${id}`,
  text: [company, email].filter(Boolean).join(' · '),
  href: clientPath(id),
});
