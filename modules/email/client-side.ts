import { plug, type Plug } from '#core/plugin';
import type { Say } from '#core/web/phrase';
import { clientSection, clientStory } from '#modules/client/contract';
import { listSentTo } from './repository-overview.ts';

const FEW = 8;
const MODULE = { module: 'email', permission: 'view_email_history' } as const;
const letterPath = (id: number): string => `/admin/email/log/${id}`;

/** What the page of a client shows of the letters it got. */
export const clientPlugs = (say: Say): readonly Plug[] => [
  plug(clientSection, {
    ...MODULE,
    order: 30,
    title: say('panel.letters'),
    load: async (ctx, clientId) =>
      (await listSentTo(ctx.db, clientId, { before: undefined, limit: FEW })).map(({ id, subject, at }) => ({
        title: subject,
        href: letterPath(id),
        at,
      })),
    allAt: (clientId) => `/admin/email/log?client_id=${clientId}`,
  }),
  plug(clientStory, {
    ...MODULE,
    load: async (ctx, clientId, span) =>
      (await listSentTo(ctx.db, clientId, span)).map(({ id, subject, at }) => ({
        at,
        title: say('panel.sent', { subject }),
        href: letterPath(id),
      })),
  }),
];
