import { HOUR, later, MINUTE } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { notFound } from '#core/error';
import { equalsSecret, type Secrets } from '#core/secret';
import type { BalanceService, ClientService } from '#modules/client/contract';
import type { Invoicing } from '#modules/invoice/contract';
import type { OrderService } from '#modules/order/contract';
import { hashOf } from '../activation/hash.ts';
import type { App, Apps } from '../app/service.ts';
import type { Callbacks } from '../callback/service.ts';
import type { BoughtCodes } from '../code/bought.ts';
import { codesIssued, donationReceived, extstarsOrderPaid } from '../contract.ts';
import { avatarHash } from '../donation/clean.ts';
import * as donations from '../donation/repository.ts';
import type { ReadRules } from '../rules.ts';
import * as orders from './repository.ts';
import type { Order, OrderFilter } from './repository.ts';

export type Orders = ReturnType<typeof createOrders>;

interface Needs {
  readonly apps: Apps;
  readonly bought: BoughtCodes;
  readonly callbacks: Callbacks;
  readonly rules: ReadRules;
  readonly clients: ClientService & BalanceService;
  readonly engineOrders: OrderService;
  readonly invoices: Invoicing;
  readonly secrets: Secrets;
  readonly baseUrl: string;
}

const CHUNK = 200;
const RETURN = 'extstars_order.return';
const MOST_ID = 2_147_483_647;

/** What becomes of donations and purchases once they were asked for. */
export function createOrders({ apps, bought, callbacks, rules, clients, engineOrders, invoices, ...needs }: Needs) {
  const { secrets, baseUrl } = needs;
  const { payments } = invoices;

  return {
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
    close,
    findByInvoice: (ctx: Context, invoiceId: number) => orders.findByInvoice(ctx.db, invoiceId),
    findByLine: (ctx: Context, orderId: number) => orders.findByLine(ctx.db, orderId),
    get,
    shown,
    list: (ctx: Context, filter: OrderFilter, request: PageRequest): Promise<Page<Order>> =>
      orders.list(ctx.db, filter, request),
    codesOf: async (ctx: Context, id: number) => bought.listOfOrders(ctx, await orders.listLines(ctx.db, id)),

    /** What was paid back is not to be used any more. */
    revoke: async (ctx: Context, id: number): Promise<void> =>
      bought.revokeOfOrders(ctx, await orders.listLines(ctx.db, id)),

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
      const there = await bought.listOfOrders(tx, await orders.listLines(tx.db, id));
      if (there.filter(({ orderStatus }) => orderStatus === 'active').length < order.quantity) return;
      await orders.markDelivered(tx.db, id, tx.now);
      await tx.emit(codesIssued, { appId: order.appId, orderId: id });
    });
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
}
