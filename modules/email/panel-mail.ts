import { Type } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint } from '#core/endpoint';
import { Anything, listed, MapOf, Paging } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { mailApi } from './api/admin-mail.ts';
import { routeOf } from './carrier.ts';
import type { History } from './history.ts';
import type { Queue } from './queue.ts';
import { EmailId, presentEmail } from './schema.ts';
import type { MailSettings, ReadSettings } from './settings.ts';

const [LOG, OUTBOX, TRANSPORT] = ['/admin/email/log', '/admin/email/outbox', '/admin/email/transport'] as const;
const PER_PAGE = 50;
const Shown = MapOf(Anything());

type Fallback = Parameters<typeof routeOf>[1];

interface Parts {
  readonly history: History;
  readonly queue: Queue;
  readonly settings: ReadSettings;
  readonly fallback: Fallback;
  readonly admin: ReturnType<typeof mailApi>;
}

/** What waits to be sent, what was sent, and the way it takes, in the panel. */
export function mailPages({ history, queue, settings, fallback, admin }: Parts): readonly Page[] {
  const outbox = adminEndpoint({
    summary: 'Letters that wait to be sent, and why.',
    permission: 'view_email_history',
    input: Type.Object({ page: Paging.page }),
    output: Shown,
    handle: async (ctx, { page }) => ({
      ...listed(await queue.list(ctx, {}, { page, perPage: PER_PAGE }), (email) => ({
        id: email.id,
        recipient: email.recipient,
        subject: email.subject,
        tries: email.tries,
        send_at: email.sendAt,
        error: email.lastError ?? null,
      })),
      may_send: maySend(ctx),
    }),
  });
  const one = adminEndpoint({
    summary: 'One letter that was sent, as text.',
    permission: 'view_email_history',
    input: Type.Object(EmailId),
    output: Shown,
    handle: async (ctx, { id }) => ({
      ...presentEmail(await history.get(ctx, id)),
      may_send: maySend(ctx),
      may_delete: holds(ctx.actor.rights, 'email', 'delete_email_history'),
    }),
  });
  const transport = adminEndpoint({
    summary: 'Which way mail takes, without its secrets.',
    permission: 'manage_settings',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => {
      const current = await settings(ctx);
      return {
        way: wayOf(current, fallback),
        host: current.mailer === 'smtp' ? `${current.smtp.host}:${current.smtp.port}` : '',
        folder: fallback.folder,
        from: `${current.fromName} <${current.fromEmail}>`,
        is_logged: current.isLogged,
        is_signed: current.dkim !== undefined,
        to: ctx.actor.email,
        may_send: maySend(ctx),
      };
    },
  });
  const form = { role: 'admin', then: `${LOG}/:id` } as const;
  return [
    { role: 'admin', route: 'GET /email/log', endpoint: admin.email_get_list, view: 'admin/log' },
    { role: 'admin', route: 'GET /email/log/:id', endpoint: one, view: 'admin/letter' },
    { ...form, route: 'POST /email/log/:id/resend', endpoint: admin.email_resend, says: 'mail.resent' },
    { ...form, route: 'POST /email/log/:id/delete', endpoint: admin.email_delete, then: LOG, says: 'mail.removed' },
    { role: 'admin', route: 'GET /email/outbox', endpoint: outbox, view: 'admin/outbox' },
    {
      role: 'admin',
      route: 'POST /email/outbox',
      endpoint: admin.batch_sendmail,
      then: OUTBOX,
      says: 'mail.allTried',
    },
    { role: 'admin', route: 'GET /email/transport', endpoint: transport, view: 'admin/transport' },
    { role: 'admin', route: 'POST /email/transport', endpoint: admin.send_test, then: TRANSPORT, says: 'mail.tested' },
  ];
}

const maySend = ({ actor }: Context<AdminActor>): boolean => holds(actor.rights, 'email', 'send_emails');

/** What staff chose may be of no use yet, as a server without a name is: then `MAIL_URL` or the files carry on. */
function wayOf(current: MailSettings, { folder, mailUrl }: Fallback): string {
  if (routeOf(current, { folder, mailUrl: undefined }).key !== 'files') return current.mailer;
  return mailUrl === undefined ? 'files' : 'mail_url';
}

export const mailMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.outbox', href: OUTBOX, order: 20, permission: 'view_email_history', group: 'messages' },
  { role: 'admin', title: 'menu.log', href: LOG, order: 30, permission: 'view_email_history', group: 'messages' },
  {
    role: 'admin',
    title: 'menu.transport',
    href: TRANSPORT,
    order: 20,
    permission: 'manage_settings',
    group: 'system',
  },
];
