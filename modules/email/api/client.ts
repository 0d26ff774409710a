import { Type } from '@sinclair/typebox';
import { clientEndpoint, Done, done } from '#core/endpoint';
import type { Limits } from '#core/http/limit';
import { listed, PageOf, pageRequest, Paging } from '#core/schema';
import type { History } from '../history.ts';
import { EmailId, EmailView, historyFilter, presentEmail, readFilter } from '../schema.ts';

export const clientApi = (history: History, limits: Limits) => ({
  get_list: clientEndpoint({
    summary: 'Letters that were sent to you, the newest first.',
    input: Type.Object({ ...Paging, ...historyFilter }),
    output: PageOf(EmailView),
    handle: async (ctx, { page, per_page, ...filter }) =>
      listed(
        await history.list(ctx, { ...readFilter(filter), clientId: ctx.actor.id }, pageRequest({ page, per_page })),
        presentEmail,
      ),
  }),

  get: clientEndpoint({
    summary: 'One of your letters.',
    input: Type.Object(EmailId),
    output: EmailView,
    handle: async (ctx, { id }) => presentEmail(await history.get(ctx, id, ctx.actor.id)),
  }),

  resend: clientEndpoint({
    summary: 'Get one of your letters again.',
    limit: 'client_email_resend_ip',
    input: Type.Object(EmailId),
    output: Done,
    handle: async (ctx, { id }) => {
      await limits.consume('client_email_resend_account', `client:${ctx.actor.id}`, ctx.ip);
      await history.resend(ctx, id, ctx.actor.id);
      return true as const;
    },
  }),

  delete: clientEndpoint({
    summary: 'Remove one of your letters from the history.',
    input: Type.Object(EmailId),
    output: Done,
    handle: (ctx, { id }) => done(history.remove(ctx, id, ctx.actor.id)),
  }),
});
