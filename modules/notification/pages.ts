import { Type } from '@sinclair/typebox';
import { holds } from '#core/actor';
import { adminEndpoint } from '#core/endpoint';
import { Anything, listed, MapOf, Paging, required, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { Notifications } from './service.ts';

const PATH = '/admin/notification';
const PER_PAGE = 20;

/** The messages for staff, in the panel. */
export function notificationPages(notifications: Notifications, admin: ReturnType<typeof adminApi>): readonly Page[] {
  const list = adminEndpoint({
    summary: 'Messages for staff, as people read them.',
    permission: 'view',
    input: Type.Object({ page: Paging.page, search: Type.Optional(Text({ maxLength: 255 })) }),
    output: MapOf(Anything()),
    handle: async (ctx, { page, search }) => {
      const filter = { id: undefined, search: search || undefined };
      return {
        ...listed(await notifications.list(ctx, filter, { page, perPage: PER_PAGE }), (one) => ({
          id: one.id,
          message: notifications.plain(one),
          created_at: one.createdAt,
        })),
        may_manage: holds(ctx.actor.rights, 'notification', 'manage'),
      };
    },
  });
  const add = adminEndpoint({
    summary: 'Leave a message for staff.',
    permission: 'manage',
    input: Type.Object({ message: required('There is no message.', Text({ maxLength: 60_000 })) }),
    output: Type.Integer(),
    handle: (ctx, { message }) => notifications.add(ctx, message),
  });
  const form = { role: 'admin', then: PATH } as const;
  return [
    { role: 'admin', route: 'GET /notification', endpoint: list, view: 'admin/list' },
    { ...form, route: 'POST /notification', endpoint: add, says: 'notification.added' },
    { ...form, route: 'POST /notification/clear', endpoint: admin.delete_all, says: 'notification.cleared' },
    { ...form, route: 'POST /notification/:id/delete', endpoint: admin.delete, says: 'notification.removed' },
  ];
}

export const notificationMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.notifications', href: PATH, order: 40, permission: 'view', group: 'messages' },
];
