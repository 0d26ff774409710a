import { Type } from '@sinclair/typebox';
import { DayRangeInput, readDayRange } from '#core/day-range';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Id, listed, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import { NotificationView, present } from '../schema.ts';
import type { Notifications } from '../service.ts';

const OneNotification = Type.Object({ id: required('Notification ID was not passed', Id) });

export const adminApi = (notifications: Notifications) => ({
  get_list: adminEndpoint({
    summary: 'Messages for staff, the newest first.',
    permission: 'view',
    input: Type.Object({
      id: Type.Optional(Text({ maxLength: 20 })),
      search: Type.Optional(Text({ maxLength: 255 })),
      ...DayRangeInput,
      ...Paging,
    }),
    output: PageOf(NotificationView),
    handle: async (ctx, { id, search, ...input }) => {
      const filter = { id: id ? Number(id) || 0 : undefined, search: search || undefined, ...readDayRange(input) };
      return listed(await notifications.list(ctx, filter, pageRequest(input)), present);
    },
  }),

  get: adminEndpoint({
    summary: 'One message for staff.',
    permission: 'view',
    input: OneNotification,
    output: NotificationView,
    handle: async (ctx, { id }) => present(await notifications.get(ctx, id)),
  }),

  add: adminEndpoint({
    summary: 'Leave a message for staff; it is kept escaped for HTML. False when there is none.',
    permission: 'manage',
    input: Type.Object({ message: Type.Optional(Text({ maxLength: 60_000 })) }),
    output: Type.Union([Type.Integer(), Type.Literal(false)]),
    handle: async (ctx, { message }) => (message === undefined ? false : notifications.add(ctx, message)),
  }),

  delete: adminEndpoint({
    summary: 'Remove a message.',
    permission: 'manage',
    input: OneNotification,
    output: Done,
    handle: (ctx, { id }) => done(notifications.remove(ctx, id)),
  }),

  delete_all: adminEndpoint({
    summary: 'Remove all messages.',
    permission: 'manage',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => done(notifications.removeAll(ctx)),
  }),
});
