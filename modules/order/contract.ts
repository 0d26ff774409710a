import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import type { Money } from '#core/money';
import type { OrderRef, OrderStatus } from '#core/product';
import type { Span, Tally } from '#core/report';
import { Id } from '#core/schema';
import { defineService } from '#core/service';

/** All that other modules may see of orders. */

export interface Order extends OrderRef {
  readonly serviceType: string;
  readonly formId: number | undefined;
  readonly promoId: number | undefined;
  readonly isPromoRecurring: boolean | undefined;
  readonly promoUsed: number | undefined;
  readonly groupId: string | undefined;
  readonly isGroupMaster: boolean;
  readonly invoiceOption: string | undefined;
  readonly currency: string;
  readonly unpaidInvoiceId: number | undefined;
  readonly unit: string;
  /** Per unit. */
  readonly price: Money;
  readonly discount: Money | undefined;
  readonly reason: string | undefined;
  readonly notes: string | undefined;
  readonly referredBy: string | undefined;
  readonly activatedAt: Date | undefined;
  readonly suspendedAt: Date | undefined;
  readonly unsuspendedAt: Date | undefined;
  readonly canceledAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface OrderService {
  find(ctx: Context, id: number): Promise<Order | undefined>;
  /** Only an order of this client; anybody else's does not exist. */
  findOwn(ctx: Context, id: number, clientId: number): Promise<Order | undefined>;
  activate(ctx: Context, id: number, options?: { force?: boolean }): Promise<void>;
  renew(ctx: Context, id: number): Promise<void>;
  suspend(ctx: Context, id: number, options?: { reason?: string | undefined; isQuiet?: boolean }): Promise<void>;
  unsuspend(ctx: Context, id: number): Promise<void>;
  cancel(ctx: Context, id: number, options?: { reason?: string | undefined; isQuiet?: boolean }): Promise<void>;
  uncancel(ctx: Context, id: number): Promise<void>;
}

/** For reports. */
export interface OrderReport {
  readonly tally: Tally;
  /** Masters only: add-ons are counted with none. */
  countByStatus(ctx: Context): Promise<Readonly<Record<OrderStatus, number>>>;
  /** Active orders by product id, most first. */
  countActiveByProduct(ctx: Context): Promise<ReadonlyMap<number, number>>;
  /** Orders made in a time by their title, most first. */
  countByTitle(ctx: Context, span: Span): Promise<ReadonlyMap<string, number>>;
}

export const orderReport = defineService<OrderReport>('order');

export const orderService = defineService<OrderService>('order');

/** What letters about an order of any type are made of. `serviceType` says whose letter it is. */
const Changed = Type.Object({ orderId: Id, clientId: Id, serviceType: Type.String() });
export const orderCreated = defineEvent('order.created', Changed);
export const orderActivated = defineEvent('order.activated', Changed);
export const orderRenewed = defineEvent('order.renewed', Changed);
export const orderSuspended = defineEvent('order.suspended', Changed);
export const orderUnsuspended = defineEvent('order.unsuspended', Changed);
export const orderCanceled = defineEvent('order.canceled', Changed);
export const orderUncanceled = defineEvent('order.uncanceled', Changed);
export const orderRemoved = defineEvent('order.removed', Changed);
/** Asked before an order is removed; modules with rows of this order remove them here. */
export const orderBeingRemoved = defineHook('order.being_removed', Type.Object({ orderId: Id }));
