import { Type } from '@sinclair/typebox';
import type { Context, Tx } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import type { Money } from '#core/money';
import type { Settings } from '#core/product';
import { Id, MapOf } from '#core/schema';
import { defineService } from '#core/service';
import type { Discount, Price, Product } from '#modules/product/contract';

/** All that other modules may see of carts: how something is bought, with a cart or without one. */

/** What somebody asks for, as it was sent: `period`, `quantity`, `addons` and whatever else its product type knows. */
export interface Choice {
  readonly productId: number;
  readonly asked: Settings;
}

/** One thing to buy, checked and configured. */
export interface PurchaseLine {
  /** Of the line in a cart; undefined where there is no cart. */
  readonly id: number | undefined;
  readonly productId: number;
  readonly config: Settings;
}

/** What the lines cost at this moment. Amounts in the default currency, without tax. */
export interface Quote {
  readonly lines: readonly QuotedLine[];
  /** Prices and set-up fees. */
  readonly subtotal: Money;
  readonly discount: Money;
  readonly total: Money;
  /** Whether one subscription can pay for all of it: the same period throughout and nothing to pay for once. */
  readonly isSubscribable: boolean;
}

export interface QuotedLine {
  readonly line: PurchaseLine;
  readonly product: Product;
  readonly period: string | undefined;
  readonly quantity: number;
  /** Per unit, and once for setting it up. */
  readonly price: Price;
  readonly discount: Discount;
  /** Price times quantity. */
  readonly total: Money;
}

export interface Purchase {
  readonly clientId: number;
  readonly lines: readonly PurchaseLine[];
  /** Code of the currency it is paid in; that of the client, who gets it when there is none yet. */
  readonly currency: string;
  readonly promoId?: number | undefined;
  /** The gateway the client means to pay with. */
  readonly gatewayId?: number | undefined;
  /** Of the orders; a new one when it is absent. */
  readonly groupId?: string | undefined;
  /**
   * For who only says to be this client: nobody is told of the invoice, which is approved by its payment, and the balance
   * is left alone.
   */
  readonly isUnapproved?: boolean;
}

export interface CheckedOut {
  readonly clientId: number;
  /** In the order of the lines; the first is the master of the others. */
  readonly orderIds: readonly number[];
  /** Undefined when nothing is to be paid. */
  readonly invoiceId: number | undefined;
  /** Nothing was to be paid, or the balance paid it. */
  readonly isPaid: boolean;
}

/** What is needed to go on with a checkout that is committed. */
export interface Unfinished {
  readonly orderIds: readonly number[];
  readonly invoiceId?: number | undefined;
}

/**
 * Buying in steps that can be put together:
 *
 *     const lines = await checkouts.choose(ctx, { productId, asked: { period: '1M' } });
 *     const bought = await atomic(ctx, async (tx) => {
 *       const done = await checkouts.checkout(tx, { clientId, lines, currency });
 *       if (!done.isPaid) throw conflict('…', 'The balance is not sufficient.'); // and nothing has happened
 *       return done;
 *     });
 *     await checkouts.activate(ctx, bought);
 *
 * Several lines, also of one product, become as many orders on one invoice. Whoever calls `checkout` calls `activate`
 * once that is committed; should the process die in between, it is done a minute later. `order.checked_out` tells of it.
 */
export interface CheckoutService {
  /** What can be bought, configured as its type wants it: the product first, then the add-ons. Reads, and writes nothing. */
  choose(ctx: Context, choice: Choice): Promise<readonly PurchaseLine[]>;
  /** Throws when a line cannot be bought any more. */
  quote(ctx: Context, lines: readonly PurchaseLine[], promoId?: number): Promise<Quote>;
  /**
   * Orders, their stock, the uses of the promo, the invoice, and its payment when the balance suffices: all of it or
   * nothing. Locks the client first; the caller has locked nothing but what comes before clients.
   */
  checkout(tx: Tx, purchase: Purchase): Promise<CheckedOut>;
  /** Sets up what may be set up now. Not inside a transaction. What fails is in the history of its order. */
  activate(ctx: Context, done: Unfinished): Promise<void>;
}

export const checkoutService = defineService<CheckoutService>('cart');

/** Asked before something is put into a cart, with what was sent. */
export const cartAddingProduct = defineHook(
  'cart.adding_product',
  Type.Object({ cartId: Id, productId: Id, sent: MapOf(Type.Unknown()) }),
);
export const cartProductAdded = defineEvent(
  'cart.product_added',
  Type.Object({ cartId: Id, productId: Id, sent: MapOf(Type.Unknown()) }),
);
/** Asked before a cart is checked out. */
export const cartCheckingOut = defineHook(
  'cart.checking_out',
  Type.Object({ cartId: Id, clientId: Id, ip: Type.String() }),
);
