import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { guestEndpoint } from '#core/endpoint';
import { notFound } from '#core/error';
import { add, subtract, sum, toNumber, type Money } from '#core/money';
import { Anything, MapOf, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { CurrencyService } from '#modules/currency/contract';
import type { InstalledGateway, Invoicing } from '#modules/invoice/contract';
import type { ProductService } from '#modules/product/contract';
import type { clientApi } from './api/client.ts';
import type { guestApi } from './api/guest.ts';
import { forVisitor } from './api/visitor.ts';
import { setupToPay } from './pricing.ts';
import { lineAmounts } from './checkout.ts';
import type { ShownCart } from './schema.ts';
import type { Carts } from './service.ts';

interface Needs {
  readonly carts: Carts;
  readonly products: ProductService;
  readonly currencies: CurrencyService;
  readonly invoices: Invoicing;
  readonly guest: ReturnType<typeof guestApi>;
  readonly client: ReturnType<typeof clientApi>;
}

const Shown = MapOf(Anything());

/** From the product's form to the invoice. What a visitor put in stays when they sign in on the way. */
export function cartPages({ carts, products, currencies, invoices, guest, client }: Needs): readonly Page[] {
  const put = guestEndpoint({
    summary: 'Put what an order form asks for into the cart, beside what is there.',
    input: Type.Object({ product: Text({ maxLength: 255 }) }, { additionalProperties: true }),
    output: Type.Literal(true),
    handle: (ctx, { product: which, ...asked }) =>
      forVisitor(async (visitor) => {
        const productId = await idOf(ctx, which);
        await carts.add(ctx, visitor, { productId, asked: { ...asked, multiple: '1' } });
        return true;
      }),
  });

  const show = guestEndpoint({
    summary: 'The cart.',
    input: Type.Object({}),
    output: Shown,
    handle: (ctx) => forVisitor(async (visitor) => present(ctx, await carts.show(ctx, visitor))),
  });

  const review = guestEndpoint({
    summary: 'What is about to be ordered, and how it can be paid.',
    input: Type.Object({}),
    output: Shown,
    handle: (ctx) =>
      forVisitor(async (visitor) => {
        const cart = await carts.show(ctx, visitor);
        const gateways = (await invoices.payments.listEnabled(ctx)).filter((one) => takes(one, cart));
        return {
          ...(await present(ctx, cart)),
          gateways: gateways.map(({ id, title }) => ({ id, title })),
          isKnown: visitor.clientId !== undefined,
        };
      }),
  });

  async function idOf(ctx: Context, which: string): Promise<number> {
    if (/^\d+$/.test(which)) return Number(which);
    const product = await products.findBySlug(ctx, which);
    if (product === undefined) throw notFound('product.not_found', 'Product not found');
    return product.id;
  }

  async function present(ctx: Context, { quote, promoCode, currency }: ShownCart) {
    const inCurrency = (amount: Money): Money => currencies.fromDefault(amount, currency);
    const lines = quote.lines.map((quoted) => {
      const { unit, whole, discount } = lineAmounts(quoted, inCurrency);
      const setup = inCurrency(setupToPay(quoted));
      return {
        id: quoted.line.id ?? 0,
        title: quoted.product.title,
        slug: quoted.product.isAddon ? null : quoted.product.slug,
        period: quoted.product.pricing.type === 'recurrent' ? (quoted.period ?? null) : null,
        quantity: quoted.quantity,
        unit: toNumber(unit),
        setup: toNumber(setup),
        discount: toNumber(discount),
        total: toNumber(whole),
        due: add(subtract(whole, discount), setup),
      };
    });
    const total = sum(
      lines.map(({ due }) => due),
      currency.code,
    );
    const all = await currencies.list(ctx);
    return {
      lines: lines.map(({ due: _, ...line }) => line),
      total: toNumber(total),
      currency: currency.code,
      currencies: all.map(({ code }) => code),
      promo: promoCode ?? null,
    };
  }

  return [
    { role: 'guest', route: 'POST /order/:product', endpoint: put, then: '/cart', says: 'cart.added' },
    { role: 'guest', route: 'GET /cart', endpoint: show, view: 'cart' },
    { role: 'guest', route: 'POST /cart/remove', endpoint: guest.remove_item, then: '/cart' },
    { role: 'guest', route: 'POST /cart/currency', endpoint: guest.set_currency, then: '/cart' },
    { role: 'guest', route: 'POST /cart/promo', endpoint: guest.apply_promo, then: '/cart', says: 'cart.promoApplied' },
    { role: 'guest', route: 'POST /cart/promo/remove', endpoint: guest.remove_promo, then: '/cart' },
    { role: 'guest', route: 'GET /checkout', endpoint: review, view: 'checkout' },
    { role: 'client', route: 'POST /checkout', endpoint: client.checkout, leavesFor: nextOf },
  ];
}

export const cartMenu: readonly MenuEntry[] = [{ role: 'guest', title: 'menu.cart', href: '/cart', order: 20 }];

function takes({ allowsSingle, acceptedCurrencies }: InstalledGateway, { currency }: ShownCart): boolean {
  return allowsSingle && (acceptedCurrencies?.includes(currency.code) ?? true);
}

/** To the gateway that was chosen, to the invoice, or to what was bought when nothing is left to be paid. */
function nextOf(result: unknown): string {
  const { invoice_hash: hash, gateway_id: gateway, orders } = result as CheckedOut;
  if (hash === null) return orders.length === 1 ? `/order/service/manage/${orders[0]}` : '/order/service';
  return /^\d+$/.test(String(gateway ?? '')) ? `/invoice/banklink/${hash}/${gateway}` : `/invoice/${hash}`;
}

interface CheckedOut {
  readonly invoice_hash: string | null;
  readonly gateway_id: number | string | null;
  readonly orders: readonly string[];
}
