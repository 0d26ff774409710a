import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { Anything, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import { languages } from '#core/web/language';
import type { ClientProfileService } from '#modules/client/contract';
import type { profileClientApi } from './api/client.ts';

const PATH = '/client/profile';

/** What clients keep of themselves, and the keys to their account. */
export function profilePages(
  client: ReturnType<typeof profileClientApi>,
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
    summary: 'Password, API key and sessions.',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => ({ api_key: (await clients.tokenOf(ctx, ctx.actor.id)) ?? null }),
  });
  const safe = '/client/security';
  const form = { role: 'client', then: safe } as const;
  return [
    { role: 'client', route: `GET ${PATH}`, endpoint: show, view: 'client/profile' },
    { role: 'client', route: `POST ${PATH}`, endpoint: client.update, then: PATH, says: 'profile.saved' },
    { role: 'client', route: `GET ${safe}`, endpoint: security, view: 'client/security' },
    { ...form, route: `POST ${safe}/password`, endpoint: client.change_password, says: 'security.passwordChanged' },
    { ...form, route: `POST ${safe}/api-key`, endpoint: client.api_key_reset, says: 'security.keyReplaced' },
    { ...form, route: `POST ${safe}/sessions`, endpoint: client.destroy_sessions, says: 'security.sessionsEnded' },
  ];
}

export const profileMenu: readonly MenuEntry[] = [
  { role: 'client', title: 'menu.profile', href: PATH, order: 60 },
  { role: 'client', title: 'menu.security', href: '/client/security', order: 70 },
];
