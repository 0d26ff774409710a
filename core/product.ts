import type { TObject } from '@sinclair/typebox';
import type { Context, Tx } from './context.ts';

export type OrderStatus = 'pending_setup' | 'failed_setup' | 'failed_renew' | 'active' | 'suspended' | 'canceled';
export type Settings = Readonly<Record<string, unknown>>;

/** No more of an order than a product type may know. */
export interface OrderRef {
  readonly id: number;
  readonly clientId: number;
  readonly productId: number;
  /** The row this type made for the order; undefined until it is activated for the first time. */
  readonly serviceId: number | undefined;
  readonly title: string;
  readonly status: OrderStatus;
  readonly period: string | undefined;
  readonly quantity: number;
  readonly expiresAt: Date | undefined;
  readonly activatedAt?: Date | undefined;
  readonly config: Settings;
}

/**
 * How a product behaves once it is ordered. Every step runs in the order's transaction, so it makes no network call: a
 * type that must speak to a remote machine writes down the intention and acts in a listener or a job.
 */
export interface ProductType {
  /** As in `product.type`. */
  readonly name: string;
  readonly title: string;
  /** What staff set on the product and a client chooses in the cart. */
  readonly config?: TObject;
  /** Keys of the configuration a client may set in the cart; all others are dropped. Absent: every key. */
  readonly clientKeys?: readonly string[];
  /** The configuration of a new order, from the product's and what was asked for. Absent: what was asked for. */
  configure?(product: Settings, asked: Settings): Settings;
  /** Refuses a configuration that cannot be delivered. */
  validate?(config: Settings): void;

  /** Makes the row of an order and returns its id. Called once per order, before the first `activate`. */
  create(tx: Tx, order: OrderRef): Promise<number>;
  /** What it returns is for the letters that tell of it. */
  activate(tx: Tx, order: OrderRef): Promise<Settings | undefined>;
  renew?(tx: Tx, order: OrderRef): Promise<void>;
  suspend?(tx: Tx, order: OrderRef, reason: string | undefined): Promise<void>;
  unsuspend?(tx: Tx, order: OrderRef): Promise<void>;
  cancel?(tx: Tx, order: OrderRef): Promise<void>;
  uncancel?(tx: Tx, order: OrderRef): Promise<void>;
  remove?(tx: Tx, order: OrderRef): Promise<void>;
  /** After any change of status or expiry, with the order as it now is, so that a type can answer for it without asking. */
  follow?(tx: Tx, order: OrderRef): Promise<void>;

  /** Page where owners manage what it delivers: `/apikeys/:order_id`. */
  readonly managedAt?: string;
  /** What owner and staff see of the delivered service; undefined when there is none. */
  show(ctx: Context, order: OrderRef): Promise<Settings | undefined>;
  /** Which of several orders have what `show` shows, in one query, for the doctor. Absent: each is shown. */
  delivered?(ctx: Context, orders: readonly OrderRef[]): Promise<ReadonlySet<number>>;
  /** What `tollkeeper demo` makes up. */
  readonly demo?: ProductDemo;
}

export interface ProductDemo {
  /** The heading over them in the shop. */
  readonly category: string;
  readonly products: readonly DemoProduct[];
  /** What a product needs beside its row, such as a file. */
  ready?(ctx: Context, productId: number): Promise<void>;
  /** The rows of several orders at once, each as its order stands; their ids in the same order. */
  deliver(tx: Tx, orders: readonly OrderRef[]): Promise<readonly number[]>;
}

/** Prices in hundredths of the default currency. */
export interface DemoProduct {
  readonly title: string;
  readonly description: string;
  readonly config: Settings;
  /** Paid once; absent with `periods`. Neither: free. */
  readonly once?: number;
  readonly periods?: Readonly<Record<string, number>>;
  readonly setupPrice?: number;
  readonly stock?: number;
  readonly isAddon?: boolean;
}

export const productType = <T extends ProductType>(type: T): T => type;

/** Looks among the product types of active modules. */
export function createProductTypes(
  active: () => readonly { contributions: { productTypes?: readonly ProductType[] } }[],
): ProductTypes {
  const list = (): readonly ProductType[] => active().flatMap(({ contributions }) => contributions.productTypes ?? []);
  return { list, find: (name) => list().find((type) => type.name === name) };
}

export interface ProductTypes {
  find(name: string): ProductType | undefined;
  list(): readonly ProductType[];
}
