import { Type, type Static } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { Dict, Flag, Id, OrNull, parseDate, required, Text } from '#core/schema';
import type { Amendment } from '../service.ts';
import type { Quietly } from '../transitions.ts';

const OrderId = { id: required('Order ID was not passed', Id) };

const TransitionInput = Type.Object({
  ...OrderId,
  reason: Type.Optional(Text({ maxLength: 255 })),
  skip_event: Flag(),
});

export const CancelInput = Type.Object({ ...TransitionInput.properties, cancel_at_period_end: Flag() });

/** Suspending and canceling take a reason, and can be done without anybody being told. */
export const transition = {
  input: TransitionInput,
  read: ({ reason, skip_event }: Static<typeof TransitionInput>): Quietly => ({
    reason: reason || undefined,
    isQuiet: skip_event,
  }),
};

const AmendmentInput = Type.Object({
  ...OrderId,
  period: Type.Optional(Text()),
  expires_at: Type.Optional(Text({ description: 'Empty: never.' })),
  created_at: Type.Optional(Text()),
  activated_at: Type.Optional(Text()),
  title: Type.Optional(Text({ maxLength: 255 })),
  notes: Type.Optional(Text()),
  reason: Type.Optional(Text({ maxLength: 255 })),
  invoice_option: Type.Optional(Text({ maxLength: 32 })),
  price: Type.Optional(Text()),
  status: Type.Optional(Text()),
  suspension_grace_days: Type.Optional(OrNull(Text({ description: 'Empty: as the product says.' }))),
  meta: Type.Optional(Dict({ description: 'Adds or replaces these; an empty map removes all.' })),
});

/** Absent or null leaves a member as it is; an empty text ends what can end (commerce spec 8.9). */
export const amendment = {
  input: AmendmentInput,
  read: (input: Static<typeof AmendmentInput>): Amendment => ({
    period: input.period,
    expiresAt: input.expires_at === '' ? 'never' : dateOf('expires_at', input.expires_at),
    createdAt: dateOf('created_at', input.created_at),
    activatedAt: dateOf('activated_at', input.activated_at),
    title: input.title,
    notes: input.notes,
    reason: input.reason,
    invoiceOption: input.invoice_option,
    price: input.price === '' ? undefined : input.price,
    status: input.status === '' ? undefined : input.status,
    suspensionGraceDays: graceOf(input.suspension_grace_days),
    meta: input.meta && metaOf(input.meta),
  }),
};

/** What the column holds. */
const MOST_DAYS = 2_147_483_647;

function graceOf(text: string | null | undefined): number | null | undefined {
  if (text === undefined || text === null || text.trim() === '') return text === undefined ? undefined : null;
  const days = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!(days <= MOST_DAYS))
    throw invalidInput(
      'order.grace',
      'Suspension grace days must be a non-negative integer or empty to inherit the product setting.',
    );
  return days;
}

export const metaOf = (meta: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(meta).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );

function dateOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined || text === '') return undefined;
  const date = parseDate(text);
  if (date === undefined) throw invalidInput('order.date', `Parameter "${name}" is not a date.`);
  return date;
}
