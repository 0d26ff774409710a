import type { Context } from '#core/context';
import type { Money } from '#core/money';
import { defineService } from '#core/service';

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
  readonly unit: string;
  readonly status: string;
  readonly setup: string;
  readonly isHidden: boolean;
  readonly isAddon: boolean;
  readonly hasStockControl: boolean;
  readonly quantityInStock: number;
  readonly plugin: string | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly pricing: Pricing;
}

export interface ProductService {
  find(ctx: Context, id: number): Promise<Product | undefined>;
  /** Throws "Product not found". */
  get(ctx: Context, id: number): Promise<Product>;
}

export const productService = defineService<ProductService>('product');
