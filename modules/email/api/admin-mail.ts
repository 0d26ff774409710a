import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, Id, listed, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import type { StaffService } from '#modules/staff/contract';
import type { History } from '../history.ts';
import type { Post } from '../post.ts';
import type { Queue } from '../queue.ts';
import {
  EmailId,
  EmailView,
  historyFilter,
  Ids,
  presentEmail,
  presentQueued,
  QueuedView,
  readFilter,
} from '../schema.ts';
import { KNOWN, readTemplateLetter } from './template-letter.ts';

const nothing = Type.Object({});

interface Needs {
  readonly history: History;
  readonly queue: Queue;
  readonly post: Post;
  readonly staff: StaffService | undefined;
}

export const mailApi = ({ history, queue, post, staff }: Needs) => ({
  email_get_list: adminEndpoint({
    summary: 'Letters that were sent, the newest first.',
    permission: 'view_email_history',
    input: Type.Object({ ...Paging, ...historyFilter, client_id: Type.Optional(Text()) }),
    output: PageOf(EmailView),
    handle: async (ctx, { page, per_page, client_id: clientId, ...filter }) =>
      listed(
        await history.list(
          ctx,
          { ...readFilter(filter), clientId: clientId ? Number(clientId) || 0 : undefined },
          pageRequest({ page, per_page }),
        ),
        presentEmail,
      ),
  }),

  email_get: adminEndpoint({
    summary: 'One letter that was sent.',
    permission: 'view_email_history',
    input: Type.Object(EmailId),
    output: EmailView,
    handle: async (ctx, { id }) => presentEmail(await history.get(ctx, id)),
  }),

  send: adminEndpoint({
    summary: 'Write to somebody. The letter is queued and leaves a little later.',
    permission: 'send_emails',
    input: Type.Object({
      to: required('Receiver email is required', Text()),
      to_name: required('Receiver name is required', Text({ maxLength: 255 })),
      from: required('Sender email is required', Text()),
      from_name: required('Sender name is required', Text({ maxLength: 255 })),
      subject: required('Email subject is required', Text()),
      content: required('Email content is required', Text()),
      client_id: Type.Optional(Id),
    }),
    output: Done,
    handle: (ctx, { to, to_name: toName, from, from_name: fromName, subject, content: html, client_id }) =>
      done(post.sendPlain(ctx, { to, toName, from, fromName, subject, html, clientId: client_id || undefined })),
  }),

  email_resend: adminEndpoint({
    summary: 'Send a letter to its client again.',
    permission: 'send_emails',
    input: Type.Object(EmailId),
    output: Done,
    handle: (ctx, { id }) => done(history.resend(ctx, id)),
  }),

  email_delete: adminEndpoint({
    summary: 'Remove a letter from the history.',
    permission: 'delete_email_history',
    input: Type.Object(EmailId),
    output: Done,
    handle: (ctx, { id }) => done(history.remove(ctx, id)),
  }),

  batch_delete: adminEndpoint({
    summary: 'Remove several letters from the history.',
    permission: 'delete_email_history',
    input: Type.Object(Ids),
    output: Done,
    handle: (ctx, { ids }) => done(history.removeMany(ctx, ids)),
  }),

  get_queue: adminEndpoint({
    summary: 'Letters that wait to be sent, the urgent first.',
    permission: 'view_email_history',
    input: Type.Object({ ...Paging, status: Type.Optional(Text()), client_id: Type.Optional(Text()) }),
    output: PageOf(QueuedView),
    handle: async (ctx, { status, client_id: clientId, ...paging }) =>
      listed(
        await queue.list(
          ctx,
          { status: status || undefined, clientId: clientId ? Number(clientId) || 0 : undefined },
          pageRequest(paging),
        ),
        presentQueued,
      ),
  }),

  template_send: adminEndpoint({
    summary: 'Send a letter from a template. What else is passed is told to the template.',
    permission: 'send_emails',
    input: Type.Object(
      {
        code: required('Template code not passed', Text({ maxLength: 100 })),
        ...KNOWN,
        send_now: Type.Optional(Anything()),
      },
      { additionalProperties: true },
    ),
    output: Type.Boolean(),
    handle: (ctx, input) => post.sendTemplate(ctx, readTemplateLetter(input)),
  }),

  send_test: adminEndpoint({
    summary: 'Send yourself a letter at once, to see whether mail works.',
    permission: 'send_emails',
    input: nothing,
    output: Done,
    handle: async (ctx) => {
      const { id, email } = ctx.actor;
      await post.sendTest(ctx, { email, name: (await staff?.find(ctx, id))?.name });
      return true as const;
    },
  }),

  batch_sendmail: adminEndpoint({
    summary: 'Send everything that waits in the queue.',
    permission: 'send_emails',
    input: nothing,
    output: Type.Null(),
    handle: async (ctx) => {
      await queue.sendDue(ctx, { withWaiting: true });
      return null;
    },
  }),
});
