import { Type, type Static } from '@sinclair/typebox';
import { Flag, parseDate, Paging, Text } from '#core/schema';
import type { InvoiceFilter } from './contract.ts';
import { daysFrom, endOfDay, startOfDay } from './day.ts';

const DateText = Text({ maxLength: 64 });

/** What a list may be narrowed by (invoicing spec 6.1). Empty values narrow nothing. */
export const ListInput = Type.Object({
  id: Type.Optional(Text()),
  nr: Type.Optional(Text({ maxLength: 191 })),
  client_id: Type.Optional(Text()),
  client: Type.Optional(Text({ maxLength: 255 })),
  status: Type.Optional(Text({ maxLength: 50 })),
  approved: Type.Optional(Text()),
  currency: Type.Optional(Text({ maxLength: 20 })),
  order_id: Type.Optional(Text()),
  created_at: Type.Optional(DateText),
  paid_at: Type.Optional(DateText),
  date_from: Type.Optional(DateText),
  date_to: Type.Optional(DateText),
  search: Type.Optional(Text({ maxLength: 10_000 })),
  ...Paging,
});
export const SummaryInput = { summary: Flag() };

export function toFilter(input: Static<typeof ListInput>): InvoiceFilter {
  const number = (text: string | undefined): number | undefined => (text ? Number.parseInt(text, 10) || 0 : undefined);
  const day = (text: string | undefined): Date | undefined => (text ? (parseDate(text) ?? new Date(0)) : undefined);
  const [created, paid, to] = [day(input.created_at), day(input.paid_at), day(input.date_to)];
  return {
    id: number(input.id),
    nr: input.nr || undefined,
    clientId: number(input.client_id),
    client: input.client?.trim() || undefined,
    status: input.status || undefined,
    isApproved: input.approved ? /^(1|true|on|yes)$/i.test(input.approved) : undefined,
    currency: input.currency || undefined,
    orderId: number(input.order_id),
    createdFrom: created ? startOfDay(created) : day(input.date_from),
    createdTo: created ? endOfDay(created) : to && endOfDay(to),
    paidFrom: paid && startOfDay(paid),
    paidTo: paid && daysFrom(paid, 1),
    search: input.search?.trim() || undefined,
  };
}
