import { Type } from '@sinclair/typebox';
import type { Context, Tx } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import { mail, type Letter, type Mail } from '#core/listener';
import type { Page, PageRequest } from '#core/db/paginate';
import type { Money } from '#core/money';
import type { OrderRef, OrderStatus, Settings } from '#core/product';
import type { Span, Tally } from '#core/report';
import { Id, MapOf } from '#core/schema';
import { defineSocket } from '#core/plugin';
import { defineService } from '#core/service';
import type { Phrase } from '#core/web/phrase';
import type { Row } from '#core/web/widget';
import type { ClientService } from '#modules/client/contract';
import type { Product } from '#modules/product/contract';

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
  /** Days after the end until it is suspended; undefined: as the product says. */
  readonly suspensionGraceDays: number | undefined;
  readonly referredBy: string | undefined;
  readonly activatedAt: Date | undefined;
  readonly suspendedAt: Date | undefined;
  readonly unsuspendedAt: Date | undefined;
  readonly canceledAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a checkout orders, decided by the cart. Amounts are in the currency of the order. */
export interface Placement {
  readonly clientId: number;
  readonly product: Product;
  /** One group per checkout; its first order is the master. */
  readonly groupId: string;
  readonly isGroupMaster: boolean;
  readonly title: string;
  readonly currency: string;
  readonly period: string | undefined;
  readonly quantity: number;
  /** Per unit. */
  readonly price: Money;
  /** What a promo takes off the whole line. */
  readonly discount: Money | undefined;
  readonly promo: { readonly id: number; readonly isRecurring: boolean } | undefined;
  readonly notes: string | undefined;
  readonly config: Settings;
}

/** What must happen in the transaction of a transition, before it; `false` leaves the order as it is. */
export type Alongside = (tx: Tx) => Promise<boolean>;

export interface OrderService {
  find(ctx: Context, id: number): Promise<Order | undefined>;
  /** Only an order of this client; anybody else's does not exist. */
  findOwn(ctx: Context, id: number, clientId: number): Promise<Order | undefined>;
  /** Keeps others from changing it until the transaction ends. */
  lock(tx: Tx, id: number): Promise<Order | undefined>;
  /** Orders of one client and type, newest first. */
  listOwn(
    ctx: Context,
    filter: { clientId: number; type: string; statuses?: readonly OrderStatus[] | undefined },
    request: PageRequest,
  ): Promise<Page<Order>>;
  /** Several in one query, by id. */
  findAll(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Order>>;
  /** All of them in chunks by id, for who walks over them. */
  listAfter(ctx: Context, afterId: number, limit: number): Promise<readonly Order[]>;
  /** A line of a checkout becomes an order: its row, its stock, the use of its promo and the first line of its history. */
  place(tx: Tx, placement: Placement): Promise<Order>;
  /** Points orders to the invoice that must be paid for them. */
  linkInvoice(tx: Tx, orderIds: readonly number[], invoiceId: number): Promise<void>;
  /** For a product type whose periods begin otherwise than with the payment; it is not told by `follow`. */
  setExpiry(tx: Tx, id: number, expiresAt: Date | undefined): Promise<void>;
  /** An order that nobody paid for goes, with what it reserved. Throws when it does not wait to be set up any more. */
  removePending(tx: Tx, id: number): Promise<void>;
  /** No order points to this invoice any more. */
  unlinkInvoice(tx: Tx, invoiceId: number): Promise<void>;
  /**
   * Active orders that issue invoices, have a period and end before `until`, in the order of their ids (commerce spec
   * 8.11). Whether an invoice is open or paid already is for the caller to see.
   */
  listToRenew(
    ctx: Context,
    selection: { until: Date; afterId: number; limit: number; clientId?: number | undefined },
  ): Promise<readonly Order[]>;

  activate(ctx: Context, id: number, options?: { force?: boolean; alongside?: Alongside }): Promise<void>;
  /** The same for an order that was just made: what goes wrong is in its history, and the order stays. */
  tryActivate(ctx: Context, id: number): Promise<void>;
  /** An order that was never set up is activated instead. */
  renew(ctx: Context, id: number, options?: { alongside?: Alongside }): Promise<void>;
  suspend(ctx: Context, id: number, options?: { reason?: string | undefined; isQuiet?: boolean }): Promise<void>;
  unsuspend(ctx: Context, id: number): Promise<void>;
  cancel(ctx: Context, id: number, options?: { reason?: string | undefined; isQuiet?: boolean }): Promise<void>;
  uncancel(ctx: Context, id: number): Promise<void>;
  /** Ends an order whose cancellation was put off to the end of its period; false when none was, or somebody was quicker. */
  finishScheduledCancel(ctx: Context, id: number): Promise<boolean>;
  /** Whether it runs out at its end instead of being renewed by itself. */
  holdRenewal(tx: Tx, id: number, isHeld: boolean): Promise<void>;
  /** A line in the history under the status the order has. */
  note(tx: Tx, id: number, text: string): Promise<void>;
  /** Billing uses this module, so this module cannot use it: it lends itself. */
  billWith(billing: OrderBilling): void;
}

/** What orders need of billing. */
export interface OrderBilling {
  /** The first invoice of an order that staff made, not approved yet; undefined when nothing is to be paid. */
  issue(tx: Tx, order: Order): Promise<number | undefined>;
  /** Refuses a payment that could not be entered. */
  checkPayment(ctx: Context, payment: StaffPayment): Promise<void>;
  /** Approves it with what the client has on the balance or, with a payment, marks it as paid. What goes wrong is noted on it. */
  settle(ctx: Context, invoiceId: number, payment: StaffPayment | undefined): Promise<void>;
  /** Those of `ids` that stood on an invoice that was paid. */
  listEverPaid(ctx: Context, ids: readonly number[]): Promise<ReadonlySet<number>>;
  /** Unpaid ones of `ids`, with the day they are due. */
  listUnpaid(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Date | undefined>>;
  /** Removes an invoice nobody paid; false when somebody did meanwhile. */
  removeUnpaid(tx: Tx, invoiceId: number): Promise<boolean>;
  /** Lines of an order that goes, as far as they wait for payment. */
  dropLines(tx: Tx, orderId: number): Promise<void>;
  /** Whether every active subscription that pays for the order, and there is one, can end with its period. */
  canEndWithPeriod(ctx: Context, orderId: number): Promise<boolean>;
  /** Ends them at the gateway with their period. Throws when one cannot. */
  endWithPeriod(ctx: Context, orderId: number): Promise<void>;
  /** Ends them at the gateway now; a gateway that fails is an error. */
  endSubscriptions(ctx: Context, orderId: number): Promise<void>;
}

/** How staff were paid. */
export interface StaffPayment {
  readonly gatewayId: number | undefined;
  readonly transactionId: string | undefined;
  /** Do what the invoice's lines stand for at once. */
  readonly runsTasks: boolean;
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

/** A few of a module's things that belong to an order, for the order's page in the staff panel. */
export interface OrderSection {
  /** Whom staff must be allowed to see it: a permission key of this module. */
  readonly module: string;
  readonly permission: string;
  readonly title: Phrase;
  load(ctx: Context, orderId: number): Promise<readonly Row[]>;
}

export const orderSection = defineSocket<OrderSection>('order.section');

/** What letters about an order of any type are made of. `serviceType` says whose letter it is. */
const Changed = Type.Object({ orderId: Id, clientId: Id, serviceType: Type.String() });
/** By staff. What clients buy is told once per checkout: `order.checked_out`. */
export const orderCreated = defineEvent('order.created', Changed);
export const orderUpdated = defineEvent('order.updated', Changed);
export const orderActivated = defineEvent('order.activated', Changed);
export const orderRenewed = defineEvent('order.renewed', Changed);
export const orderSuspended = defineEvent('order.suspended', Changed);
export const orderUnsuspended = defineEvent('order.unsuspended', Changed);
export const orderCanceled = defineEvent('order.canceled', Changed);
export const orderUncanceled = defineEvent('order.uncanceled', Changed);
export const orderRemoved = defineEvent('order.removed', Changed);
/** Told by the cart when a checkout is committed, however many lines it had. */
export const orderCheckedOut = defineEvent(
  'order.checked_out',
  Type.Object({
    clientId: Id,
    /** The first of them. */
    masterId: Id,
    orderIds: Type.Array(Id),
    /** Absent when nothing is to be paid. */
    invoiceId: Type.Optional(Id),
    ip: Type.Optional(Type.String()),
  }),
);
/** An order ends and nobody paid: it is suspended at `suspendsAt`. Once per order and such a time. */
export const orderSuspensionNear = defineEvent(
  'order.suspension_near',
  Type.Object({ orderId: Id, clientId: Id, suspendsAt: Type.String() }),
);

const OneOrder = Type.Object({ orderId: Id });
const Sent = MapOf(Type.Unknown());
/** Asked before staff make an order. */
export const orderBeingCreated = defineHook(
  'order.being_created',
  Type.Object({ productId: Id, serviceType: Type.String(), sent: Sent }),
);
export const orderBeingUpdated = defineHook('order.being_updated', Type.Object({ orderId: Id, sent: Sent }));
export const orderBeingActivated = defineHook('order.being_activated', OneOrder);
export const orderBeingRenewed = defineHook('order.being_renewed', OneOrder);
export const orderBeingSuspended = defineHook('order.being_suspended', OneOrder);
export const orderBeingUnsuspended = defineHook('order.being_unsuspended', OneOrder);
export const orderBeingCanceled = defineHook('order.being_canceled', OneOrder);
export const orderBeingUncanceled = defineHook('order.being_uncanceled', OneOrder);
/** Asked before an order is removed; modules with rows of this order remove them here. */
export const orderBeingRemoved = defineHook('order.being_removed', OneOrder);

/** Asked and told around each run over many orders; the first of each pair also when the run is switched off. */
const Nothing = Type.Object({});
export const suspendingExpired = defineHook('order.suspending_expired', Nothing);
export const expiredSuspended = defineEvent('order.expired_suspended', Nothing);
export const sendingSuspensionWarnings = defineHook('order.sending_suspension_warnings', Nothing);
export const suspensionWarningsSent = defineEvent('order.suspension_warnings_sent', Nothing);
export const cancelingSuspended = defineHook('order.canceling_suspended', Nothing);
export const suspendedCanceled = defineEvent('order.suspended_canceled', Nothing);
export const cancelingUnpaid = defineHook('order.canceling_unpaid', Nothing);
export const unpaidCanceled = defineEvent('order.unpaid_canceled', Nothing);

/** What a letter about an order of one product type is made of. */
export interface LetterParts {
  readonly orders: Pick<OrderService, 'find'>;
  readonly clients: ClientService;
  /** What the letter tells as `service`. */
  show(ctx: Context, order: Order): Promise<Settings | undefined>;
}

/** Writes to an order's client, telling of `order`, `service` and `client`; nothing when one of them is gone meanwhile. */
export const letterAbout =
  ({ orders, clients, show }: LetterParts) =>
  async (ctx: Context, orderId: number): Promise<Letter | undefined> => {
    const order = await orders.find(ctx, orderId);
    const client = order && (await clients.find(ctx, order.clientId));
    if (order === undefined || client === undefined) return undefined;
    const service = await show(ctx, order);
    return { to: client.email, clientId: client.id, lang: client.lang, vars: { order, service, client } };
  };

/** The letters of one product type, by what happened to the order (commerce spec 11). */
export interface OrderLetters extends LetterParts {
  readonly type: string;
  readonly templates: Readonly<
    Partial<Record<'activated' | 'renewed' | 'suspended' | 'unsuspended' | 'canceled', string>>
  >;
}

/** An order that came back is told of as one renewed. */
export function orderLetters({ type, templates, ...parts }: OrderLetters): readonly Mail[] {
  const { activated, renewed, suspended, unsuspended, canceled } = templates;
  const write = letterAbout(parts);
  const about = (event: typeof orderActivated, template: string | undefined): Mail[] =>
    template === undefined
      ? []
      : [
          mail(event, template, async (ctx, { orderId, serviceType }) =>
            serviceType === type ? write(ctx, orderId) : undefined,
          ),
        ];
  return [
    ...about(orderActivated, activated),
    ...about(orderRenewed, renewed),
    ...about(orderUncanceled, renewed),
    ...about(orderSuspended, suspended),
    ...about(orderUnsuspended, unsuspended),
    ...about(orderCanceled, canceled),
  ];
}
