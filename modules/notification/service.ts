import { atomic, type Context } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { notFound } from '#core/error';
import { notificationAdded } from './contract.ts';
import * as notifications from './repository.ts';

export type Notifications = ReturnType<typeof createNotifications>;

export function createNotifications() {
  return {
    async get(ctx: Context, id: number): Promise<notifications.Notification> {
      const found = await notifications.find(ctx.db, id);
      if (found === undefined) throw unknownNotification();
      return found;
    },

    list: (
      ctx: Context,
      { search, ...rest }: notifications.Filter,
      page: PageRequest,
    ): Promise<Page<notifications.Notification>> =>
      notifications.list(ctx.db, { ...rest, search: search && escapeHtml(search) }, page),

    /** As it was written. */
    plain: ({ message }: notifications.Notification): string => unescapeHtml(message),

    add: (ctx: Context, message: string): Promise<number> =>
      atomic(ctx, async (tx) => {
        const id = await notifications.insert(tx.db, escapeHtml(message), tx.now);
        await tx.emit(notificationAdded, { notificationId: id });
        await tx.record(`Added notification #${id}`);
        return id;
      }),

    remove: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        if (!(await notifications.remove(tx.db, id))) throw unknownNotification();
        await tx.record(`Removed notification #${id}`);
      }),

    removeAll: (ctx: Context): Promise<void> =>
      atomic(ctx, async (tx) => {
        await notifications.removeAll(tx.db);
        await tx.record('Removed all notifications');
      }),
  };
}

/** Whoever reads it puts it into a page as it is: the contract keeps it escaped (spec C10). */
const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#039;');

const unescapeHtml = (text: string): string =>
  text
    .replaceAll('&#039;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');

const unknownNotification = () => notFound('notification.unknown', 'Notification message was not found');
