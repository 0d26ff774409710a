import { Type } from '@sinclair/typebox';
import { clientEndpoint, ofVisit } from '#core/endpoint';
import { Anything, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import { languages } from '#core/web/language';
import type { ClientProfileService } from '#modules/client/contract';
import type { profileClientApi } from './api/client.ts';
import type { sessionApi } from './api/session.ts';

const PATH = '/client/profile';

/** What clients keep of themselves, and the keys to their account. */
export function profilePages(
  client: ReturnType<typeof profileClientApi> & ReturnType<typeof sessionApi>,
  clients: ClientProfileService,
): readonly Page[] {
  const show = clientEndpoint({
    summary: 'Your own data, as a form.',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => ({
      ...(await clients.own(ctx, ctx.actor.id)),
      languages: languages.map(({ code, title }) => [code, title]),
    }),
  });
  const security = clientEndpoint({
    summary: 'Password, second step, API key and sessions.',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: (ctx) =>
      Promise.resolve(
        ofVisit(async (visit) => ({
          hasKey: (await clients.tokenOf(ctx, ctx.actor.id)) !== undefined,
          sessions: await visit.listSessions('client', ctx.actor.id),
        })),
      ),
  });
  const key = clientEndpoint({
    summary: 'Your API key, for who asks for it.',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => ({ key: (await clients.tokenOf(ctx, ctx.actor.id)) ?? null }),
  });
  const newKey = clientEndpoint({
    summary: 'Your new API key.',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => ({ key: await clients.replaceToken(ctx, ctx.actor.id), isNew: true }),
  });
  const safe = '/client/security';
  const form = { role: 'client', then: safe } as const;
  const shown = { role: 'client', view: 'client/api-key' } as const;
  return [
    { role: 'client', route: `GET ${PATH}`, endpoint: show, view: 'client/profile' },
    { role: 'client', route: `POST ${PATH}`, endpoint: client.update, then: PATH, says: 'profile.saved' },
    { role: 'client', route: `GET ${safe}`, endpoint: security, view: 'client/security' },
    { ...form, route: `POST ${safe}/password`, endpoint: client.change_password, says: 'security.passwordChanged' },
    { ...shown, route: `POST ${safe}/api-key/show`, endpoint: key },
    { ...shown, route: `POST ${safe}/api-key`, endpoint: newKey },
    { ...form, route: `POST ${safe}/session`, endpoint: client.session_end, says: 'security.sessionEnded' },
    { ...form, route: `POST ${safe}/sessions`, endpoint: client.destroy_sessions, says: 'security.sessionsEnded' },
  ];
}

export const profileMenu: readonly MenuEntry[] = [
  { role: 'client', title: 'menu.profile', href: PATH, order: 60 },
  { role: 'client', title: 'menu.security', href: '/client/security', order: 70 },
];
