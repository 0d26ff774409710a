import { toBoolean, toDate, toObject, toOptionalDate, type StoredDate } from '#core/db/columns';
import { money } from '#core/money';
import type { OrderStatus } from '#core/product';
import type { Order } from './contract.ts';

/** A row of `client_order` and what it stands for. */
export interface Row {
  id: number;
  client_id: number;
  product_id: number;
  form_id: number | null;
  promo_id: number | null;
  promo_recurring: number | boolean | null;
  promo_used: number | null;
  group_id: string | null;
  group_master: number | boolean;
  invoice_option: string | null;
  title: string;
  currency: string;
  unpaid_invoice_id: number | null;
  service_id: number | null;
  service_type: string;
  period: string | null;
  quantity: number;
  unit: string;
  price_amount: number;
  discount_amount: number | null;
  status: OrderStatus;
  reason: string | null;
  notes: string | null;
  config: string;
  suspension_grace_days: number | null;
  referred_by: string | null;
  anchor_day: number | null;
  expires_at: StoredDate | null;
  activated_at: StoredDate | null;
  suspended_at: StoredDate | null;
  unsuspended_at: StoredDate | null;
  canceled_at: StoredDate | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const COLUMN: Readonly<Record<keyof Omit<Order, 'id'>, keyof Row>> = {
  clientId: 'client_id',
  productId: 'product_id',
  formId: 'form_id',
  promoId: 'promo_id',
  isPromoRecurring: 'promo_recurring',
  promoUsed: 'promo_used',
  groupId: 'group_id',
  isGroupMaster: 'group_master',
  invoiceOption: 'invoice_option',
  title: 'title',
  currency: 'currency',
  unpaidInvoiceId: 'unpaid_invoice_id',
  serviceId: 'service_id',
  serviceType: 'service_type',
  period: 'period',
  quantity: 'quantity',
  unit: 'unit',
  price: 'price_amount',
  discount: 'discount_amount',
  status: 'status',
  reason: 'reason',
  notes: 'notes',
  config: 'config',
  suspensionGraceDays: 'suspension_grace_days',
  referredBy: 'referred_by',
  expiresAt: 'expires_at',
  activatedAt: 'activated_at',
  suspendedAt: 'suspended_at',
  unsuspendedAt: 'unsuspended_at',
  canceledAt: 'canceled_at',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};

/** Members that are not named stay out of the row; `undefined` is null. */
export const toRow = (order: Partial<Omit<Order, 'id'>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(order).map(([member, value]) => [COLUMN[member as keyof typeof COLUMN], stored(member, value)]),
  );

function stored(member: string, value: Order[keyof Order]): unknown {
  if (value === undefined) return null;
  if (member === 'config') return JSON.stringify(value);
  return typeof value === 'object' && 'amount' in value ? value.amount : value;
}

export function toOrder(row: Row): Order {
  return {
    id: row.id,
    clientId: row.client_id,
    productId: row.product_id,
    formId: row.form_id ?? undefined,
    promoId: row.promo_id ?? undefined,
    isPromoRecurring: row.promo_recurring === null ? undefined : toBoolean(row.promo_recurring),
    promoUsed: row.promo_used ?? undefined,
    groupId: row.group_id ?? undefined,
    isGroupMaster: toBoolean(row.group_master),
    invoiceOption: row.invoice_option ?? undefined,
    title: row.title,
    currency: row.currency,
    unpaidInvoiceId: row.unpaid_invoice_id ?? undefined,
    serviceId: row.service_id ?? undefined,
    serviceType: row.service_type,
    period: row.period ?? undefined,
    quantity: row.quantity,
    unit: row.unit,
    price: money(row.price_amount, row.currency),
    discount: row.discount_amount === null ? undefined : money(row.discount_amount, row.currency),
    status: row.status,
    reason: row.reason ?? undefined,
    notes: row.notes ?? undefined,
    config: toObject(row.config),
    suspensionGraceDays: row.suspension_grace_days ?? undefined,
    referredBy: row.referred_by ?? undefined,
    expiresAt: toOptionalDate(row.expires_at),
    activatedAt: toOptionalDate(row.activated_at),
    suspendedAt: toOptionalDate(row.suspended_at),
    unsuspendedAt: toOptionalDate(row.unsuspended_at),
    canceledAt: toOptionalDate(row.canceled_at),
    createdAt: toDate(row.created_at),
    updatedAt: toDate(row.updated_at),
  };
}
