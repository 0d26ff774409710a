import { atomic, type Context } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { AppError } from '#core/error';
import type { Limits, Policy } from '#core/http/limit';
import { zero } from '#core/money';
import type { CheckoutService } from '#modules/cart/contract';
import type { Client, ClientService, NewcomerService } from '#modules/client/contract';
import type { Invoicing } from '#modules/invoice/contract';
import type { Product, ProductService } from '#modules/product/contract';
import type { App } from '../app/service.ts';
import { buyerRegistered } from '../event.ts';
import { LETTERS, ORDERS, REGISTRATIONS } from '../pace.ts';
import type { PayMethod } from '../rules.ts';
import type { Ways } from './payment.ts';
import * as orders from './repository.ts';
import type { Orders } from './service.ts';
import { newToken, orderOf, type Start, type Started } from './start.ts';

export interface NewPurchase {
  readonly email: string;
  readonly given: string;
  readonly quantity: number;
  readonly method: PayMethod;
}

export type Buy = ReturnType<typeof createBuy>;

interface Needs {
  readonly ways: Ways;
  readonly orders: Orders;
  readonly clients: ClientService & NewcomerService;
  readonly products: ProductService;
  readonly invoices: Invoicing;
  readonly checkouts: CheckoutService;
  readonly limits: Limits;
  readonly start: Start;
}

export function createBuy({ ways, orders: all, clients, products, invoices, checkouts, limits, start }: Needs) {
  /** N orders of one code on one invoice. The buyer has an account from now on. */
  return async (ctx: Context, app: App, asked: NewPurchase): Promise<Started | undefined> => {
    const { productId } = app;
    const product = productId === undefined ? undefined : await products.find(ctx, productId);
    const way = await ways.find(ctx, app, asked.method);
    if (product === undefined || way === undefined) return undefined;
    await limits.consume(ORDERS, ctx.ip ?? '');
    const period = periodOf(product);
    const [line] = await unlessRefused(ctx, () =>
      checkouts.choose(ctx, { productId: product.id, asked: { quantity: 1, ...(period && { period }) } }),
    );
    if (line === undefined) return undefined;
    const buyer = await buyerOf(ctx, app, asked.email);
    if (buyer === undefined) return undefined;
    const token = newToken();
    const made = await unlessRefused(ctx, () =>
      atomic(ctx, async (tx) => {
        const done = await checkouts.checkout(tx, {
          clientId: buyer.id,
          lines: Array.from({ length: asked.quantity }, () => line),
          currency: buyer.currency ?? app.currency,
          gatewayId: way.gatewayId,
          isUnapproved: true,
        });
        const invoice = done.invoiceId === undefined ? undefined : await invoices.get(tx, done.invoiceId);
        const sum = invoice === undefined ? zero(buyer.currency ?? app.currency) : invoices.totals(invoice).due;
        const id = await orders.insert(
          tx.db,
          {
            ...orderOf(tx, app, asked, way, token),
            kind: 'codes',
            quantity: asked.quantity,
            money: sum,
            deviceId: '',
            userEmail: asked.email,
            userName: '',
            userLink: '',
            clientId: buyer.id,
            invoiceId: invoice?.id,
          },
          done.orderIds,
          tx.now,
        );
        return { id, invoice, done };
      }),
    );
    if (!('id' in made)) return undefined;
    if (made.invoice !== undefined) {
      const { id, invoice } = made;
      return start(ctx, app, { ...way, method: asked.method }, { id, invoice }, token);
    }
    await checkouts.activate(ctx, made.done);
    await all.settle(ctx, made.id);
    await all.deliver(ctx, made.id);
    return { orderId: made.id, token, link: all.returnUrl(made.id), qrcode: '', tips: '' };
  };

  async function buyerOf(ctx: Context, app: App, email: string): Promise<Client | undefined> {
    const known = await clients.findByEmail(ctx, email);
    if (known !== undefined) return known;
    const mayWrite = (await isWithin(REGISTRATIONS, ctx, ctx.ip ?? '')) && (await isWithin(LETTERS, ctx, email));
    const newcomer = {
      email,
      firstName: email.slice(0, email.indexOf('@')),
      currency: app.currency,
      fields: { email },
    };
    const made = await unlessRefused(ctx, async () => {
      await clients.checkNewcomer(ctx, newcomer);
      return atomic(ctx, async (tx) => {
        const clientId = await clients.addNewcomer(tx, newcomer);
        const sealedHash = await clients.openPasswordLink(tx, clientId);
        if (mayWrite) await tx.emit(buyerRegistered, { clientId, appId: app.appId, sealedHash });
        return { clientId };
      });
    });
    // Two who buy with the same new address at once: the other one has made the account.
    return 'clientId' in made ? clients.find(ctx, made.clientId) : clients.findByEmail(ctx, email);
  }

  /** Beyond these limits nobody is written to; a refusal would tell that the address was not known. */
  async function isWithin(policy: Policy, ctx: Context, subject: string): Promise<boolean> {
    try {
      await limits.consume(policy, subject, ctx.ip);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.kind === 'rate_limited') return false;
      throw error;
    }
  }
}

/** The first that costs something: periods nobody set a price for are there all the same, and would be given away. */
function periodOf({ pricing: { type, periods } }: Product): string | undefined {
  const offered = type === 'recurrent' ? periods.filter(({ isEnabled }) => isEnabled) : [];
  return (offered.find(({ price }) => price.amount > 0) ?? offered[0])?.code;
}

const REFUSED: readonly never[] = [];

/** What the engine refuses is one result code here; a bug and a database that is away are not. */
async function unlessRefused<T>(ctx: Context, work: () => Promise<T>): Promise<T | readonly never[]> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) return REFUSED;
    if (!(error instanceof AppError) || ['internal', 'unavailable', 'rate_limited'].includes(error.kind)) throw error;
    ctx.log.warn('a purchase of codes was refused', { error });
    return REFUSED;
  }
}
