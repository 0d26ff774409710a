import { Type, type Static } from '@sinclair/typebox';
import { DateInput, Dict, Id, List, Paging, Text, Truthy } from '#core/schema';
import type { OrderFilter } from './repository-list.ts';

/** What a list call may be narrowed by (commerce spec 8.7). Empty values narrow nothing. */
export const ListInput = Type.Object({
  id: Type.Optional(Text()),
  client_id: Type.Optional(Text()),
  product_id: Type.Optional(Text()),
  promo_id: Type.Optional(Text()),
  status: Type.Optional(Text()),
  period: Type.Optional(Text()),
  invoice_option: Type.Optional(Text()),
  type: Type.Optional(Text()),
  title: Type.Optional(Text()),
  search: Type.Optional(Text({ maxLength: 255 })),
  created_at: Type.Optional(DateInput()),
  date_from: Type.Optional(DateInput()),
  date_to: Type.Optional(DateInput()),
  show_action_required: Truthy(),
  hide_addons: Truthy(),
  ids: Type.Optional(List(Id)),
  meta: Type.Optional(Dict()),
  ...Paging,
});

/** A filter before names of clients are looked up. */
export interface OrderInput extends Omit<OrderFilter, 'search'> {
  readonly search?: string | undefined;
  readonly createdOn?: Date | undefined;
}

export function toFilter(input: Static<typeof ListInput>): OrderInput {
  const number = (text: string | undefined): number | undefined => (text ? Number.parseInt(text, 10) || 0 : undefined);
  const ids = [...(input.ids ?? []), ...(input.id ? [number(input.id) ?? 0] : [])];
  return {
    clientId: number(input.client_id),
    productId: number(input.product_id),
    promoId: number(input.promo_id),
    status: input.status || undefined,
    period: input.period || undefined,
    invoiceOption: input.invoice_option || undefined,
    type: input.type || undefined,
    title: input.title || undefined,
    search: input.search?.trim() || undefined,
    createdOn: input.created_at,
    createdFrom: input.date_from,
    createdTo: input.date_to,
    statuses: input.show_action_required ? ['pending_setup', 'failed_setup', 'failed_renew'] : undefined,
    mastersOnly: input.hide_addons || undefined,
    ids: ids.length > 0 ? ids : undefined,
    meta: input.meta && Object.fromEntries(Object.entries(input.meta).map(([name, value]) => [name, String(value)])),
  };
}
