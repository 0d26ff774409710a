import { Type, type Static } from '@sinclair/typebox';
import { DayRangeInput, readDayRange } from '#core/day-range';
import { adminEndpoint } from '#core/endpoint';
import { Int, listed, OrNull, PageOf, pageRequest, Paging, Text } from '#core/schema';
import type { Filter } from '../repository.ts';
import { LineView, present } from '../schema.ts';
import type { Activity } from '../service.ts';

const Whole = Type.Optional(Text({ maxLength: 20 }));
/** Fits the column whatever the letters. */
const LONGEST = 16_000;

const ListInput = Type.Object({
  priority: Whole,
  min_priority: Type.Optional(
    OrNull(Text({ maxLength: 20, description: 'This grave or graver, 6 when absent; empty for all.' })),
  ),
  user_filter: Type.Optional(Text({ description: '`only_staff` or `only_clients`.' })),
  admin_id: Whole,
  client_id: Whole,
  ip: Type.Optional(Text({ maxLength: 45 })),
  search: Type.Optional(Text({ maxLength: 255 })),
  ...DayRangeInput,
  ...Paging,
});

export const adminApi = (activity: Activity) => ({
  log_get_list: adminEndpoint({
    summary: 'Lines of the activity log, the newest first.',
    permission: 'view',
    input: ListInput,
    output: PageOf(LineView),
    handle: async (ctx, input) => listed(await activity.list(ctx, toFilter(input), pageRequest(input)), present),
  }),

  log: adminEndpoint({
    summary: 'Add a line to the activity log. False when there is no message.',
    permission: 'manage',
    input: Type.Object({
      m: Type.Optional(Text({ maxLength: LONGEST, description: 'The message.' })),
      client_id: Whole,
      admin_id: Whole,
      priority: Int({ minimum: 0, maximum: 7, default: 6, description: '0 is an emergency, 7 of use to developers.' }),
    }),
    output: Type.Boolean(),
    handle: async (ctx, { m: message, client_id, admin_id, priority }) => {
      if (message === undefined) return false;
      const about = { clientId: toId(client_id), adminId: toId(admin_id) };
      await activity.log(ctx, { message, priority, ...about });
      return true;
    },
  }),

  log_email: adminEndpoint({
    summary: 'Add a letter to the history of mail. False when there is no subject.',
    permission: 'manage',
    input: Type.Object({
      subject: Type.Optional(Text({ maxLength: 255 })),
      client_id: Whole,
      sender: Type.Optional(Text({ maxLength: 255 })),
      recipients: Type.Optional(Text({ maxLength: LONGEST })),
      content_html: Type.Optional(Text()),
      content_text: Type.Optional(Text()),
    }),
    output: Type.Boolean(),
    handle: async (ctx, { subject, client_id, sender, recipients, content_html: html, content_text: text }) => {
      if (subject === undefined) return false;
      await activity.logEmail(ctx, { clientId: toId(client_id), sender, recipients, subject, html, text });
      return true;
    },
  }),
});

function toFilter(input: Static<typeof ListInput>): Filter {
  const { priority, min_priority: minPriority = '6', user_filter: by } = input;
  return {
    priority: priority === '0' ? 0 : toNumber(priority),
    minPriority: minPriority === null || minPriority === '' ? undefined : (toNumber(minPriority) ?? 0),
    by: by === 'only_staff' ? 'staff' : by === 'only_clients' ? 'clients' : undefined,
    adminId: toNumber(input.admin_id),
    clientId: toNumber(input.client_id),
    ip: input.ip || undefined,
    search: input.search || undefined,
    ...readDayRange(input),
  };
}

/** Empty and "0" narrow nothing; what is no number is nobody's. */
const toNumber = (text: string | undefined): number | undefined =>
  text === undefined || text === '' || text === '0' ? undefined : (toId(text) ?? -1);

const toId = (text = ''): number | undefined => (/^[1-9]\d{0,14}$/.test(text.trim()) ? Number(text) : undefined);
