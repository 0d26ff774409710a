import { Type, type Static } from '@sinclair/typebox';
import { Anything, DateTime, MapOf, Or } from '#core/schema';
import { multiply, toNumber } from '#core/money';
import { ClientSummary } from '#modules/client/contract';
import type { Order } from './contract.ts';
import type { HistoryEntry } from './repository-history.ts';

const Shared = {
  id: Type.Integer(),
  client_id: Type.Integer(),
  product_id: Type.Integer(),
  form_id: Or(Type.Integer()),
  promo_id: Or(Type.Integer()),
  promo_recurring: Or(Type.Integer()),
  promo_used: Or(Type.Integer()),
  group_id: Or(Type.String()),
  group_master: Type.Integer(),
  invoice_option: Or(Type.String()),
  title: Type.String(),
  currency: Type.String(),
  unpaid_invoice_id: Or(Type.Integer()),
  service_id: Or(Type.Integer()),
  service_type: Type.String(),
  period: Or(Type.String()),
  quantity: Type.Integer(),
  unit: Type.String(),
  price: Type.Number(),
  status: Type.String(),
  reason: Or(Type.String()),
  notes: Or(Type.String()),
  config: MapOf(Anything()),
  referred_by: Or(Type.String()),
  expires_at: Or(DateTime),
  activated_at: Or(DateTime),
  suspended_at: Or(DateTime),
  unsuspended_at: Or(DateTime),
  canceled_at: Or(DateTime),
  created_at: DateTime,
  updated_at: DateTime,
  total: Type.Number(),
  meta: MapOf(Type.String()),
  active_tickets: Type.Integer(),
};

/** One order, at the level of release 0.8.5: prices are numbers, flags are 0 and 1 (commerce spec 8.1). */
export const OrderView = Type.Object({ ...Shared, discount: Type.Number(), client: ClientSummary });
export const OrderAdminView = Type.Object({ ...OrderView.properties, plugin: Or(Type.String()) });
/** A row of a list, where no discount is null. */
export const OrderRow = Type.Object({ ...Shared, discount: Or(Type.Number()), client: MapOf(Anything()) });

export interface Surroundings {
  readonly meta: Readonly<Record<string, string>>;
  readonly client: Static<typeof ClientSummary>;
}

function presentShared(order: Order, meta: Surroundings['meta']) {
  return {
    id: order.id,
    client_id: order.clientId,
    product_id: order.productId,
    form_id: order.formId ?? null,
    promo_id: order.promoId ?? null,
    promo_recurring: order.isPromoRecurring === undefined ? null : Number(order.isPromoRecurring),
    promo_used: order.promoUsed ?? null,
    group_id: order.groupId ?? null,
    group_master: Number(order.isGroupMaster),
    invoice_option: order.invoiceOption ?? null,
    title: order.title,
    currency: order.currency,
    unpaid_invoice_id: order.unpaidInvoiceId ?? null,
    service_id: order.serviceId ?? null,
    service_type: order.serviceType,
    period: order.period ?? null,
    quantity: order.quantity,
    unit: order.unit,
    price: toNumber(order.price),
    status: order.status,
    reason: order.reason ?? null,
    notes: order.notes ?? null,
    config: order.config,
    referred_by: order.referredBy ?? null,
    expires_at: order.expiresAt ?? null,
    activated_at: order.activatedAt ?? null,
    suspended_at: order.suspendedAt ?? null,
    unsuspended_at: order.unsuspendedAt ?? null,
    canceled_at: order.canceledAt ?? null,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    total: toNumber(multiply(order.price, order.quantity)),
    meta,
    active_tickets: 0,
  };
}

export const presentOrder = (order: Order, { meta, client }: Surroundings): Static<typeof OrderView> => ({
  ...presentShared(order, meta),
  discount: order.discount === undefined ? 0 : toNumber(order.discount),
  client,
});

export const presentRow = (
  order: Order,
  meta: Surroundings['meta'],
  client: Readonly<Record<string, unknown>>,
): Static<typeof OrderRow> => ({
  ...presentShared(order, meta),
  discount: order.discount === undefined ? null : toNumber(order.discount),
  client,
});

export const HistoryView = Type.Object({
  id: Type.Integer(),
  client_order_id: Type.Integer(),
  status: Type.String(),
  notes: Or(Type.String()),
  created_at: DateTime,
  updated_at: DateTime,
});

export const presentHistory = (entry: HistoryEntry): Static<typeof HistoryView> => ({
  id: entry.id,
  client_order_id: entry.orderId,
  status: entry.status,
  notes: entry.notes ?? null,
  created_at: entry.createdAt,
  updated_at: entry.updatedAt,
});
