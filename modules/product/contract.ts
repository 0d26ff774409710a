import { Type } from '@sinclair/typebox';
import type { Context, Tx } from '#core/context';
import type { Visit } from '#core/endpoint';
import { defineHook } from '#core/event';
import type { Money } from '#core/money';
import { defineSocket } from '#core/plugin';
import { Id } from '#core/schema';
import { defineService } from '#core/service';
import type { Currency } from '#modules/currency/contract';

/** All that other modules may see of products. */

export type PaymentType = 'free' | 'once' | 'recurrent';
export type Setup = 'after_order' | 'after_payment' | 'manual';

export interface Price {
  /** Per unit and period. */
  readonly price: Money;
  /** Once per line, whatever the quantity. */
  readonly setup: Money;
}

export interface PeriodPrice extends Price {
  /** `1M`, canonical. */
  readonly code: string;
  readonly isEnabled: boolean;
}

/** Prices in the default currency. */
export interface Pricing {
  readonly type: PaymentType;
  readonly once: Price;
  readonly periods: readonly PeriodPrice[];
}

export interface Product {
  readonly id: number;
  readonly categoryId: number | undefined;
  readonly formId: number | undefined;
  /** Name of the product type. */
  readonly type: string;
  readonly title: string;
  readonly slug: string;
  readonly description: string | undefined;
  readonly iconUrl: string | undefined;
  readonly unit: string;
  /** Imported shops have products that are switched off altogether. */
  readonly isActive: boolean;
  readonly status: string;
  readonly setup: string;
  readonly isHidden: boolean;
  readonly isAddon: boolean;
  readonly priority: number | undefined;
  readonly allowsQuantity: boolean;
  readonly hasStockControl: boolean;
  readonly quantityInStock: number;
  readonly suspensionGraceDays: number;
  readonly plugin: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  /** Add-ons that are offered with it. Not every id need be of an add-on that is there. */
  readonly addonIds: readonly number[];
  /** Products a client may ask to change to. */
  readonly upgradeIds: readonly number[];
  readonly pricing: Pricing;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ProductService {
  find(ctx: Context, id: number): Promise<Product | undefined>;
  /** Throws "Product not found". */
  get(ctx: Context, id: number): Promise<Product>;
  findBySlug(ctx: Context, slug: string): Promise<Product | undefined>;
  /** Products of a type that may be ordered, in the order of the catalogue. */
  listOfType(ctx: Context, type: string): Promise<readonly Product[]>;
  /** Several in a fixed number of queries, by id. */
  findAll(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Product>>;
  /** The same, and nobody changes them until the transaction ends. In the order of their ids, so that two do not wait in a circle. */
  lockAll(tx: Tx, ids: readonly number[]): Promise<ReadonlyMap<number, Product>>;
  /** Only what they are called and what they are, in one query, by id. */
  namesOf(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Pick<Product, 'title' | 'type'>>>;
  /** Titles of all that are not switched off, add-ons too, by id: for a choice. */
  choices(ctx: Context): Promise<ReadonlyMap<number, string>>;
  /** Whether a visitor may order it: enabled and no add-on. Hidden ones may be ordered by those who know them. */
  isOffered(product: Product): boolean;
  /** Whether `period` is one of its enabled periods, to the letter. */
  offersPeriod(product: Product, period: string): boolean;
  /** Per unit and once per line. Throws when it recurs and `period` is none of its enabled ones. */
  priceOf(product: Product, period: string | undefined): Price;
  /**
   * Replaces the configuration by what `change` makes of it, and lets nobody else do so meanwhile. Throws "Product not found".
   */
  reconfigure(tx: Tx, id: number, change: (product: Product) => Product['config']): Promise<void>;
  /** Throws "Product :id is out of stock." when less is there; without stock control it takes nothing and answers false. */
  takeStock(tx: Tx, id: number, quantity: number): Promise<boolean>;
  /** Puts back what was taken. */
  returnStock(tx: Tx, id: number, quantity: number): Promise<void>;

  /** Names of what can be sold, each with its title. */
  types(): Readonly<Record<string, string>>;
  /** Makes a product that is not yet for sale, and returns its id. */
  prepare(ctx: Context, product: { readonly title: string; readonly type: string }): Promise<number>;

  readonly promos: PromoService;
}

export type RedemptionPhase = 'checkout' | 'renewal';
export type RedemptionStatus = 'reserved' | 'committed' | 'released';

export interface Promo {
  readonly id: number;
  readonly code: string;
  readonly description: string | undefined;
  /** `percentage` or `absolute`; any other gives no discount. */
  readonly type: string;
  /** In hundredths: of a per cent, or of one unit of the default currency. */
  readonly valueHundredths: number;
  /** 0: as often as you like. */
  readonly maxUses: number;
  readonly used: number;
  readonly hasFreeSetup: boolean;
  readonly isOncePerClient: boolean;
  readonly isRecurring: boolean;
  readonly isActive: boolean;
  /** Ids and codes as they were sent; an empty list restricts nothing. */
  readonly products: readonly unknown[];
  readonly periods: readonly unknown[];
  readonly clientGroups: readonly unknown[];
  readonly startsAt: Date | undefined;
  readonly endsAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a discount is computed from. Amounts in the default currency. */
export interface PromoLine {
  readonly productId: number;
  readonly isAddon: boolean;
  readonly period: string | undefined;
  readonly quantity: number;
  readonly price: Price;
}

export interface Discount {
  readonly price: Money;
  readonly setup: Money;
  readonly total: Money;
}

export interface NewRedemption {
  readonly promoId: number;
  readonly clientId: number;
  readonly orderId: number;
  readonly invoiceId: number | undefined;
  readonly phase: RedemptionPhase;
  readonly status: RedemptionStatus;
  /** In the order's currency. */
  readonly discount: Money;
}

/** Whose reservations end: those of one invoice, order or client. */
export type RedemptionOwner =
  { readonly invoiceId: number } | { readonly orderId: number } | { readonly clientId: number };

/** Orders and invoices use this module, so it cannot use them: they tell it what the list of redemptions shows of them. */
export interface RedemptionSource {
  orders?(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, { title: string; createdAt: Date }>>;
  invoices?(
    ctx: Context,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, { number: string; status: string; createdAt: Date }>>;
}

export interface PromoService {
  find(ctx: Context, id: number): Promise<Promo | undefined>;
  /** Several in one query, by id. */
  findAll(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Promo>>;
  /** Only an active one; the letter case does not matter. */
  findByCode(ctx: Context, code: string): Promise<Promo | undefined>;
  /** Whether it may be used at `now`: active, started, not ended and not used up. */
  isValid(promo: Promo, now: Date): boolean;
  /** Whether it is for clients of this group; undefined is a visitor or a client without a group. */
  isForGroup(promo: Promo, groupId: number | undefined): boolean;
  isEligible(promo: Promo, line: PromoLine): boolean;
  discountOf(promo: Promo, line: PromoLine): Discount;
  /** Counts one order line. Throws when the promo is used up, also when two take the last use at once. */
  use(tx: Tx, id: number): Promise<void>;
  /** Whether this client has a checkout of it that is reserved or committed. */
  isRedeemedBy(ctx: Context, id: number, clientId: number): Promise<boolean>;
  redeem(tx: Tx, redemption: NewRedemption): Promise<number>;
  /** What an invoice reserved is final once it is paid. */
  commit(tx: Tx, invoiceId: number, paidAt: Date): Promise<void>;
  /** Gives back what is reserved, and the uses it counted. */
  release(tx: Tx, owner: RedemptionOwner, reason: string): Promise<void>;
  showWith(source: RedemptionSource): void;
}

export const productService = defineService<ProductService>('product');

/** Asked before a product is removed; who still has orders of it refuses. */
export const productBeingRemoved = defineHook('product.being_removed', Type.Object({ productId: Id }));
/** Asked before a promo is removed; who still refers to it refuses. */
export const promoBeingRemoved = defineHook('product.promo_being_removed', Type.Object({ promoId: Id }));

/** Lets visitors choose the currency in which they see prices: `plugins: [plug(shopCurrency, { … })]`. */
export interface ShopCurrency {
  /** Undefined where the visitor has chosen none. */
  chosen(ctx: Context, visit: Visit): Promise<Currency | undefined>;
}

export const shopCurrency = defineSocket<ShopCurrency>('product.shop_currency');
