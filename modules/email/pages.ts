import type { MenuEntry, Page } from '#core/web/page';
import type { clientApi } from './api/client.ts';

/** The letters a client got. Their text is shown, not their markup: what is in a letter must not become part of a page. */
export const letterPages = (client: ReturnType<typeof clientApi>): readonly Page[] => [
  { role: 'client', route: 'GET /email', endpoint: client.get_list, view: 'client/letters' },
  { role: 'client', route: 'GET /email/:id', endpoint: client.get, view: 'client/letter' },
  {
    role: 'client',
    route: 'POST /email/:id/resend',
    endpoint: client.resend,
    then: '/email/:id',
    says: 'letters.sent',
  },
];

export const letterMenu: readonly MenuEntry[] = [{ role: 'client', title: 'menu.letters', href: '/email', order: 50 }];
