import { Type } from '@sinclair/typebox';
import { adminEndpoint, ofVisit } from '#core/endpoint';
import { notFound } from '#core/error';
import { Anything, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { StaffService } from '#modules/staff/contract';
import type { profileAdminApi } from './api/admin.ts';
import { sessionApi } from './api/session.ts';

const PATH = '/admin/profile';

/** What staff keep of themselves, and the keys to their account, in the panel. */
export function staffProfilePages(staff: StaffService, admin: ReturnType<typeof profileAdminApi>): readonly Page[] {
  const show = adminEndpoint({
    summary: 'Your own account: data, API key, sessions.',
    permission: 'access',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => {
      const { id } = ctx.actor;
      const member = await staff.find(ctx, id);
      if (member === undefined) throw notFound('staff.unknown', 'Staff member not found'); // removed this very moment
      const token = await staff.tokenOf(ctx, id);
      return ofVisit(async (visit) => ({
        name: member.name,
        email: member.email,
        signature: member.signature ?? '',
        timezone: member.timezone ?? '',
        api_token: token ?? null,
        sessions: await visit.listSessions('admin', id),
      }));
    },
  });
  const form = { role: 'admin', then: PATH } as const;
  return [
    { role: 'admin', route: 'GET /profile', endpoint: show, view: 'admin/profile' },
    { ...form, route: 'POST /profile', endpoint: admin.update, says: 'profile.saved' },
    { ...form, route: 'POST /profile/password', endpoint: admin.change_password, says: 'security.passwordChanged' },
    { ...form, route: 'POST /profile/api-key', endpoint: admin.generate_api_key, says: 'security.keyReplaced' },
    { ...form, route: 'POST /profile/session', endpoint: sessionApi('admin').session_end, says: 'panel.sessionEnded' },
    { ...form, route: 'POST /profile/sessions', endpoint: admin.destroy_sessions, says: 'security.sessionsEnded' },
  ];
}

export const staffProfileMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.ownProfile', href: PATH, order: 90, group: 'system' },
];
