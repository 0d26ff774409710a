import { Type, type Static } from '@sinclair/typebox';
import { toNumber } from '#core/money';
import type { Settings } from '#core/product';
import { Or } from '#core/schema';
import { CurrencyView, type Currency, type CurrencyService } from '#modules/currency/contract';
import type { CheckedOut, Quote, QuotedLine } from './contract.ts';

/** What was asked for, and over it what the shop says of it. */
const CartItemView = Type.Object(
  {
    id: Type.Optional(Type.Integer()),
    product_id: Type.Integer(),
    form_id: Or(Type.Integer()),
    title: Type.String(),
    type: Type.String(),
    quantity: Type.Integer(),
    unit: Type.String(),
    price: Type.Number(),
    setup_price: Type.Number(),
    discount: Type.Number(),
    discount_price: Type.Number(),
    discount_setup: Type.Number(),
    total: Type.Number(),
  },
  { additionalProperties: true },
);

export const presentItem = ({
  line,
  product,
  quantity,
  price,
  discount,
  total,
}: QuotedLine): Static<typeof CartItemView> & Settings => ({
  ...line.config,
  ...(line.id !== undefined && { id: line.id }),
  product_id: product.id,
  form_id: product.formId ?? null,
  title: product.title,
  type: product.type,
  quantity,
  unit: product.unit,
  price: toNumber(price.price),
  setup_price: toNumber(price.setup),
  discount: toNumber(discount.total),
  discount_price: toNumber(discount.price),
  discount_setup: toNumber(discount.setup),
  total: toNumber(total),
});

/** All amounts are in the default currency; `currency.conversion_rate` makes them those of the cart. */
export const CartView = Type.Object({
  promocode: Or(Type.String()),
  discount: Type.Number(),
  subtotal: Type.Number(),
  total: Type.Number(),
  items: Type.Array(CartItemView),
  currency: CurrencyView,
  subscribable: Type.Boolean(),
});

export interface ShownCart {
  readonly quote: Quote;
  readonly promoCode: string | undefined;
  readonly currency: Currency;
}

export const presentCart =
  (currencies: CurrencyService) =>
  ({ quote, promoCode, currency }: ShownCart): Static<typeof CartView> => ({
    promocode: promoCode ?? null,
    discount: toNumber(quote.discount),
    subtotal: toNumber(quote.subtotal),
    total: toNumber(quote.total),
    items: quote.lines.map(presentItem),
    currency: currencies.view(currency),
    subscribable: quote.isSubscribable,
  });

/** Ids of orders are text at this call, and at no other. */
export const CheckoutView = Type.Object({
  gateway_id: Type.Union([Type.Integer(), Type.String(), Type.Null()]),
  invoice_hash: Or(Type.String()),
  order_id: Type.String(),
  orders: Type.Array(Type.String()),
});

export const presentCheckout = (
  { orderIds }: CheckedOut,
  invoiceHash: string | undefined,
  gatewayId: unknown,
): Static<typeof CheckoutView> => {
  const orders = orderIds.map(String);
  return {
    gateway_id: typeof gatewayId === 'number' || typeof gatewayId === 'string' ? gatewayId : null,
    invoice_hash: invoiceHash ?? null,
    order_id: orders[0] ?? '',
    orders,
  };
};
