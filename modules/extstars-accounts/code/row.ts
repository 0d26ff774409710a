import { toBoolean, toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import type { OrderStatus } from '#core/product';
import type { Standing, Window } from './standing.ts';

export interface Code extends Window {
  readonly id: number;
  readonly appId: number;
  readonly orderId: number | undefined;
  readonly clientId: number | undefined;
  readonly sealedCode: string;
  /** Empty while it is open who may use it. */
  readonly destination: string;
  /** 0: any number. */
  readonly maxActivations: number;
  /** Undefined: as the app says. */
  readonly allowsDeactivate: boolean | undefined;
  /** Period that begins with the first activation. */
  readonly pendingPeriod: string | undefined;
  /** As staff set it. */
  readonly status: Standing;
  readonly orderStatus: OrderStatus | undefined;
  readonly orderRemovedAt: Date | undefined;
  readonly batch: string | undefined;
  readonly note: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Row {
  id: number;
  app_id: number;
  order_id: number | null;
  client_id: number | null;
  code: string;
  code_hash: string;
  destination: string;
  max_activations: number;
  allow_deactivate: unknown;
  pending_period: string | null;
  starts_at: StoredDate | null;
  expires_at: StoredDate | null;
  status: Standing;
  order_status: OrderStatus | null;
  order_removed_at: StoredDate | null;
  standing: Standing;
  batch: string | null;
  note: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export const toCode = (row: Row): Code => ({
  id: Number(row.id),
  appId: row.app_id,
  orderId: row.order_id === null ? undefined : Number(row.order_id),
  clientId: row.client_id === null ? undefined : Number(row.client_id),
  sealedCode: row.code,
  destination: row.destination,
  maxActivations: row.max_activations,
  allowsDeactivate: row.allow_deactivate === null ? undefined : toBoolean(row.allow_deactivate),
  pendingPeriod: row.pending_period ?? undefined,
  startsAt: toOptionalDate(row.starts_at),
  expiresAt: toOptionalDate(row.expires_at),
  status: row.status,
  orderStatus: row.order_status ?? undefined,
  orderRemovedAt: toOptionalDate(row.order_removed_at),
  standing: row.standing,
  batch: row.batch ?? undefined,
  note: row.note ?? undefined,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
