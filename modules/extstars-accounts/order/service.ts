import { randomBytes } from 'node:crypto';
import { HOUR, later, MINUTE } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { isEmail } from '#core/email';
import { AppError, notFound } from '#core/error';
import type { Limits } from '#core/http/limit';
import { zero, type Money } from '#core/money';
import { equalsSecret, type Secrets } from '#core/secret';
import type { CheckoutService } from '#modules/cart/contract';
import type { BalanceService, Client, ClientService, NewcomerService } from '#modules/client/contract';
import type { Invoice, Invoicing } from '#modules/invoice/contract';
import type { OrderService } from '#modules/order/contract';
import type { Product, ProductService } from '#modules/product/contract';
import { hashOf } from '../activation/hash.ts';
import type { App, Apps } from '../app/service.ts';
import type { Callbacks } from '../callback/service.ts';
import type { Codes } from '../code/service.ts';
import { codesIssued, donationReceived, extstarsOrderPaid } from '../contract.ts';
import { avatarHash } from '../donation/clean.ts';
import * as donations from '../donation/repository.ts';
import { buyerRegistered } from '../event.ts';
import { LETTERS, ORDERS, REGISTRATIONS } from '../pace.ts';
import type { PayMethod, ReadRules } from '../rules.ts';
import type { Shown, Way, Ways } from './payment.ts';
import * as orders from './repository.ts';
import type { Order, OrderFilter } from './repository.ts';

export interface NewDonation {
  readonly deviceId: string;
  readonly given: string;
  readonly money: Money;
  readonly method: PayMethod;
  readonly email: string;
  readonly userName: string;
  readonly userLink: string;
}

export interface NewPurchase {
  readonly email: string;
  readonly given: string;
  readonly quantity: number;
  readonly method: PayMethod;
}

/** A payment that was asked for; the token is told once. */
export interface Started extends Shown {
  readonly orderId: number;
  readonly token: string;
}

export type Orders = ReturnType<typeof createOrders>;

interface Needs {
  readonly apps: Apps;
  readonly codes: Codes;
  readonly callbacks: Callbacks;
  readonly ways: Ways;
  readonly rules: ReadRules;
  readonly clients: ClientService & NewcomerService & BalanceService;
  readonly products: ProductService;
  readonly engineOrders: OrderService;
  readonly invoices: Invoicing;
  readonly checkouts: CheckoutService;
  readonly limits: Limits;
  readonly secrets: Secrets;
  readonly baseUrl: string;
}

const TOKEN_BYTES = 16;
const CHUNK = 200;
const RETURN = 'extstars_order.return';
const MOST_ID = 2_147_483_647;

export function createOrders(needs: Needs) {
  const { apps, codes, callbacks, ways, rules, clients, products, engineOrders, invoices, checkouts, limits } = needs;
  const { secrets, baseUrl } = needs;
  const { payments } = invoices;

  return {
    /** Undefined when the method is not offered or the gateway does not do it. */
    async donate(ctx: Context, app: App, asked: NewDonation): Promise<Started | undefined> {
      const way = await ways.find(ctx, app, asked.method);
      if (way === undefined) return undefined;
      await countOrder(ctx);
      const clientId = (await donorOf(ctx, app, asked.email)) ?? (await apps.houseClient(ctx, app.appId));
      const token = newToken();
      const made = await atomic(ctx, async (tx) => {
        const line = {
          title: `Donation: ${app.name}`,
          price: asked.money,
          type: 'custom',
          task: 'void',
          isTaxed: false,
        };
        const { gatewayId } = way;
        const invoice = await invoices.issue(tx, { clientId, currency: app.currency, lines: [line], gatewayId });
        const id = await orders.insert(
          tx.db,
          {
            ...orderOf(tx, app, asked, way, token),
            kind: 'donation',
            quantity: 1,
            money: invoices.totals(invoice).due,
            deviceId: asked.deviceId,
            userEmail: asked.email,
            userName: asked.userName,
            userLink: asked.userLink,
            clientId,
            invoiceId: invoice.id,
          },
          [],
          tx.now,
        );
        return { id, invoice };
      });
      return start(ctx, app, { ...way, method: asked.method }, made, token);
    },

    /** N orders of one code on one invoice. The buyer has an account from now on. */
    async buy(ctx: Context, app: App, asked: NewPurchase): Promise<Started | undefined> {
      const { productId } = app;
      const product = productId === undefined ? undefined : await products.find(ctx, productId);
      const way = await ways.find(ctx, app, asked.method);
      if (product === undefined || way === undefined) return undefined;
      await countOrder(ctx);
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
      await settle(ctx, made.id);
      await deliver(ctx, made.id);
      return { orderId: made.id, token, link: returnUrl(made.id), qrcode: '', tips: '' };
    },

    /** With its token only, for an hour; `app` is unknown when the caller did not say it. One answer for every reason. */
    async check(ctx: Context, app: App | undefined, id: number, token: string) {
      const order = await findChecked(ctx, id, token);
      if (order === undefined || (app !== undefined && order.appId !== app.appId)) return undefined;
      // The gateway's word is what counts, even where its consequences are still on their way.
      if (order.status === 'unpaid' && (await isInvoicePaid(ctx, order))) await settle(ctx, order.id);
      return shown(ctx, order.id);
    },

    settle,
    deliver,
    findByInvoice: (ctx: Context, invoiceId: number) => orders.findByInvoice(ctx.db, invoiceId),
    findByLine: (ctx: Context, orderId: number) => orders.findByLine(ctx.db, orderId),
    get,
    shown,
    list: (ctx: Context, filter: OrderFilter, request: PageRequest): Promise<Page<Order>> =>
      orders.list(ctx.db, filter, request),
    codesOf: async (ctx: Context, id: number) => codes.listOfOrders(ctx, await orders.listLines(ctx.db, id)),

    /** What was paid back is not to be used any more. */
    revoke: async (ctx: Context, id: number): Promise<void> =>
      codes.revokeOfOrders(ctx, await orders.listLines(ctx.db, id)),

    /** Of a link that is in the buyer's browser alone. */
    async findReturned(ctx: Context, id: number, proof: string): Promise<Order | undefined> {
      if (!equalsSecret(proof, secrets.fingerprint(RETURN, String(id)))) return undefined;
      const order = await orders.find(ctx.db, id);
      if (order?.status !== 'unpaid' || order.invoiceId === undefined) return order;
      if (await payments.refresh(ctx, order.invoiceId)) await settle(ctx, id);
      return orders.find(ctx.db, id);
    },

    /** Asks the gateways once more, then ends what nobody paid in time. */
    async closeOld(ctx: Context): Promise<void> {
      const settingsOf = new Map((await apps.listAll(ctx)).map(({ appId, settings }) => [appId, settings]));
      for (let after = 0; ;) {
        const chunk = await orders.listUnpaid(ctx.db, { until: later(ctx.now, -5 * HOUR) }, after, CHUNK);
        for (const order of chunk) {
          const hours = settingsOf.get(order.appId)?.order_ttl ?? 24;
          if (later(order.createdAt, hours * HOUR) > ctx.now) continue;
          if (order.invoiceId !== undefined && (await payments.refresh(ctx, order.invoiceId)))
            await settle(ctx, order.id);
          else await close(ctx, order);
        }
        const last = chunk.at(-1);
        if (last === undefined || chunk.length < CHUNK) return;
        after = last.id;
      }
    },

    /** Asks the gateways about what a notification may have been lost of; older payments the engine asks about ever more seldom. */
    async reconcile(ctx: Context): Promise<void> {
      const span = { since: later(ctx.now, -HOUR), until: later(ctx.now, -2 * MINUTE) };
      for (let after = 0; ;) {
        const chunk = await orders.listUnpaid(ctx.db, span, after, CHUNK);
        for (const { id, invoiceId } of chunk)
          if (invoiceId !== undefined && (await payments.refresh(ctx, invoiceId))) await settle(ctx, id);
        const last = chunk.at(-1);
        if (last === undefined || chunk.length < CHUNK) return;
        after = last.id;
      }
    },

    async forget(tx: Tx, clientId: number): Promise<void> {
      const email = (await clients.find(tx, clientId))?.email ?? '';
      if (email !== '') await donations.forgetAvatars(tx.db, await orders.listIdsByEmail(tx.db, email));
      await orders.forget(tx.db, clientId, email);
      await apps.forgetHouseClient(tx, clientId);
    },

    async purge(ctx: Context, before: Date): Promise<void> {
      while ((await atomic(ctx, (tx) => orders.purgeIps(tx.db, before, CHUNK))) === CHUNK);
    },

    examine: (ctx: Context): Promise<string[]> => orders.listMisfits(ctx.db),
    returnUrl,
  };

  function returnUrl(id: number): string {
    return `${baseUrl}extstars/return/${id}/${secrets.fingerprint(RETURN, String(id))}`;
  }

  async function get(ctx: Context, id: number): Promise<Order> {
    const order = await orders.find(ctx.db, id);
    if (order === undefined) throw notFound('extstars.unknown_order', 'Order not found');
    return order;
  }

  async function shown(ctx: Context, id: number) {
    const order = await get(ctx, id);
    const donation = order.kind === 'donation' ? await donations.findByOrder(ctx.db, id) : undefined;
    return { order, donationId: donation?.id };
  }

  async function findChecked(ctx: Context, id: number, token: string): Promise<Order | undefined> {
    const order = id >= 1 && id <= MOST_ID ? await orders.find(ctx.db, id) : undefined;
    // Compared in any case, so that the time tells nothing.
    const isGenuine = equalsSecret(hashOf(token), order?.checkHash ?? hashOf(''));
    return isGenuine && order !== undefined && ctx.now < order.checkUntil ? order : undefined;
  }

  async function isInvoicePaid(ctx: Context, { invoiceId }: Order): Promise<boolean> {
    return invoiceId !== undefined && (await invoices.find(ctx, invoiceId))?.status === 'paid';
  }

  /** Once: whoever comes first, the notification, the poll or a job. */
  async function settle(ctx: Context, id: number): Promise<void> {
    const rulesNow = await rules(ctx);
    await atomic(ctx, async (tx) => {
      const order = await orders.findForUpdate(tx.db, id);
      if (order?.status !== 'unpaid') return;
      const invoice = order.invoiceId === undefined ? undefined : await invoices.find(tx, order.invoiceId);
      const paidAt = invoice?.paidAt ?? tx.now;
      await orders.markPaid(tx.db, id, paidAt, tx.now);
      const { appId } = order;
      if (order.kind === 'donation') {
        const { userName, userLink, money } = order;
        const hash = avatarHash(order.userEmail, rulesNow.avatar);
        const donationId = await donations.insert(tx.db, {
          appId, orderId: id, userName, userLink, avatarHash: hash, money, paidAt,
        }); // prettier-ignore
        await tx.emit(donationReceived, { appId, orderId: id, donationId });
      }
      await tx.emit(extstarsOrderPaid, { appId, orderId: id });
      await callbacks.plan(tx, order);
      await tx.record(`Order ${id} of app ${appId} is paid`);
    });
  }

  /** Once all codes are there, and then once. */
  async function deliver(ctx: Context, id: number): Promise<void> {
    await atomic(ctx, async (tx) => {
      const order = await orders.findForUpdate(tx.db, id);
      if (order?.kind !== 'codes' || order.deliveredAt !== undefined) return;
      const there = await codes.listOfOrders(tx, await orders.listLines(tx.db, id));
      if (there.filter(({ orderStatus }) => orderStatus === 'active').length < order.quantity) return;
      await orders.markDelivered(tx.db, id, tx.now);
      await tx.emit(codesIssued, { appId: order.appId, orderId: id });
    });
  }

  async function start(
    ctx: Context,
    app: App,
    way: Way & { readonly method: PayMethod },
    { id, invoice }: { readonly id: number; readonly invoice: Invoice },
    token: string,
  ): Promise<Started | undefined> {
    try {
      const { reference, ...shownToBuyer } = await ways.start(ctx, app, { ...way, backUrl: returnUrl(id) }, invoice);
      await atomic(ctx, (tx) => orders.setReference(tx.db, id, reference));
      return { orderId: id, token, ...shownToBuyer };
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'internal') throw error;
      ctx.log.warn('a payment could not be started', { order: id, error });
      await close(ctx, await get(ctx, id));
      return undefined;
    }
  }

  /** What nobody paid goes: the invoice, so that it cannot be paid late, and the orders on it. */
  async function close(ctx: Context, { id, clientId, invoiceId }: Order): Promise<void> {
    const lines = await orders.listLines(ctx.db, id);
    await atomic(ctx, async (tx) => {
      if (clientId !== undefined) await clients.lockBalance(tx, clientId);
      const isThere = invoiceId !== undefined && (await invoices.find(tx, invoiceId)) !== undefined;
      if (isThere) {
        if ((await invoices.getForUpdate(tx, invoiceId)).status !== 'unpaid') return;
        await invoices.remove(tx, invoiceId);
      }
      for (const orderId of lines)
        if ((await engineOrders.lock(tx, orderId))?.status === 'pending_setup')
          await engineOrders.removePending(tx, orderId);
      await orders.removeLines(tx.db, id);
      await orders.close(tx.db, id, tx.now);
    });
  }

  function countOrder(ctx: Context): Promise<void> {
    return limits.consume(ORDERS, ctx.ip ?? '');
  }

  function orderOf(
    tx: Tx,
    app: App,
    { given, method }: { readonly given: string; readonly method: PayMethod },
    { gatewayId, isTest }: Way,
    token: string,
  ) {
    return {
      appId: app.appId,
      given: given.slice(0, 40),
      payMethod: method,
      gatewayId,
      isTest,
      checkHash: hashOf(token),
      checkUntil: later(tx.now, HOUR),
      ip: tx.ip,
    };
  }

  /** A donation is booked on the account of its donor where it can be, and tells that person nothing before it is paid. */
  async function donorOf(ctx: Context, app: App, email: string): Promise<number | undefined> {
    const found = isEmail(email) ? await clients.findByEmail(ctx, email) : undefined;
    return found?.status === 'active' && found.currency === app.currency ? found.id : undefined;
  }

  async function buyerOf(ctx: Context, app: App, email: string): Promise<Client | undefined> {
    const known = await clients.findByEmail(ctx, email);
    if (known !== undefined) return known;
    await limits.consume(REGISTRATIONS, ctx.ip ?? '');
    const mayWrite = await limits.consume(LETTERS, email).then(() => true, () => false); // prettier-ignore
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
}

/** The first that costs something: periods nobody set a price for are there all the same, and would be given away. */
function periodOf({ pricing: { type, periods } }: Product): string | undefined {
  const offered = type === 'recurrent' ? periods.filter(({ isEnabled }) => isEnabled) : [];
  return (offered.find(({ price }) => price.amount > 0) ?? offered[0])?.code;
}

const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

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
