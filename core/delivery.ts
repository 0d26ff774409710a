import { conflict, notFound, type AppError } from './error.ts';
import type { OrderRef } from './product.ts';

/** What decides whether that which an order delivered may be used: it is kept beside each key, so that one read answers. */
export type Standing = Pick<OrderRef, 'status' | 'expiresAt'>;
/** An order that delivered something. */
export type Delivered<O extends OrderRef = OrderRef> = O & { readonly serviceId: number };

export const isInForce = ({ status, expiresAt }: Standing, now: Date): boolean =>
  status === 'active' && (expiresAt === undefined || expiresAt > now);

/** For staff, who may see to an order whatever its status. */
export function requireDelivered<O extends OrderRef>(order: O | undefined): Delivered<O> {
  if (order === undefined) throw unknownOrder();
  if (!isDelivered(order)) throw notActivated();
  return order;
}

/** For its owner. The contract's order of refusals: not there, over, not active (commerce spec 16). */
export function requireUsable<O extends OrderRef>(order: O | undefined, now: Date): Delivered<O> {
  if (order === undefined) throw unknownOrder();
  if (order.expiresAt !== undefined && order.expiresAt <= now) throw conflict('order.expired', 'Subscription expired');
  if (order.status !== 'active') throw notActivated();
  return requireDelivered(order);
}

const isDelivered = <O extends OrderRef>(order: O): order is Delivered<O> => order.serviceId !== undefined;
const unknownOrder = (): AppError => notFound('order.unknown', 'Order not found');
const notActivated = (): AppError => conflict('order.not_activated', 'Order is not activated');
