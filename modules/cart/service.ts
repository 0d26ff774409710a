import type { ClientActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { conflict, invalidInput, notFound } from '#core/error';
import { isTruthy } from '#core/schema';
import type { Secrets } from '#core/secret';
import type { ClientService } from '#modules/client/contract';
import type { Currency, CurrencyService } from '#modules/currency/contract';
import type { InvoiceService } from '#modules/invoice/contract';
import type { Product, ProductService } from '#modules/product/contract';
import { wrongGroup, type Checkouts } from './checkout.ts';
import {
  cartAddingProduct,
  cartCheckingOut,
  cartProductAdded,
  type CheckedOut,
  type Choice,
  type PurchaseLine,
} from './contract.ts';
import type { Display } from './display.ts';
import { quantityOf } from './input.ts';
import * as carts from './repository.ts';
import type { Cart, CartLine } from './repository.ts';
import type { ShownCart } from './schema.ts';
import { MOST_LINES, type Shelf } from './shelf.ts';

/** Whose cart it is: the visitor whose session holds the token, and who that is as far as it is known. */
export interface Visitor {
  readonly token: string;
  readonly clientId: number | undefined;
}

export interface Bought extends CheckedOut {
  /** Of an invoice that is still to be paid. */
  readonly invoiceHash: string | undefined;
}

interface Needs {
  readonly shelf: Shelf;
  readonly checkouts: Checkouts;
  readonly display: Display;
  readonly clients: ClientService;
  readonly products: ProductService;
  readonly currencies: CurrencyService;
  readonly invoices: InvoiceService;
  readonly secrets: Secrets;
}

/** In bytes of JSON, over all lines. */
const LARGEST = 65_536;
const DAYS_KEPT = 7;
const CHUNK = 200;
/** More than anybody reads. */
const MOST_FINDINGS = 100;

export type Carts = ReturnType<typeof createCarts>;

export function createCarts(needs: Needs) {
  const { shelf, checkouts, display, clients, products, currencies, invoices, secrets } = needs;
  const { promos } = products;

  const reset = (ctx: Context, visitor: Visitor): Promise<void> =>
    atomic(ctx, async (tx) => {
      const { id } = await lock(tx, visitor);
      await carts.removeAllLines(tx.db, id);
      await carts.setPromo(tx.db, id, undefined, tx.now);
    });

  return {
    show: async (ctx: Context, visitor: Visitor): Promise<ShownCart> => display.one(ctx, await find(ctx, visitor)),

    reset,

    currency: async (ctx: Context, visitor: Visitor): Promise<Currency> => currencyOf(ctx, await find(ctx, visitor)),

    /** Of the cart that is there, or the client's own; undefined for who has chosen none. */
    async chosenCurrency(ctx: Context, { token, clientId }: Partial<Visitor>): Promise<Currency | undefined> {
      const cart = token === undefined ? undefined : await carts.findByKey(ctx.db, keyOf({ token, clientId }));
      if (cart !== undefined) return currencyOf(ctx, cart);
      return clientId === undefined
        ? undefined
        : currencies.find(ctx, await firstCurrency(ctx, { token: '', clientId }));
    },

    setCurrency: (ctx: Context, visitor: Visitor, code: string) =>
      atomic(ctx, async (tx) => {
        const currency = await currencies.find(tx, code);
        if (currency === undefined) throw notFound('cart.currency_unknown', 'Currency not found');
        await carts.setCurrency(tx.db, (await lock(tx, visitor)).id, currency.code, tx.now);
      }),

    applyPromo: (ctx: Context, visitor: Visitor, code: string) =>
      atomic(ctx, async (tx) => {
        const promo = await promos.findByCode(tx, code);
        if (promo === undefined) throw expiredPromo();
        const client = visitor.clientId === undefined ? undefined : await clients.find(tx, visitor.clientId);
        if (!promos.isForGroup(promo, client?.groupId)) throw wrongGroup();
        if (!promos.isValid(promo, tx.now)) throw expiredPromo();
        const cart = await lock(tx, visitor);
        if (cart.promoId === promo.id) return;
        if ((await carts.listLines(tx.db, [cart.id])).length === 0)
          throw conflict('cart.empty_for_promo', 'Add products to your cart before applying promo code');
        await carts.setPromo(tx.db, cart.id, promo.id, tx.now);
      }),

    removePromo: (ctx: Context, visitor: Visitor) =>
      atomic(ctx, async (tx) => carts.setPromo(tx.db, (await lock(tx, visitor)).id, undefined, tx.now)),

    /** Takes the place of what is in the cart unless `multiple` is asked for, also when it is refused after that. */
    async add(ctx: Context, visitor: Visitor, choice: Choice): Promise<void> {
      const picked = await shelf.pick(ctx, choice);
      if (!isTruthy(choice.asked['multiple'])) await reset(ctx, visitor);
      await atomic(ctx, async (tx) => {
        const cart = await lock(tx, visitor);
        const about = { cartId: cart.id, productId: choice.productId, sent: { ...choice.asked } };
        await tx.ask(cartAddingProduct, about);
        const added = await shelf.configure(tx, picked);
        const all = [...(await carts.listLines(tx.db, [cart.id])), ...added];
        for (const { product } of picked) refuseOutOfStock(product, all);
        refuseFull(all);
        await carts.insertLines(tx.db, cart.id, added);
        await tx.emit(cartProductAdded, about);
      });
    },

    removeLine: (ctx: Context, visitor: Visitor, lineId: number) =>
      atomic(ctx, async (tx) => {
        const cart = await lock(tx, visitor);
        const lines = await carts.listLines(tx.db, [cart.id]);
        const line = lines.find(({ id }) => id === lineId);
        if (line === undefined) throw notFound('cart.line_unknown', 'Product not found');
        const gone = lines.filter((other) => other === line || comesWith(other, line));
        await carts.removeLines(
          tx.db,
          cart.id,
          gone.map(({ id }) => id),
        );
      }),

    /** The cart is locked for as long as it takes: a second checkout of it finds it empty. */
    async checkout(ctx: Context<ClientActor>, visitor: Visitor, gatewayId: number | undefined): Promise<Bought> {
      const done = await atomic(ctx, async (tx) => {
        const { id: clientId } = tx.actor;
        const cart = await lock(tx, visitor);
        await tx.ask(cartCheckingOut, { cartId: cart.id, clientId, ip: tx.ip ?? '' });
        const lines = await carts.listLines(tx.db, [cart.id]);
        const { promoId } = cart;
        const { code: currency } = await currencyOf(tx, cart);
        const groupId = String(cart.id);
        const bought = await checkouts.checkout(tx, { clientId, lines, currency, promoId, gatewayId, groupId });
        await carts.remove(tx.db, [cart.id]);
        await tx.record(`Checked out shopping cart #${cart.id}`);
        return bought;
      });
      // It is bought, whatever happens now: what is left undone here is done by the listener.
      await checkouts.activate(ctx, done).catch((error: unknown) => {
        ctx.log.error('activation after a checkout failed', { orders: done.orderIds, error });
      });
      const invoice = done.invoiceId === undefined ? undefined : await invoices.find(ctx, done.invoiceId);
      return { ...done, invoiceHash: invoice?.status === 'unpaid' ? invoice.hash : undefined };
    },

    async get(ctx: Context, id: number): Promise<ShownCart> {
      const cart = await carts.findById(ctx.db, id);
      const [shown] = cart === undefined ? [] : await display.all(ctx, [cart]);
      if (shown === undefined) throw notFound('cart.unknown', 'Shopping cart not found');
      return shown;
    },

    async list(ctx: Context, request: PageRequest): Promise<Page<ShownCart>> {
      const page = await carts.listPage(ctx.db, request);
      return { ...page, items: await display.all(ctx, page.items) };
    },

    /** Carts that were made more than seven calendar days ago. */
    async expire(ctx: Context): Promise<void> {
      const { now } = ctx;
      const oldest = new Date(now.getFullYear(), now.getMonth(), now.getDate() - DAYS_KEPT);
      for (let removed = CHUNK; removed === CHUNK;) {
        removed = await atomic(ctx, async (tx) => {
          const ids = await carts.listMadeBefore(tx.db, oldest, CHUNK);
          await carts.remove(tx.db, ids);
          return ids.length;
        });
      }
    },

    examine: async (ctx: Context): Promise<string[]> =>
      (await carts.listOrphans(ctx.db, MOST_FINDINGS)).map(
        ({ id, cartId }) => `Line #${id} belongs to cart #${cartId}, which does not exist.`,
      ),

    dropProduct: (tx: Tx, productId: number) => carts.removeLinesOfProduct(tx.db, productId),
  };

  async function find(ctx: Context, visitor: Visitor): Promise<Cart> {
    return (await carts.findByKey(ctx.db, keyOf(visitor))) ?? atomic(ctx, (tx) => lock(tx, visitor));
  }

  /** A visitor who has no cart gets one. */
  async function lock(tx: Tx, visitor: Visitor): Promise<Cart> {
    const key = keyOf(visitor);
    const found = await carts.findForUpdate(tx.db, key);
    if (found !== undefined) return found;
    try {
      await carts.insert(tx.db, key, await firstCurrency(tx, visitor), tx.now);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error; // another call of the same visitor was quicker
    }
    const made = await carts.findForUpdate(tx.db, key);
    if (made === undefined) throw conflict('cart.busy', 'The cart is in use. Please try again.');
    return made;
  }

  function keyOf({ token }: Visitor): string {
    return secrets.fingerprint('cart.session_id', token);
  }

  /** Of one that staff removed meanwhile, the default takes the place. */
  async function currencyOf(ctx: Context, { currency }: Cart): Promise<Currency> {
    return (await currencies.find(ctx, currency)) ?? currencies.default(ctx);
  }

  async function firstCurrency(ctx: Context, { clientId }: Visitor): Promise<string> {
    const client = clientId === undefined ? undefined : await clients.find(ctx, clientId);
    const own = client?.currency === undefined ? undefined : await currencies.find(ctx, client.currency);
    return (own ?? (await currencies.default(ctx))).code;
  }
}

/** An add-on goes with its product, also with a second copy of that; a domain only with the line it was chosen for. */
function comesWith(other: CartLine, { productId, config }: CartLine): boolean {
  const domain = config['domain_name'];
  return Number(other.config['parent_id']) === productId && (!domain || other.config['domain_name'] === domain);
}

function refuseOutOfStock({ id, hasStockControl, quantityInStock }: Product, lines: readonly PurchaseLine[]): void {
  if (!hasStockControl) return;
  const wanted = lines
    .filter(({ productId }) => productId === id)
    .reduce((all, { config }) => all + quantityOf(config), 0);
  if (wanted > quantityInStock) throw conflict('cart.item_out_of_stock', 'This item is currently out of stock');
}

function refuseFull(lines: readonly PurchaseLine[]): void {
  const bytes = lines.reduce((all, { config }) => all + Buffer.byteLength(JSON.stringify(config)), 0);
  if (lines.length > MOST_LINES || bytes > LARGEST) throw invalidInput('cart.full', 'Your shopping cart is full.');
}

const expiredPromo = () => notFound('cart.promo_expired', 'The promo code has expired or does not exist');
