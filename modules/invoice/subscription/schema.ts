import { Type, type Static } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { toNumber } from '#core/money';
import { Anything, DateTime, Id, MapOf, Or, OrNull, Paging, parseDate, required, Text } from '#core/schema';
import { idOf } from '../transaction/schema.ts';
import type { Subscription, SubscriptionFilter } from './repository.ts';
import type { NewSubscription, SubscriptionEdit } from './service.ts';

const NullableText = Or(Type.String());

/** Client and gateway as the caller may see them; empty when they are gone (invoicing spec 13.2). */
export const SubscriptionView = Type.Object({
  id: Type.Integer(),
  sid: NullableText,
  period: NullableText,
  amount: Or(Type.Number()),
  currency: NullableText,
  status: NullableText,
  created_at: DateTime,
  updated_at: DateTime,
  client: MapOf(Anything()),
  gateway: MapOf(Anything()),
});

export interface Around {
  readonly client: Record<string, unknown> | undefined;
  readonly gateway: Record<string, unknown> | undefined;
}

export const presentSubscription = (one: Subscription, around: Around): Static<typeof SubscriptionView> => ({
  id: one.id,
  sid: one.sid ?? null,
  period: one.period ?? null,
  amount: one.amount === undefined ? null : toNumber(one.amount),
  currency: one.currency ?? null,
  status: one.status ?? null,
  created_at: one.createdAt,
  updated_at: one.updatedAt,
  client: around.client ?? {},
  gateway: around.gateway ?? {},
});

export const SubscriptionsInput = Type.Object({
  id: Type.Optional(Text({ maxLength: 20 })),
  sid: Type.Optional(Text({ maxLength: 255 })),
  status: Type.Optional(Text({ maxLength: 255 })),
  gateway_id: Type.Optional(Text({ maxLength: 20 })),
  client_id: Type.Optional(Text({ maxLength: 20 })),
  currency: Type.Optional(Text({ maxLength: 50 })),
  invoice_id: Type.Optional(Text({ maxLength: 20 })),
  date_from: Type.Optional(Text({ maxLength: 64, description: 'A date, or seconds since 1970.' })),
  date_to: Type.Optional(
    Text({ maxLength: 64, description: 'A date, whose whole day is included, or seconds since 1970.' }),
  ),
  search: Type.Optional(Text({ maxLength: 255, description: 'The ID at the gateway or ours.' })),
  ...Paging,
});

export const toSubscriptionFilter = (sent: Static<typeof SubscriptionsInput>): SubscriptionFilter => ({
  id: idOf(sent.id),
  sid: sent.sid || undefined,
  status: sent.status || undefined,
  gatewayId: idOf(sent.gateway_id),
  clientId: idOf(sent.client_id),
  currency: sent.currency || undefined,
  invoiceId: idOf(sent.invoice_id),
  from: timeOf('date_from', sent.date_from, 0),
  before: timeOf('date_to', sent.date_to, 1),
  search: sent.search?.trim() || undefined,
});

/** Days are those of the wire's zone, which is the process's. */
function timeOf(name: string, text: string | undefined, laterDays: number): Date | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (/^\s*\d{1,12}\s*$/.test(text)) return new Date((Number(text) + laterDays) * 1000);
  const time = parseDate(text);
  if (time === undefined) throw invalidInput('input.invalid', `Parameter "${name}" is invalid.`);
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() + laterDays);
}

export const OneSubscription = { id: required('Subscription ID was not passed', Id) };

const Short = OrNull(Text({ maxLength: 255 }));
export const SubscriptionInput = Type.Object({
  client_id: required('Client ID was not passed', Id),
  gateway_id: required('Payment gateway ID was not passed', Id),
  currency: required('Subscription currency was not passed', Text({ maxLength: 10 })),
  sid: Type.Optional(Short),
  status: Type.Optional(Short),
  period: Type.Optional(Short),
  amount: Type.Optional(OrNull(Text({ maxLength: 100 }))),
  rel_type: Type.Optional(OrNull(Text({ maxLength: 100 }))),
  rel_id: Type.Optional(OrNull(Id)),
});

export const toNewSubscription = (sent: Static<typeof SubscriptionInput>): NewSubscription => ({
  clientId: sent.client_id,
  gatewayId: sent.gateway_id,
  currency: sent.currency,
  sid: sent.sid ?? undefined,
  status: sent.status ?? undefined,
  period: sent.period ?? undefined,
  amount: sent.amount || undefined,
  relType: sent.rel_type ?? undefined,
  relId: sent.rel_id ?? undefined,
});

export const SubscriptionEditInput = Type.Object({
  ...OneSubscription,
  sid: Type.Optional(Short),
  status: Type.Optional(Short),
  period: Type.Optional(Short),
  amount: Type.Optional(OrNull(Text({ maxLength: 100 }))),
  currency: Type.Optional(OrNull(Text({ maxLength: 10 }))),
});

export const toSubscriptionEdit = (sent: Static<typeof SubscriptionEditInput>): SubscriptionEdit => ({
  sid: sent.sid ?? undefined,
  status: sent.status ?? undefined,
  period: sent.period ?? undefined,
  amount: sent.amount || undefined,
  currency: sent.currency || undefined,
});
